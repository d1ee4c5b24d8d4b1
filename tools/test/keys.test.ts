import { spawn } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import type { JsonWebKey } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { openKeys, openTls } from '@cups/rpc';
import type { SecretKey } from '@cups/rpc';
import { parsePublicJwks } from '@cups/rpc/jwk';
import { temporaryDir } from '@cups/testing';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { openClusterKeyStore } from '../cli/keys/cluster.ts';
import { openFolderKeyStore, tlsFolderPath } from '../cli/keys/folder.ts';
import { KEY_SET_ACTIONS } from '../cli/keys/key-sets.ts';
import { fileOf } from '../cli/keys/key-store.ts';
import { SIGNERS } from '../platform/services.ts';
import type { KeyItem, KeyStore } from '../cli/keys/key-store.ts';
import {
  publishNextKey,
  generateKey,
  generateSecret,
  retireOldKeys,
  describeKey,
  activateNextKey,
} from '../cli/keys/rotation.ts';

const MINUTE = 60_000;
const START = Date.parse('2026-03-03T09:00:00Z');

/** What a process of its own prints, and its exit code. */
function keys(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const program = join(import.meta.dirname, '../cli/cups.ts');
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, 'keys', ...args]);
  const said = { out: '', err: '' };
  child.stdout.on('data', (data) => (said.out += data));
  child.stderr.on('data', (data) => (said.err += data));
  return new Promise((done) => child.once('close', (code) => done({ code, out: said.out, err: said.err })));
}

/** A place in memory that keeps the order in which it was written. */
function createMemoryStore() {
  const kept = new Map<string, string>();
  const written: string[] = [];
  const nameOf = (item: KeyItem) => `${item.kind} ${fileOf(item)}`;
  const place: KeyStore = {
    read: async (item) => kept.get(nameOf(item)),
    write: async (item, text) => {
      written.push(item.kind);
      kept.set(nameOf(item), text);
    },
    writeTogether: async (entries) => {
      for (const [item, text] of entries) await place.write(item, text);
    },
    remove: async (item) => void kept.delete(nameOf(item)),
    hosts: (service) => [service],
  };
  return { place, kept, written };
}

describe('a set of keys', () => {
  const { generate: makeSet, publish: next, activate: seal, retire: end, show: tell } = KEY_SET_ACTIONS;

  test.each([
    ['cookie', 'set gateway-cookie.jwks', 'seals', 'enc'],
    ['person-hash', 'shared-set person-hash.jwks', 'hashes', 'sig'],
  ])(
    '%s is made once, and changed in steps that wait: the first counts, all open, three at most',
    async (name, at, does, use) => {
      const { place, kept } = createMemoryStore();
      let now = START;
      const steps = (hurry = false) => ({ place, now, hurry });
      const all = () => (JSON.parse(kept.get(at)!) as { keys: SecretKey[] }).keys;
      const kids = () => all().map(({ kid }) => kid);
      expect([await makeSet(steps(), name), await makeSet(steps(), name)]).toEqual([
        'a key was generated',
        'its keys exist',
      ]);
      const [first] = kids();
      await expect(seal(steps(), name)).rejects.toThrow('publish it first');
      now += MINUTE;
      await next(steps(), name);
      expect(await next(steps(), name)).toBe('its next key is published already; activate in 5 min');
      const [, second] = kids();
      expect(kids()).toEqual([first, second]);
      await expect(seal(steps(), name)).rejects.toThrow('activate in 5 min');
      await expect(end(steps(true), name)).rejects.toThrow('activate first');
      now += 5 * MINUTE;
      await seal(steps(), name);
      expect(kids()).toEqual([second, first]);
      await expect(end(steps(), name)).rejects.toThrow('retire in 8 h 5 min');
      await next(steps(), name);
      now += 6 * MINUTE;
      await seal(steps(), name);
      expect(all().map((key) => key.use)).toEqual([use, use, use]);
      await expect(next(steps(), name)).rejects.toThrow('retire them first');
      now += (8 * 60 + 5) * MINUTE;
      expect(await tell(steps(), name)).toMatch(new RegExp(`^${does} with \\S+; 2 old to retire now$`));
      await end(steps(), name);
      expect(kids()).toHaveLength(1);
      expect(await end(steps(), name)).toBe('nothing to retire');
    },
  );
});

test.each([
  ['document-keys', 'documents'],
  ['intake-keys', 'intake'],
  ['notification-keys', 'notifications'],
  ['identity-keys', 'identity'],
])('%s rotate, and old ones retire once no data key needs them', async (name, service) => {
  const { generate: makeSet, publish: next, activate: seal, retire: end, show: tell } = KEY_SET_ACTIONS;
  const { place, kept } = createMemoryStore();
  let now = START;
  const kids = () => (JSON.parse(kept.get(`set ${service}.jwks`)!) as { keys: SecretKey[] }).keys.map(({ kid }) => kid);
  let state = { kids: [] as string[], pending: 0, unreadable: 0 };
  const dataKeys = (asked: string) => {
    expect(asked).toBe(service);
    return Promise.resolve(state);
  };
  const steps = (hurry = false) => ({ place, now, hurry, dataKeys });
  await makeSet(steps(), name);
  const [first] = kids();
  await next(steps(), name);
  now += 6 * MINUTE;
  expect(await seal(steps(), name)).toContain(`${service} wraps all data keys again first`);
  expect(kids()).toEqual([expect.not.stringMatching(first!), first]);
  now += 6 * MINUTE;
  await expect(end(steps(), name)).rejects.toThrow(`${service} has not read these keys yet`);
  state = { kids: kids(), pending: 7, unreadable: 2 };
  expect(await tell(steps(), name)).toContain('1 old to retire now; 7 data keys still need an old key');
  await expect(end(steps(true), name)).rejects.toThrow('7 data keys still need an old key');
  state.pending = 2;
  await expect(end(steps(), name)).rejects.toThrow('2 data keys cannot be opened');
  state.pending = state.unreadable = 0;
  const away = Object.assign(steps(), { dataKeys: () => Promise.reject(new Error('It is away.')) });
  await expect(end(away, name)).rejects.toThrow(`${service} could not confirm`);
  expect(await tell(away, name)).toContain('could not be asked');
  expect(await end(steps(), name)).toBe('its old keys are retired');
  expect(kids()).toHaveLength(1);
});

test('keys of checkpoints sign and rotate, and old ones retire after all copies of the file', async () => {
  const { generate: makeSet, publish: next, activate, retire: end, show: tell } = KEY_SET_ACTIONS;
  const { place, kept } = createMemoryStore();
  let now = START;
  const steps = () => ({ place, now, hurry: false });
  const all = () => (JSON.parse(kept.get('set journal-checkpoints.jwks')!) as { keys: JsonWebKey[] }).keys;
  await makeSet(steps(), 'checkpoints');
  const [first] = all();
  await next(steps(), 'checkpoints');
  now += 6 * MINUTE;
  expect(await activate(steps(), 'checkpoints')).toBe('its next key signs; retire the old one in 5 min');
  expect(all()[1]).toEqual(first);
  for (const key of all()) expect(createPrivateKey({ key, format: 'jwk' }).asymmetricKeyType).toBe('ed25519');
  await expect(end(steps(), 'checkpoints')).rejects.toThrow('retire in 5 min');
  now += 6 * MINUTE;
  expect(await tell(steps(), 'checkpoints')).toMatch(/^signs with \S+; 1 old to retire now$/);
  await end(steps(), 'checkpoints');
  expect(all()).toHaveLength(1);
});

describe('personal number keys', () => {
  const { generate: makeSet, publish: next, activate: seal, retire: end } = KEY_SET_ACTIONS;

  test('seal and hash in pairs, and retire when no number needs them', async () => {
    const { place, kept } = createMemoryStore();
    let now = START;
    const keysNow = () => (JSON.parse(kept.get('set identity-persons.jwks')!) as { keys: SecretKey[] }).keys;
    const kids = () => keysNow().map(({ kid }) => kid);
    let said = { kids: [] as string[], numbers: 9, waiting: 0, unreadable: 0 };
    const steps = (hurry = false) => ({ place, now, hurry, personNumbers: () => Promise.resolve(said) });
    await makeSet(steps(), 'persons');
    const before = kids();
    now += MINUTE;
    expect(await next(steps(), 'persons')).toBe('its next keys are published; activate in 5 min');
    expect(kids().slice(0, 2)).toEqual(before);
    expect(await next(steps(), 'persons')).toBe('its next keys are published already; activate in 5 min');
    now += 5 * MINUTE;
    await seal(steps(), 'persons');
    expect(kids().slice(2)).toEqual(before);
    expect(keysNow().map(({ use }) => use)).toEqual(['enc', 'sig', 'enc', 'sig']);
    await expect(next(steps(), 'persons')).rejects.toThrow('retire them first');
    await expect(end(steps(), 'persons')).rejects.toThrow('retire in 5 min');
    now += 5 * MINUTE;
    await expect(end(steps(), 'persons')).rejects.toThrow('Identity has not read these keys yet');
    said = { kids: kids(), numbers: 9, waiting: 3, unreadable: 1 };
    // What an old key alone opens is lost with it, whatever the hurry.
    await expect(end(steps(true), 'persons')).rejects.toThrow('3 of 9 personal numbers still need an old key');
    said.waiting = 1;
    await expect(end(steps(), 'persons')).rejects.toThrow('1 of 9 personal numbers cannot be opened');
    said.waiting = said.unreadable = 0;
    const unknown = Object.assign(steps(), { personNumbers: () => Promise.reject(new Error('It is away.')) });
    await expect(end(unknown, 'persons')).rejects.toThrow('Identity could not confirm');
    expect(await end(steps(), 'persons')).toBe('its old keys are retired');
    expect(keysNow().map(({ use }) => use)).toEqual(['enc', 'sig']);
  });
});

describe('key rotation', () => {
  const folder = temporaryDir();
  afterAll(() => folder.remove());
  const { dir } = folder;
  const place = openFolderKeyStore(dir);
  /** Two processes that look at their files whenever they are asked, on one clock. */
  let at = START;
  const process = (service: 'gateway' | 'intake') =>
    openKeys({ dir, service, now: () => new Date(at), clock: () => at });
  const steps = (hurry = false) => ({ place, now: at, hurry });

  beforeEach(async () => {
    at = START;
    for (const service of SIGNERS) {
      for (const kind of ['private', 'next', 'public'] as const) await place.remove({ kind, service });
      await generateKey(steps(), service);
    }
  });

  test('refuses no call at any step', async () => {
    const [caller, called] = [process('gateway'), process('intake')];
    const accepted = async (token: string) => (await called.verifyService(token)) === 'gateway';
    const first = caller.serviceToken('intake');
    expect(await accepted(first)).toBe(true);

    await publishNextKey(steps(), 'gateway');
    at += 2_000;
    expect(await accepted(first)).toBe(true);
    expect(await accepted(caller.serviceToken('intake'))).toBe(true);

    at += 5 * MINUTE;
    const last = caller.serviceToken('intake');
    await activateNextKey(steps(), 'gateway');
    at += 2_000;
    const next = caller.serviceToken('intake');
    const kid = (token: string) =>
      (JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()) as { kid: string }).kid;
    expect(kid(next)).not.toBe(kid(last));
    expect([await accepted(last), await accepted(next)]).toEqual([true, true]);

    at += 10 * MINUTE;
    await retireOldKeys(steps(), 'gateway');
    at += 2_000;
    expect(await accepted(caller.serviceToken('intake'))).toBe(true);
    await expect(called.verifyService(next.replace(kid(next), kid(last)))).rejects.toMatchObject({
      reason: 'TOKEN_INVALID',
    });
  });

  test('refuses an early step unless hurried', async () => {
    await publishNextKey(steps(), 'identity');
    at += 4 * MINUTE;
    await expect(activateNextKey(steps(), 'identity')).rejects.toThrow(
      'The next key of identity may not be read everywhere yet: activate in 1 min, or --now.',
    );
    expect(await describeKey(steps(), 'identity')).toMatch(/ is published; activate in 1 min$/);
    at += MINUTE;
    await activateNextKey(steps(), 'identity');
    at += 17 * 24 * 60 * MINUTE;
    await expect(retireOldKeys(steps(), 'identity')).rejects.toThrow(
      'Signatures of the old key of identity may still be in use: retire in 5 min, or --now.',
    );
    expect(await retireOldKeys(steps(true), 'identity')).toBe('its old key is retired');
    expect(await retireOldKeys(steps(), 'identity')).toBe('nothing to retire');
  });

  test('refuses steps out of order', async () => {
    await expect(activateNextKey(steps(), 'intake')).rejects.toThrow('intake has no next key: publish it first.');
    await publishNextKey(steps(), 'intake');
    await expect(retireOldKeys(steps(true), 'intake')).rejects.toThrow(
      'intake has a next key that is not active: activate first.',
    );
    await place.remove({ kind: 'private', service: 'intake' });
    await expect(publishNextKey(steps(), 'intake')).rejects.toThrow('intake has no key: make it first.');
  });

  test('keeps an published key when repeated', async () => {
    await publishNextKey(steps(), 'intake');
    const before = await place.read({ kind: 'public', service: 'intake' });
    expect(await publishNextKey(steps(), 'intake')).toMatch(/^its next key is published already; /);
    expect(await place.read({ kind: 'public', service: 'intake' })).toBe(before);
  });
});

test('publishes the signing key and nothing private in any order of steps', async () => {
  const actions = { generate: generateKey, publish: publishNextKey, activate: activateNextKey, retire: retireOldKeys };
  const one = fc.record({
    action: fc.constantFrom(...(Object.keys(actions) as (keyof typeof actions)[])),
    wait: fc.integer({ min: 0, max: 600 * MINUTE }),
    hurry: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(one, { maxLength: 12 }), async (all) => {
      const { place, kept } = createMemoryStore();
      let now = START;
      for (const { action, wait, hurry } of all) {
        now += wait;
        await actions[action]({ place, now, hurry }, 'intake').catch(() => undefined);
        const own = kept.get('private intake.key.jwk');
        const known = kept.get('public intake.jwk');
        if (!own) continue;
        expect(parsePublicJwks(known!).map(({ kid }) => kid)).toContain(parsePublicJwks(own)[0]!.kid);
        expect(known).not.toContain('"d"');
      }
    }),
    { numRuns: 50 },
  );
});

test('writes a new public key before the private one', async () => {
  const { place, written } = createMemoryStore();
  await generateKey({ place, now: START, hurry: false }, 'intake');
  expect(written).toEqual(['public', 'private']);
});

test('keeps existing keys, the secret and invalid files', async () => {
  const { place, kept } = createMemoryStore();
  await generateKey({ place, now: START, hurry: false }, 'intake');
  await generateSecret(place);
  const before = new Map(kept);
  expect(await generateKey({ place, now: START + MINUTE, hurry: false }, 'intake')).toBe('its key exists');
  expect(await generateSecret(place)).toBe('its secret exists');
  expect(kept).toEqual(before);
  kept.set('private intake.key.jwk', '{ half a fi');
  await expect(generateKey({ place, now: START, hurry: false }, 'intake')).rejects.toThrow(
    'The private key of intake is invalid.',
  );
});

describe('`npm run cups -- keys`', () => {
  const folder = temporaryDir();
  afterAll(() => folder.remove());
  const dir = join(folder.dir, 'keys');

  test('creates a key folder with private files for the owner only', async () => {
    const { code, out } = await keys('generate', '--dir', dir);
    expect({ code, lines: out.trim().split('\n') }).toEqual({
      code: 0,
      lines: [
        ...[
          ...SIGNERS,
          ...[
            'cookie',
            'person-hash',
            'document-keys',
            'identity-keys',
            'intake-keys',
            'notification-keys',
            'checkpoints',
          ],
        ].map((name) => `${name}: a key was generated`),
        'persons: its keys were generated',
        'intake: its secret was generated',
        'authority: generated, valid for 3650 days',
        ...SIGNERS.map((service) => `${service}: a certificate was issued, valid for 365 days`),
      ],
    });
    for (const service of SIGNERS) {
      openKeys({ dir, service });
      openTls({ dir: tlsFolderPath(dir, service), service }).close();
    }
    const modeOf = (file: string) => (statSync(join(dir, file)).mode & 0o777).toString(8);
    expect([modeOf('intake.key.jwk'), modeOf('intake.secret'), modeOf('public/intake.jwk')]).toEqual([
      '600',
      '600',
      '644',
    ]);
    const before = readFileSync(join(dir, 'intake.key.jwk'), 'utf8');
    expect((await keys('generate', '--dir', dir)).out).toContain('intake: its key exists');
    expect(readFileSync(join(dir, 'intake.key.jwk'), 'utf8')).toBe(before);
  });

  test('generates a password per Kafka user once without printing it', async () => {
    const users = ['identity', 'intake', 'documents', 'agency-bridge', 'notifications', 'journal'].concat([
      'agency-simulator',
      'kafka-lag',
    ]);
    const { out } = await keys('generate', '--dir', dir, '--kafka');
    expect(out.match(/^.*password.*$/gm)).toEqual(users.map((user) => `${user}: its password for Kafka was generated`));
    const passwords = users.map((user) => readFileSync(join(dir, 'kafka', user), 'utf8'));
    expect(new Set(passwords).size).toBe(users.length);
    for (const password of passwords) {
      expect(password).toMatch(/^[\w-]{43}$/);
      expect(out).not.toContain(password);
    }
    expect((statSync(join(dir, 'kafka', 'intake')).mode & 0o777).toString(8)).toBe('600');
    expect((await keys('generate', '--dir', dir, '--kafka')).out).toContain('intake: its password for Kafka exists');
    expect(users.map((user) => readFileSync(join(dir, 'kafka', user), 'utf8'))).toEqual(passwords);
  });

  test.each<[string, string[], RegExp]>([
    ['an authority to renew', ['renew', 'authority', '--dir', 'x'], /^authority has only publish, activate and retire/],
    ['no place', ['generate'], /^Use one of --dir /],
    ['two places', ['generate', '--dir', 'x', '--cluster'], /^Use one of --dir /],
    ['nobody', ['publish', '--dir', 'x'], /^Name the owner of the key: /],
    [
      'a service without a key',
      ['generate', 'agency-simulator', '--dir', 'x'],
      /^No service named agency-simulator has a key: /,
    ],
    ['an action that it does not have', ['burn'], /^Unknown command 'burn'\. See --help\.$/],
    ['an option that it does not know', ['generate', '--folder', 'x'], /^Unknown option '--folder'/],
  ])('refuses %s with one sentence and code 2', async (_, args, sentence) => {
    const { code, out, err } = await keys(...args);
    expect({ code, out, lines: err.trim().split('\n').length }).toEqual({ code: 2, out: '', lines: 1 });
    expect(err.trim()).toMatch(sentence);
  });

  test.each<[string, string[], RegExp]>([
    ['outside a pod', ['generate', '--cluster'], /^Not in a pod: /],
    [
      'when the cluster does not respond',
      ['show', '--api', 'http://127.0.0.1:1'],
      /^The API server at http:\/\/127\.0\.0\.1:1 does not respond: ECONNREFUSED\.$/,
    ],
  ])('fails %s with one sentence and code 1', async (_, args, sentence) => {
    const { code, out, err } = await keys(...args);
    expect({ code, out, lines: err.trim().split('\n').length }).toEqual({ code: 1, out: '', lines: 1 });
    expect(err.trim()).toMatch(sentence);
  });

  test('prints its usage', async () => {
    expect(await keys('generate', '--help')).toMatchObject({
      code: 0,
      out: expect.stringContaining('--namespace <name>'),
      err: '',
    });
  });
});

describe('keys in a cluster', () => {
  interface StoredObject {
    kind: string;
    data: Record<string, string>;
  }
  const objects = new Map<string, StoredObject>();
  const asked: string[] = [];
  let refuse = false;
  let server: Server;
  let access: { url: string; namespace: string; token: string };

  /** As much of an API server as the keys need: read, create, merge. */
  function answer(method: string, path: string, text: string): [number, object] {
    if (refuse) return [403, { message: 'secrets is forbidden: User "keys" cannot get resource "secrets"' }];
    const found = objects.get(path);
    const body = text
      ? (JSON.parse(text) as StoredObject & { metadata: { name: string }; data: Record<string, string | null> })
      : undefined;
    if (method === 'POST') {
      objects.set(`${path}/${body!.metadata.name}`, { kind: body!.kind, data: body!.data });
      return [201, body!];
    }
    if (!found) return [404, { message: 'not found' }];
    for (const [key, value] of Object.entries(
      method === 'PATCH' ? (body!.data as Record<string, string | null>) : {},
    )) {
      if (value === null) delete found.data[key];
      else found.data[key] = value;
    }
    return [200, found];
  }

  beforeEach(async () => {
    objects.clear();
    asked.length = 0;
    refuse = false;
    server = createServer((request, response) => {
      let text = '';
      asked.push(
        `${request.headers.authorization} ${request.method} ${request.url} ${request.headers['content-type']}`,
      );
      request.on('data', (data) => (text += data));
      request.on('end', () => {
        const [status, body] = answer(request.method!, request.url!, text);
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    access = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, namespace: 'cups', token: 'a.token' };
  });
  afterEach(() => new Promise((done) => server.close(done)));

  test('are Secrets per service and a ConfigMap of public keys', async () => {
    const { code, err } = await keys('generate', '--api', access.url, '--namespace', 'cups', '--prefix', 'try');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const at = '/api/v1/namespaces/cups';
    expect([...objects].map(([path, { kind, data }]) => [path, kind, Object.keys(data).sort()]).sort()).toEqual(
      [
        [`${at}/configmaps/try-public-keys`, 'ConfigMap', SIGNERS.map((service) => `${service}.jwk`).sort()],
        [`${at}/secrets/try-request-secret`, 'Secret', ['intake.secret']],
        [`${at}/secrets/try-person-hash`, 'Secret', ['person-hash.jwks']],
        ...SIGNERS.map((service) => {
          const sets = {
            gateway: ['gateway-cookie.jwks'],
            identity: ['identity-persons.jwks', 'identity.jwks'],
            documents: ['documents.jwks'],
            intake: ['intake.jwks'],
            notifications: ['notifications.jwks'],
            journal: ['journal-checkpoints.jwks'],
          };
          const own = service in sets ? sets[service as keyof typeof sets] : [];
          return [`${at}/secrets/try-key-${service}`, 'Secret', [...own, `${service}.key.jwk`].sort()];
        }),
        // The key of the authority is in a Secret of its own, which no service mounts.
        ...['authority', ...SIGNERS.map((service) => `tls-${service}`)].map((name) => [
          `${at}/secrets/try-${name}`,
          'Secret',
          ['ca.crt', 'tls.crt', 'tls.key'],
        ]),
      ].sort(),
    );
  });

  test('that are lost and have no replacement are named, and nothing is generated before someone accepts the loss', async () => {
    const generateAgain = (...more: string[]) => keys('generate', '--api', access.url, '--namespace', 'cups', ...more);
    await generateAgain();
    const at = '/api/v1/namespaces/cups/secrets';
    for (const service of ['identity', 'journal', 'catalog']) objects.delete(`${at}/cups-key-${service}`);
    const refused = await generateAgain();
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('identity has lost its keys and identity.jwks, identity-persons.jwks.');
    expect(refused.err).toContain('journal has lost its keys and journal-checkpoints.jwks.');
    // The key of catalog only signs tokens of five minutes.
    expect(refused.err).not.toContain('catalog');
    expect([...objects.keys()].filter((path) => /cups-key-(identity|journal|catalog)/.test(path))).toEqual([]);
    expect((await generateAgain('--accept-loss')).code).toBe(0);
    expect(Object.keys(objects.get(`${at}/cups-key-journal`)!.data)).toContain('journal-checkpoints.jwks');
  });

  test('include a Secret per Kafka password', async () => {
    await keys('generate', '--api', access.url, '--namespace', 'cups', '--kafka');
    const made = [...objects].flatMap(([path, { data }]) => {
      const name = /secrets\/cups-kafka-(.*)$/.exec(path)?.[1];
      return name === undefined ? [] : [[name, Object.keys(data)]];
    });
    expect(made).toEqual(
      ['identity', 'intake', 'documents', 'agency-bridge', 'notifications', 'journal', 'agency-simulator', 'lag'].map(
        (name) => [name, ['password']],
      ),
    );
  });

  test('rotate in three steps with the pod’s token', async () => {
    const place = openClusterKeyStore(access, 'cups');
    const steps = (minutes: number) => ({ place, now: START + minutes * MINUTE, hurry: false });
    await generateKey(steps(0), 'gateway');
    await publishNextKey(steps(1), 'gateway');
    expect(objects.get('/api/v1/namespaces/cups/secrets/cups-next-keys')?.data).toHaveProperty([
      'gateway.next.key.jwk',
    ]);
    await activateNextKey(steps(6), 'gateway');
    expect(objects.get('/api/v1/namespaces/cups/secrets/cups-next-keys')?.data).toEqual({});
    const published = () =>
      parsePublicJwks(objects.get('/api/v1/namespaces/cups/configmaps/cups-public-keys')!.data['gateway.jwk']!);
    expect(published()).toHaveLength(2);
    await retireOldKeys(steps(16), 'gateway');
    expect(published()).toHaveLength(1);
    expect(new Set(asked.map((line) => line.split(' ')[1]))).toEqual(new Set(['a.token']));
    expect(asked.filter((line) => line.includes('PATCH')).every((line) => line.endsWith('merge-patch+json'))).toBe(
      true,
    );
  });

  test('are not generated without read access', async () => {
    refuse = true;
    const { code, err } = await keys('generate', '--api', access.url, '--namespace', 'cups');
    expect(code).toBe(1);
    expect(err).toMatch(/^GET .*cups-key-\w+ was refused with 403: secrets is forbidden/);
    expect(objects.size).toBe(0);
  });
});
