import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CENTRES_TOPIC, fromCentreMessage } from '@cups/agency-contract';
import type { CentreChanged } from '@cups/agency-contract';
import { connectKafka, ensureTopics } from '@cups/events';
import { openStore } from '@cups/store';
import type { Store } from '@cups/store';
import {
  eventually,
  createTestKeys,
  testInfrastructure,
  uniquePrefix as freshPrefix,
  silentLog,
  temporaryDir,
} from '@cups/testing';
import { readConfig } from '../src/config.ts';
import { createIdentity } from '../src/service.ts';

/** Reads cups.centres like an agency: with a Kafka client and the agency contract only. */

const { mongoUri, brokers, prefix } = testInfrastructure();
const keys = createTestKeys();
const { dir: dataDir, remove: removeData } = temporaryDir();
const data = join(import.meta.dirname, '../../../data');
const path = (code: string) => join(dataDir, 'centres', `${code}.yaml`);
const textOf = (code: string) => readFileSync(path(code), 'utf8');

const start = (installation: string) =>
  createIdentity(
    Object.assign(readConfig({ CUPS_ENV: 'development' }), {
      mongoUri,
      kafkaBrokers: brokers,
      prefix: installation,
      logLevel: 'fatal' as const,
      grpcPort: 0,
      httpPort: 0,
      keysDir: keys.dir,
      dataDir,
      syncMs: 500,
    }),
  );

/** Reads the topic from its beginning and keeps reading. */
async function agency(installation: string) {
  /** The newest message per centre, the causes of rejected messages, and the number of messages. */
  const seen = { centres: new Map<string, CentreChanged>(), refused: [] as string[], messages: 0 };
  const group = `${installation}agency-${Math.random()}`;
  const consumer = connectKafka(brokers, 'agency').consumer({ groupId: group, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topics: [`${installation}${CENTRES_TOPIC}`], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachMessage({ message }) {
      const read = fromCentreMessage(message);
      seen.messages += 1;
      if (read.ok) seen.centres.set(read.centre.code, read.centre);
      else seen.refused.push(read.cause);
      return Promise.resolve();
    },
  });
  return { seen, stop: () => consumer.disconnect() };
}

let identity: Awaited<ReturnType<typeof createIdentity>>;
let asp: Awaited<ReturnType<typeof agency>>;

/** Returns the codes of published centres, in order. */
const announced = (): string[] =>
  [...identity.registry.current().values()].filter(({ status }) => status !== 'planned').map(({ code }) => code);

beforeAll(async () => {
  for (const kind of ['centres', 'agencies']) cpSync(join(data, kind), join(dataDir, kind), { recursive: true });
  await ensureTopics({ brokers, prefix, partitions: 1, agencies: [] });
  identity = await start(prefix);
  asp = await agency(prefix);
});
afterAll(async () => {
  await asp.stop();
  await identity.stop();
  keys.remove();
  removeData();
});

describe('an agency that reads cups.centres', () => {
  test('receives every opened centre, and no other', async () => {
    await eventually(() => asp.seen.centres.size === announced().length);
    expect([...asp.seen.centres.keys()].sort()).toEqual(announced());
    expect(asp.seen.refused).toEqual([]);
    expect(asp.seen.centres.get('CU-001')).toEqual({
      code: 'CU-001',
      names: { ro: 'Lozova' },
      kind: 'town-hall',
      district: 'Strășeni',
      timeZone: 'Europe/Chisinau',
      status: 'active',
    });
    expect(asp.seen.centres.get('CU-026')).toEqual({
      code: 'CU-026',
      names: { ro: 'MISSION-09' },
      kind: 'mission',
      timeZone: 'Australia/Sydney',
      status: 'active',
    });
  });

  test('receives one message per file change', async () => {
    await eventually(() => asp.seen.centres.size >= announced().length);
    const before = asp.seen.messages;
    writeFileSync(path('CU-002'), textOf('CU-002').replace('status: active', 'status: paused'));
    await eventually(() => asp.seen.centres.get('CU-002')?.status === 'paused');
    writeFileSync(path('CU-090'), textOf('CU-001').replaceAll('CU-001', 'CU-090').replace('Lozova', 'Test'));
    await eventually(() => asp.seen.centres.get('CU-090')?.names.ro === 'Test');
    expect([asp.seen.messages - before, asp.seen.refused]).toEqual([2, []]);
  });

  test('finds a compacted topic without time limit', async () => {
    const admin = connectKafka(brokers, 'test').admin();
    await admin.connect();
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: 2, name: `${prefix}${CENTRES_TOPIC}`, configNames: ['cleanup.policy', 'retention.ms'] }],
    });
    await admin.disconnect();
    const found = Object.fromEntries(resources[0]!.configEntries.map((entry) => [entry.configName, entry.configValue]));
    expect(found).toEqual({ 'cleanup.policy': 'compact', 'retention.ms': '-1' });
  });
});

describe('a release that changes the form of centre events', () => {
  let store: Store;
  const installation = freshPrefix();
  beforeAll(async () => {
    store = openStore({ uri: mongoUri, database: `${installation}cups-identity`, log: silentLog });
  });
  afterAll(() => store.close());

  test('publishes every centre again, so that compaction removes old messages', async () => {
    await ensureTopics({ brokers, prefix: installation, partitions: 1, agencies: [] });
    const count = announced().length;
    const reader = await agency(installation);
    const first = await start(installation);
    await eventually(() => reader.seen.messages === count);
    await first.stop();
    // The previous release published every centre, with another hash of the same text.
    await store.collection('centres').updateMany({}, { $set: { hash: 'of-another-form' } });
    const second = await start(installation);
    await eventually(() => reader.seen.messages === 2 * count);
    await second.stop();
    await reader.stop();
    expect(reader.seen.refused).toEqual([]);
  });
});
