import { execFile, spawn } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { SCHEMAS } from '@cups/agency-contract';
import type { RequestEvent } from '@cups/agency-contract';
import { eventually } from '@cups/testing';
import { AgencyApiServer } from '../src/api/agency-api-server.ts';
import { parseRegisteredKey } from '../src/api/verify-assertion.ts';
import { AgencyApi, parseAgencyKey } from '../src/http/agency-api.ts';
import { PullClient, verifyWebhook } from '../src/pull/pull-client.ts';
import type { PullClientOptions } from '../src/pull/pull-client.ts';
import { EXAMPLES } from './document-example.ts';

/** Reading over HTTPS without Kafka, by the kit and by the example. */

const SAMPLES = join(EXAMPLES, '../samples');
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const jwk = (key: KeyObject): string => JSON.stringify({ ...key.export({ format: 'jwk' }), kid: 'k' });

let server: AgencyApiServer;
let folder: string;
let cursorFile: string;
beforeEach(async () => {
  server = new AgencyApiServer('demo', parseRegisteredKey(jwk(publicKey)));
  await server.start(0);
  folder = mkdtempSync(join(tmpdir(), 'agency-pull-'));
  cursorFile = join(folder, 'cursor');
});
afterEach(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

const submitted = JSON.parse(readFileSync(join(SAMPLES, 'application.submitted.json'), 'utf8')) as {
  application: string;
};
const applicationId = (n: number): string => `01KAVX3Z5T8W9Q2M4N6P7R8S${String(n).padStart(2, '0')}`;
/** Creates a message as the platform sends it. */
function messageOf(n: number, changes: object = {}): object {
  const id = applicationId(n);
  const type = 'md.cups.application.submitted.v1';
  return {
    specversion: '1.0',
    id: `${id}-demo-submission-1`,
    source: '/cups/agency-bridge',
    type,
    subject: `deliveries/${id}-demo`,
    time: '2026-11-30T09:00:00.000Z',
    dataschema: SCHEMAS[type].$id,
    datacontenttype: 'application/json',
    data: { ...submitted, application: `applications/${id}` },
    ...changes,
  };
}

const api = () => new AgencyApi({ url: server.origin, code: 'demo', key: parseAgencyKey(jwk(privateKey)), retryMs: 1 });

describe('the pull client', () => {
  test('reads all pages in order, and continues after a restart', async () => {
    server.feed.events.push(...[1, 2, 3].map((n) => messageOf(n)));
    const seen: string[] = [];
    const open = () => new PullClient({ api: api(), cursorFile, handle: ({ id }) => void seen.push(id) });
    expect(await open().pull()).toBe(3);
    server.feed.events.push(messageOf(4));
    const client = open();
    await Promise.all([client.pull(), client.pull()]);
    expect(seen).toEqual([1, 2, 3, 4].map((n) => `${applicationId(n)}-demo-submission-1`));
    expect(server.feed.reads.at(-1)).toEqual({ cursor: expect.stringMatching(/./), from: 3 });
  });

  test('reads a page again whose message could not be stored', async () => {
    server.feed.events.push(messageOf(1));
    const broken = () => {
      throw new Error('the disk is full');
    };
    await expect(new PullClient({ api: api(), cursorFile, handle: broken }).pull()).rejects.toThrow('the disk is full');
    expect(existsSync(cursorFile)).toBe(false);
    const seen: RequestEvent[] = [];
    await new PullClient({ api: api(), cursorFile, handle: (event) => void seen.push(event) }).pull();
    expect(seen).toMatchObject([{ type: 'md.cups.application.submitted.v1', data: { submission: 1 } }]);
  });

  test('reads from the oldest message after a restore of the platform to an earlier time', async () => {
    server.feed.events.push(...[1, 2, 3].map((n) => messageOf(n)));
    const seen: string[] = [];
    const client = new PullClient({ api: api(), cursorFile, handle: ({ id }) => void seen.push(id) });
    await client.pull();
    server.feed.events.splice(1);
    expect(await client.pull()).toBe(1);
    server.feed.events.push(messageOf(4));
    expect(await client.pull()).toBe(1);
    expect(seen).toEqual([1, 2, 3, 1, 4].map((n) => `${applicationId(n)}-demo-submission-1`));
  });

  test('reports messages of a later version, and continues', async () => {
    server.feed.events.push(messageOf(1, { type: 'md.cups.application.praised.v1' }), messageOf(2));
    const [seen, unknown]: [string[], string[]] = [[], []];
    const handle = ({ id }: RequestEvent) => void seen.push(id);
    await new PullClient({ api: api(), cursorFile, handle, onUnknown: (id) => void unknown.push(id) }).pull();
    expect([seen.length, unknown.length]).toEqual([1, 1]);
  });
});

describe('following', () => {
  let controller: AbortController;
  let failures: unknown[];
  let seen: string[];
  let followed: Promise<void>;
  beforeEach(() => {
    controller = new AbortController();
    failures = [];
    seen = [];
    followed = Promise.resolve();
  });
  afterEach(async () => {
    controller.abort();
    await followed;
  });

  /** @param changes.pollMs so long that only a wait of the platform finds a message, unless the test says otherwise */
  function follow(changes: Partial<PullClientOptions> = {}): PullClient {
    const handle = ({ id }: RequestEvent) => void seen.push(id);
    const client = new PullClient({ api: api(), cursorFile, handle, pollMs: 3_600_000, ...changes });
    followed = client.follow({ signal: controller.signal, onFailure: (error) => void failures.push(error) });
    return client;
  }

  test('receives each message while it waits at the platform', async () => {
    server.feed.events.push(messageOf(1));
    follow();
    for (const n of [2, 3]) {
      await eventually(() => server.feed.waiting === 1 && seen.length === n - 1);
      server.feed.events.push(messageOf(n));
    }
    await eventually(() => seen.length === 3);
    expect(seen).toEqual([1, 2, 3].map((n) => `${applicationId(n)}-demo-submission-1`));
    expect(failures).toEqual([]);
  });

  test('ends while it waits, and a read of a webhook shares the wait', async () => {
    const client = follow();
    await eventually(() => server.feed.waiting === 1);
    const shared = client.pull();
    server.feed.events.push(messageOf(1));
    expect(await shared).toBe(1);
    await eventually(() => server.feed.waiting === 1);
    controller.abort();
    await followed;
    await eventually(() => server.feed.waiting === 0);
    expect([seen.length, failures]).toEqual([1, []]);
  });

  test('polls without a wait if it is turned off, and pauses in between', async () => {
    let reads = 0;
    let longest = 0;
    const platform = api();
    const counting: PullClientOptions['api'] = {
      listRequests: (cursor, options = {}) => {
        reads += 1;
        longest = Math.max(longest, options.waitSeconds ?? 0);
        return platform.listRequests(cursor, options);
      },
    };
    follow({ api: counting, waitSeconds: 0, pollMs: 1 });
    await eventually(() => reads > 1);
    server.feed.events.push(messageOf(1));
    await eventually(() => seen.length === 1);
    expect(longest).toBe(0);
  });

  test('pauses if the platform answers without a wait', async () => {
    let reads = 0;
    const answering: PullClientOptions['api'] = {
      listRequests: (cursor) => {
        reads += 1;
        return Promise.resolve({ events: [], cursor, hasMore: false });
      },
    };
    follow({ api: answering });
    await eventually(() => reads === 1);
    controller.abort();
    await followed;
    expect(reads).toBe(1);
  });

  test('reports a failed read, and repeats it', async () => {
    server.feed.events.push(messageOf(1));
    let isBroken = true;
    const handle = ({ id }: RequestEvent) => {
      if (isBroken) throw new Error('the disk is full');
      seen.push(id);
    };
    follow({ handle, pollMs: 1 });
    await eventually(() => failures.length > 0);
    isBroken = false;
    await eventually(() => seen.length === 1);
    expect(failures[0]).toMatchObject({ message: 'the disk is full' });
  });
});

/** Writes the key of the example. @returns its settings */
function prepareExample(): Record<string, string> {
  const keyFile = join(folder, 'key');
  writeFileSync(keyFile, jwk(privateKey));
  return {
    CUPS_URL: server.origin,
    CUPS_AGENCY: 'demo',
    CUPS_KEY_FILE: keyFile,
    CUPS_STATE_FILE: cursorFile,
  };
}
const EXAMPLE = join(EXAMPLES, 'javascript/pull.mjs');

test('the example answers each application while it follows', async () => {
  const example = spawn(process.execPath, [EXAMPLE, 'follow'], { env: prepareExample(), stdio: 'ignore' });
  const exited = once(example, 'exit');
  try {
    for (const n of [1, 2]) {
      await eventually(() => server.feed.waiting === 1);
      server.feed.events.push(messageOf(n));
      await eventually(() => server.replies.events.length === 2 * n);
    }
    const subjects = [1, 2].map((n) => `deliveries/${applicationId(n)}-demo`);
    expect([...new Set(server.replies.events.map(({ subject }) => subject))]).toEqual(subjects);
  } finally {
    example.kill();
    await exited;
  }
});

test('the example answers each application once, also after a crash', async () => {
  server.feed.events.push(...[1, 2, 3].map((n) => messageOf(n)));
  const settings = prepareExample();
  const run = () => promisify(execFile)(process.execPath, [EXAMPLE, 'once'], { env: settings });
  await run();
  rmSync(cursorFile);
  await run();
  expect(server.replies.events).toHaveLength(6);
  expect(server.replies.events[0]).toMatchObject({
    type: 'md.cups.reply.acknowledged.v1',
    subject: `deliveries/${applicationId(1)}-demo`,
    data: { application: `applications/${applicationId(1)}`, submission: 1 },
  });
});

describe('a call of the webhook', () => {
  const NOW = new Date('2026-11-30T09:00:00Z');
  const keyText = (key: KeyObject): string =>
    `whpk_${Buffer.from(key.export({ format: 'jwk' }).x!, 'base64url').toString('base64')}`;
  function callOf(body: string, { at = NOW, key = privateKey } = {}) {
    const timestamp = String(at.getTime() / 1000);
    const signature = sign(null, Buffer.from(`msg_1.${timestamp}.${body}`), key).toString('base64');
    const headers = { 'webhook-id': 'msg_1', 'webhook-timestamp': timestamp, 'webhook-signature': `v1a,${signature}` };
    return { headers, body };
  }
  const other = generateKeyPairSync('ed25519');
  const keys = [keyText(other.publicKey), keyText(publicKey)];

  test('of the platform is accepted, with either key of a rotation', () => {
    expect(verifyWebhook(callOf('{}'), keys, NOW)).toBe(true);
    expect(verifyWebhook(callOf('{}', { key: other.privateKey }), keys, NOW)).toBe(true);
  });

  test.each([
    ['with another body', { ...callOf('{}'), body: '{ }' }],
    ['of another key', callOf('{}', { key: generateKeyPairSync('ed25519').privateKey })],
    ['of an hour ago', callOf('{}', { at: new Date(NOW.getTime() - 3_600_000) })],
    ['of tomorrow', callOf('{}', { at: new Date(NOW.getTime() + 86_400_000) })],
    ['without headers', { headers: {}, body: '{}' }],
    ['with a shared secret', { ...callOf('{}'), headers: { ...callOf('{}').headers, 'webhook-signature': 'v1,AAAA' } }],
    ['with garbage', { ...callOf('{}'), headers: { ...callOf('{}').headers, 'webhook-signature': 'v1a,' } }],
  ])('%s is refused', (_what, call) => {
    expect(verifyWebhook(call, keys, NOW)).toBe(false);
  });
});
