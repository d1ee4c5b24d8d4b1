import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IdentityServiceDefinition } from '@cups/contracts/gen/cups/identity/v1/IdentityService.ts';
import { ensureTopics } from '@cups/events';
import { openStore } from '@cups/store';
import type { Store } from '@cups/store';
import { clientFor, eventually, keepLog, keysFor, platform, readTopic } from '@cups/testing';
import { readConfig } from '../src/config.ts';
import type { Config } from '../src/config.ts';
import { createIdentity } from '../src/service.ts';

const { mongoUri, brokers, prefix } = platform();
const keys = keysFor();
const root = mkdtempSync(join(tmpdir(), 'cups-identity-'));
const dataDir = join(root, 'data');
const source = join(import.meta.dirname, '../../../data');
const centres = readdirSync(join(source, 'centres')).length;
const path = (code: string) => join(dataDir, 'centres', `${code}.yaml`);
const textOf = (code: string) => readFileSync(path(code), 'utf8');
const write = (code: string, text: string) => writeFileSync(path(code), text);
const newCentre = (code: string, more = '') => {
  const text = textOf('CU-001').replaceAll('CU-001', code).replace('Lozova', `Test ${code}`);
  write(code, text + more);
};

const config = (more: Partial<Config> = {}): Config => ({
  ...readConfig({ CUPS_ENV: 'development', CUPS_IDENTITY_PROVIDERS: 'local' }),
  mongoUri,
  kafkaBrokers: brokers,
  prefix,
  grpcPort: 0,
  httpPort: 0,
  keysDir: keys.dir,
  dataDir,
  syncMs: 500,
  sessionSweepMs: 200,
  ...more,
});

let clock: Date | undefined;
const log = keepLog('identity');
const logTo = { write: (line: string) => void log.lines.push(JSON.parse(line) as Record<string, unknown>) };
let identity: Awaited<ReturnType<typeof createIdentity>>;
const open: { close(): void }[] = [];

function client(sessionToken?: string, from: 'gateway' | 'intake' | 'agency-bridge' = 'gateway') {
  const address = `127.0.0.1:${identity.grpcPort}`;
  const made = clientFor<IdentityServiceDefinition>('cups.identity.v1.IdentityService', {
    ...{ address, keys, from, to: 'identity' },
    ...(sessionToken ? { sessionToken } : {}),
  });
  open.push(made);
  return made;
}
const signIn = async (operator: string) => (await client().createSession({ provider: 'local', operator })).assertion;
const refused = (reason: string) => expect.objectContaining({ reason }) as unknown as Error;

beforeAll(async () => {
  mkdirSync(dataDir);
  for (const kind of ['centres', 'agencies']) cpSync(join(source, kind), join(dataDir, kind), { recursive: true });
  await ensureTopics({ brokers, prefix, partitions: 1, agencies: [] });
  identity = await createIdentity(config(), { now: () => clock ?? new Date(), logTo });
  await eventually(async () => (await fetch(`http://127.0.0.1:${identity.httpPort}/readyz`)).ok);
});

afterAll(async () => {
  for (const one of open) one.close();
  await identity.stop();
  keys.remove();
  rmSync(root, { recursive: true });
});

describe('centres', () => {
  test('are those of the files', async () => {
    const { centres: all } = await client(undefined, 'intake').listCentres({ pageSize: 200 });
    expect(all).toHaveLength(centres);
    const { centre } = await client(undefined, 'intake').getCentre({ name: 'centres/CU-001' });
    expect(centre).toMatchObject({
      name: 'centres/CU-001',
      displayName: 'Lozova',
      kind: 'CENTRE_KIND_TOWN_HALL',
      status: 'CENTRE_STATUS_ACTIVE',
      timeZone: 'Europe/Chisinau',
      agencies: expect.arrayContaining(['agencies/asp']) as unknown as string[],
      openApplicationLimit: 500,
    });
  });

  test('are paged by code; a token of nothing is refused', async () => {
    const gateway = client();
    const seen: string[] = [];
    for (let pageToken = ''; ;) {
      const page = await gateway.listCentres({ pageSize: 10, pageToken });
      seen.push(...page.centres.map(({ name }) => name));
      pageToken = page.nextPageToken;
      if (!pageToken) break;
    }
    expect(seen).toHaveLength(centres);
    expect(seen).toEqual([...seen].sort());
    await expect(gateway.listCentres({ pageToken: 'x' })).rejects.toEqual(refused('PAGE_TOKEN_INVALID'));
    await expect(gateway.listCentres({ pageSize: -1 })).rejects.toEqual(refused('INVALID_ARGUMENT'));
  });

  test('that do not exist are NOT_FOUND, malformed names are refused', async () => {
    await expect(client().getCentre({ name: 'centres/CU-999' })).rejects.toEqual(refused('NOT_FOUND'));
    await expect(client().getCentre({ name: 'CU-001' })).rejects.toEqual(refused('INVALID_ARGUMENT'));
  });

  test('each is announced once on the compacted topic', async () => {
    const topic = await readTopic({ brokers, prefix }, 'cups.centres');
    const events = await topic.until((all) => all.length >= centres);
    await topic.stop();
    expect(new Set(events.map(({ key }) => key)).size).toBe(centres);
    expect(events).toHaveLength(centres);
    const first = events.find(({ key }) => key === 'CU-001');
    expect(first).toMatchObject({
      type: 'md.cups.centre.changed.v1',
      subject: 'centres/CU-001',
      source: '/cups/identity',
      sequence: 1,
    });
  });

  test('a new file is in service within two seconds, with its operators, and is announced', async () => {
    const began = Date.now();
    newCentre('CU-901');
    const { centre } = await eventually(() => client().getCentre({ name: 'centres/CU-901' }), { timeoutMs: 5_000 });
    expect(Date.now() - began).toBeLessThan(2_000);
    expect(centre?.displayName).toBe('Test CU-901');
    const { session } = await client().createSession({ provider: 'local', operator: 'operators/cu-901-specialist' });
    expect(session?.operator?.centre).toBe('centres/CU-901');
    const topic = await readTopic({ brokers, prefix }, 'cups.centres');
    await topic.until((all) => all.some(({ key }) => key === 'CU-901'));
    await topic.stop();
  });

  test('a paused centre is visible as paused, and its change is announced as the second', async () => {
    write('CU-002', textOf('CU-002').replace('status: active', 'status: paused'));
    await eventually(async () => {
      const { centre } = await client().getCentre({ name: 'centres/CU-002' });
      return centre?.status === 'CENTRE_STATUS_PAUSED';
    });
    const topic = await readTopic({ brokers, prefix }, 'cups.centres');
    const events = await topic.until((all) => all.filter(({ key }) => key === 'CU-002').length === 2);
    await topic.stop();
    expect(events.filter(({ key }) => key === 'CU-002').map(({ sequence }) => sequence)).toEqual([1, 2]);
  });

  test('a broken file keeps the last good centre, harms no other and is named', async () => {
    const good = textOf('CU-003');
    write('CU-003', good.replace('Europe/Chisinau', 'Europe/Nowhere'));
    await eventually(() => identity.registry.problems().some(({ file }) => file === 'CU-003.yaml'));
    expect((await client().getCentre({ name: 'centres/CU-003' })).centre?.timeZone).toBe('Europe/Chisinau');
    newCentre('CU-902');
    await eventually(() => client().getCentre({ name: 'centres/CU-902' }));
    expect(log.text()).toContain('centre-refused');
    write('CU-003', good);
    await eventually(() => identity.registry.problems().length === 0);
  });

  test('a vanished file is an error and not a deletion, after a restart too', async () => {
    const text = textOf('CU-004');
    rmSync(path('CU-004'));
    await eventually(() => identity.registry.problems().some(({ file }) => file === 'CU-004.yaml'));
    expect((await client().getCentre({ name: 'centres/CU-004' })).centre?.name).toBe('centres/CU-004');
    const other = await createIdentity(config(), { logTo });
    try {
      await eventually(() => other.registry.current().has('CU-004'));
      expect(other.registry.problems()).toEqual([{ file: 'CU-004.yaml', message: 'the file is gone' }]);
    } finally {
      await other.stop();
    }
    write('CU-004', text);
    await eventually(() => identity.registry.problems().length === 0);
  });

  test('a replica whose mount lags takes the newer centre from the store and announces nothing', async () => {
    const lagging = join(root, 'lagging');
    cpSync(dataDir, lagging, { recursive: true });
    write('CU-005', textOf('CU-005').replace('status: active', 'status: paused'));
    await eventually(() => identity.registry.current().get('CU-005')?.status === 'paused');
    const topic = await readTopic({ brokers, prefix }, 'cups.centres');
    await topic.until((all) => all.filter(({ key }) => key === 'CU-005').length === 2);
    const other = await createIdentity(config({ dataDir: lagging }), { logTo });
    try {
      await eventually(() => other.registry.current().get('CU-005')?.status === 'paused');
      expect(identity.registry.current().get('CU-005')?.status).toBe('paused');
      expect(topic.events.filter(({ key }) => key === 'CU-005')).toHaveLength(2);
    } finally {
      await other.stop();
      await topic.stop();
    }
  });

  test('are in service while Kafka is away, and announced when it is back', async () => {
    const own = `${prefix}away-`;
    const away = await createIdentity(config({ prefix: own, kafkaBrokers: ['127.0.0.1:1'] }), { logTo });
    await eventually(async () => (await fetch(`http://127.0.0.1:${away.httpPort}/readyz`)).ok);
    expect(away.registry.current().size).toBeGreaterThan(centres);
    await eventually(() => log.text().includes('outbox'), { timeoutMs: 10_000 });
    await away.stop();
    await ensureTopics({ brokers, prefix: own, partitions: 1, agencies: [] });
    const back = await createIdentity(config({ prefix: own }), { logTo });
    const topic = await readTopic({ brokers, prefix: own }, 'cups.centres');
    await topic.until((all) => new Set(all.map(({ key }) => key)).size === back.registry.current().size);
    await topic.stop();
    await back.stop();
  });
});

describe('signing in', () => {
  test('gives a session of at most eight hours and an assertion with role, centre and language', async () => {
    const { session, assertion } = await client().createSession({ provider: 'local', operator: 'cu-001-specialist' });
    expect(session?.operator).toMatchObject({
      name: 'operators/cu-001-specialist',
      roles: ['ROLE_SPECIALIST'],
      centre: 'centres/CU-001',
    });
    const seconds = Number(session?.expireTime?.seconds) - Number(session?.createTime?.seconds);
    expect(seconds).toBe(8 * 3600);
    expect(await keys.of('gateway').verifySession(assertion)).toMatchObject({
      operator: 'operators/cu-001-specialist',
      roles: ['specialist'],
      centre: 'centres/CU-001',
      sid: session?.id,
      language: 'ro',
    });
  });

  test('of an agency clerk carries the agency and no centre', async () => {
    const claims = await keys.of('gateway').verifySession(await signIn('operators/asp-clerk'));
    expect(claims).toMatchObject({ roles: ['agency-clerk'], agency: 'agencies/asp' });
    expect(claims.centre).toBeUndefined();
  });

  test('of a clerk of an agency whose file has just come is given, without a restart', async () => {
    const text = readFileSync(join(source, 'agencies', 'asp.yaml'), 'utf8').replace('code: asp', 'code: fisc');
    await expect(signIn('operators/fisc-clerk')).rejects.toEqual(refused('UNAUTHENTICATED'));
    writeFileSync(join(dataDir, 'agencies', 'fisc.yaml'), text);
    const assertion = await eventually(() => signIn('operators/fisc-clerk').catch(() => undefined));
    const claims = await keys.of('gateway').verifySession(assertion);
    expect(claims).toMatchObject({ roles: ['agency-clerk'], agency: 'agencies/fisc' });
  });

  test('by an unknown provider or as an unknown operator is refused', async () => {
    const gateway = client();
    await expect(gateway.createSession({ provider: 'mpass', operator: 'cu-001-specialist' })).rejects.toEqual(
      refused('PROVIDER_UNKNOWN'),
    );
    for (const operator of ['', 'operators/nobody', '__proto__', 'operators/operators/support', '../support'])
      await expect(gateway.createSession({ provider: 'local', operator })).rejects.toEqual(refused('UNAUTHENTICATED'));
  });

  test('offers the operators of a centre', async () => {
    const { operators } = await client().listOperators({ centre: 'centres/CU-001' });
    expect(operators.map(({ name }) => name)).toEqual(['operators/cu-001-manager', 'operators/cu-001-specialist']);
    const all = await client().listOperators({ pageSize: 200 });
    expect(all.operators.length).toBeGreaterThanOrEqual(centres * 2 + 6);
  });

  test('is for the gateway only', async () => {
    await expect(client(undefined, 'intake').listOperators({})).rejects.toEqual(refused('PERMISSION_DENIED'));
    await expect(client(undefined, 'agency-bridge').getCentre({ name: 'centres/CU-001' })).rejects.toEqual(
      refused('PERMISSION_DENIED'),
    );
  });
});

describe('a session', () => {
  test('is read by its holder', async () => {
    const { session } = await client(await signIn('cu-006-manager')).getSession({});
    expect(session?.operator).toMatchObject({ name: 'operators/cu-006-manager', roles: ['ROLE_CENTRE_MANAGER'] });
  });

  test('is not there without an assertion, and not with a foreign one', async () => {
    await expect(client().getSession({})).rejects.toEqual(refused('UNAUTHENTICATED'));
    const forged = keys.session({ role: 'support', operator: 'operators/support' }).token;
    await expect(client(forged).getSession({})).rejects.toEqual(refused('SESSION_EXPIRED'));
    await expect(client(`${forged}x`).getSession({})).rejects.toEqual(refused('SESSION_INVALID'));
  });

  test('that was signed out is over for good; signing out twice is no error', async () => {
    const mine = client(await signIn('cu-007-specialist'));
    await mine.deleteSession({});
    await expect(mine.getSession({})).rejects.toEqual(refused('SESSION_EXPIRED'));
    await mine.deleteSession({});
    await expect(mine.getSession({})).rejects.toEqual(refused('SESSION_EXPIRED'));
    await expect(client(await signIn('cu-007-specialist')).getSession({})).resolves.toBeDefined();
  });

  test('is over when its time has passed', async () => {
    const hours = (n: number) => new Date(Date.now() + n * 3_600_000);
    try {
      clock = hours(-7.9);
      const mine = client(await signIn('cu-008-specialist'));
      clock = hours(0.05);
      await expect(mine.getSession({})).resolves.toBeDefined();
      clock = hours(0.15);
      await expect(mine.getSession({})).rejects.toEqual(refused('SESSION_EXPIRED'));
    } finally {
      clock = undefined;
    }
  });
});

describe('sessions of one operator', () => {
  let store: Store;
  const stored = (operator: string) => store.collection('sessions').countDocuments({ operator });
  const answers = (sessions: Client[]) =>
    Promise.all(
      sessions.map((one) =>
        one.getSession({}).then(
          () => 'counts',
          ({ reason }) => String(reason),
        ),
      ),
    );
  type Client = ReturnType<typeof client>;
  beforeAll(async () => {
    store = openStore({ uri: mongoUri, database: `${prefix}cups-identity`, log: log.log });
    await eventually(() => stored('nobody').then(() => true));
  });
  afterAll(() => store.close());

  test('are five at once: of a sixth the oldest ends, another operator loses none', async () => {
    const other = client(await signIn('cu-012-manager'));
    const mine: Client[] = [];
    for (let n = 0; n < 7; n += 1) mine.push(client(await signIn('cu-012-specialist')));
    const five = Array<string>(5).fill('counts');
    expect(await answers(mine)).toEqual(['SESSION_EXPIRED', 'SESSION_EXPIRED', ...five]);
    expect(await answers([other])).toEqual(['counts']);
    expect(await stored('cu-012-specialist')).toBe(5);
  });

  test('stay five when twelve sign in at the same moment', async () => {
    const tokens = await Promise.all(Array.from({ length: 12 }, () => signIn('cu-013-specialist')));
    const found = await answers(tokens.map((token) => client(token)));
    expect(found.filter((answer) => answer === 'counts').length).toBeLessThanOrEqual(5);
    expect(await stored('cu-013-specialist')).toBeLessThanOrEqual(5);
    // Whoever comes last is in.
    expect(await answers([client(await signIn('cu-013-specialist'))])).toEqual(['counts']);
  });

  test('leave the store when they are signed out, and when the operator is suspended', async () => {
    const mine = client(await signIn('cu-014-specialist'));
    await signIn('cu-014-specialist');
    expect(await stored('cu-014-specialist')).toBe(2);
    await mine.deleteSession({});
    expect(await stored('cu-014-specialist')).toBe(1);
    const support = client(await signIn('operators/support'));
    await support.suspendOperator({ requestId: randomUUID(), name: 'operators/cu-014-specialist' });
    expect(await stored('cu-014-specialist')).toBe(0);
  });

  test('leave the store when their time has passed, and are counted', async () => {
    await signIn('cu-015-specialist');
    expect(await stored('cu-015-specialist')).toBe(1);
    try {
      clock = new Date(Date.now() + 8.1 * 3_600_000);
      await eventually(async () => (await stored('cu-015-specialist')) === 0);
    } finally {
      clock = undefined;
    }
    // Counted a moment after the store has forgotten them.
    await eventually(async () => {
      const metrics = await (await fetch(`http://127.0.0.1:${identity.httpPort}/metrics`)).text();
      for (const cause of ['signed-out', 'too-many', 'suspended', 'expired'])
        expect(metrics).toMatch(new RegExp(`cups_identity_sessions_ended_total\\{cause="${cause}".*\\} [1-9]`));
      return true;
    });
  });
});

describe('a replica whose files lag behind', () => {
  const lagging = join(root, 'behind');
  let behind: Awaited<ReturnType<typeof createIdentity>>;
  const ask = (sessionToken?: string) => {
    const made = clientFor<IdentityServiceDefinition>('cups.identity.v1.IdentityService', {
      ...{ address: `127.0.0.1:${behind.grpcPort}`, keys, from: 'gateway', to: 'identity' },
      ...(sessionToken ? { sessionToken } : {}),
    });
    open.push(made);
    return made;
  };
  beforeAll(async () => {
    cpSync(dataDir, lagging, { recursive: true });
    behind = await createIdentity(config({ dataDir: lagging, syncMs: 3_600_000 }), { logTo });
    await eventually(async () => (await fetch(`http://127.0.0.1:${behind.httpPort}/readyz`)).ok);
  });
  afterAll(() => behind.stop());

  test('says that it does not know an operator yet, and not that the session has ended', async () => {
    newCentre('CU-903');
    const token = await eventually(() => signIn('cu-903-specialist'));
    await expect(client(token).getSession({})).resolves.toBeDefined();
    await expect(ask(token).getSession({})).rejects.toEqual(refused('UNKNOWN_HERE'));
    await expect(ask(token).getCentre({ name: 'centres/CU-903' })).rejects.toEqual(refused('UNKNOWN_HERE'));
    await expect(ask().getCentre({ name: 'centres/CU-903' })).rejects.toEqual(refused('NOT_FOUND'));

    cpSync(path('CU-903'), join(lagging, 'centres', 'CU-903.yaml'));
    await eventually(() => ask(token).getSession({}));
    expect((await ask(token).getCentre({ name: 'centres/CU-903' })).centre?.name).toBe('centres/CU-903');
  });

  test('says that a session has ended when it has, whether it knows the operator or not', async () => {
    newCentre('CU-904');
    const token = await eventually(() => signIn('cu-904-specialist'));
    await expect(ask(token).getSession({})).rejects.toEqual(refused('UNKNOWN_HERE'));
    await client(token).deleteSession({});
    await expect(ask(token).getSession({})).rejects.toEqual(refused('SESSION_EXPIRED'));
  });
});

describe('a suspension', () => {
  const operator = 'operators/cu-009-specialist';
  test('ends sessions at once and refuses sign-in until it is lifted; old sessions stay ended', async () => {
    const mine = client(await signIn(operator));
    await mine.getSession({});
    const support = client(await signIn('operators/support'));
    const requestId = randomUUID();
    const done = await support.suspendOperator({ requestId, name: operator });
    expect(done).toMatchObject({ replayed: false, operator: { name: operator, suspended: true } });
    await expect(mine.getSession({})).rejects.toEqual(refused('OPERATOR_SUSPENDED'));
    await expect(signIn(operator)).rejects.toEqual(refused('OPERATOR_SUSPENDED'));
    const { operators } = await client().listOperators({ centre: 'centres/CU-009' });
    expect(operators.filter(({ suspended }) => suspended).map(({ name }) => name)).toEqual([operator]);

    const lifted = await support.reinstateOperator({ requestId: randomUUID(), name: operator });
    expect(lifted.operator?.suspended).toBe(false);
    await expect(mine.getSession({})).rejects.toEqual(refused('SESSION_EXPIRED'));
    await expect(client(await signIn(operator)).getSession({})).resolves.toBeDefined();

    const replay = await support.suspendOperator({ requestId, name: operator });
    expect(replay).toMatchObject({ replayed: true, operator: { suspended: false } });
    const again = await support.suspendOperator({ requestId: randomUUID(), name: operator });
    expect(again).toMatchObject({ replayed: false, operator: { suspended: true } });
    await support.reinstateOperator({ requestId: randomUUID(), name: operator });
  });

  test('takes a UUID that was used for nothing else', async () => {
    const support = client(await signIn('operators/support'));
    await expect(support.suspendOperator({ requestId: '1', name: operator })).rejects.toEqual(
      refused('REQUEST_ID_INVALID'),
    );
    const requestId = randomUUID();
    await support.suspendOperator({ requestId, name: 'operators/cu-010-specialist' });
    await expect(support.suspendOperator({ requestId, name: 'operators/cu-011-specialist' })).rejects.toEqual(
      refused('REQUEST_ID_REUSED'),
    );
    await expect(client(await signIn('cu-011-specialist')).getSession({})).resolves.toBeDefined();
  });

  test('is for support only, and for operators that exist', async () => {
    const requestId = randomUUID();
    for (const other of ['cu-001-specialist', 'cu-001-manager', 'supervisor', 'asp-clerk'])
      await expect(client(await signIn(other)).suspendOperator({ requestId, name: operator })).rejects.toEqual(
        refused('PERMISSION_DENIED'),
      );
    await expect(client().suspendOperator({ requestId, name: operator })).rejects.toEqual(refused('UNAUTHENTICATED'));
    const support = client(await signIn('operators/support'));
    await expect(support.suspendOperator({ requestId, name: 'operators/nobody' })).rejects.toEqual(
      refused('NOT_FOUND'),
    );
  });
});

test('production does not start with the local provider', async () => {
  await expect(createIdentity(config({ environment: 'production' }))).rejects.toThrow('production refuses it');
});

test.each([
  ['CUPS_ENV is not set; it must be one of development, production.', {}],
  ['The identity provider "local" is for tests; production refuses it.', { CUPS_ENV: 'production' }],
])('the process ends at once, with one sentence: %s', async (sentence, more) => {
  const main = join(import.meta.dirname, '../src/main.ts');
  const env = { PATH: process.env['PATH'], CUPS_IDENTITY_PROVIDERS: 'local', CUPS_KEYS: keys.dir, ...more };
  const child = execFile(process.execPath, ['--disable-warning=ExperimentalWarning', main], { env });
  let told = '';
  child.stderr?.on('data', (text) => (told += String(text)));
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect([code, told]).toEqual([1, `${sentence}\n`]);
});

test('a data folder without centres ends the start with one sentence', async () => {
  await expect(createIdentity(config({ dataDir: root, prefix: `${prefix}none-` }))).rejects.toThrow(
    'CUPS_DATA must name',
  );
});

test('the log holds no assertion and no display name', () => {
  expect(log.lines.length).toBeGreaterThan(20);
  expect(log.text()).not.toMatch(/eyJ|Test Specialist/);
});
