import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocal, type LocalPlatform } from '@cups/local';
import { eventually, captureLog, testInfrastructure } from '@cups/testing';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ReceivedEvent } from '@cups/contracts';
import mongoose from 'mongoose';
import { createIndexes, STORE_INDEXES } from '../src/connection/indexes.ts';
import { openEventPark, openStore, type Documents, type Store, type StoredDocument } from '../src/index.ts';

interface Case extends StoredDocument {
  code: string;
}

const { mongoUri } = testInfrastructure();
const SECRET = 'SECRET-CODE-7';
let database: string;
let stores: Store[] = [];
let captured: ReturnType<typeof captureLog>;

beforeEach(() => {
  database = `t${randomUUID().slice(0, 8)}-cups-cases`;
  captured = captureLog();
});
afterEach(async () => {
  for (const store of stores) await store.close();
  stores = [];
});

/** Opens a store without waiting for it, as a service does. */
async function open(uri = mongoUri): Promise<{ store: Store; cases: Documents<Case> }> {
  const store = openStore({ uri, database, log: captured.log });
  stores.push(store);
  const cases = store.documents<Case>({
    collection: 'cases',
    schema: { code: { type: String, required: true } },
    indexes: [{ fields: { code: 1 }, unique: true, query: 'one case by its code' }],
    schemaVersion: 1,
    existsReason: 'ALREADY_EXISTS' as const,
  });
  return { store, cases };
}

async function withClient(work: (db: mongoose.mongo.Db, client: mongoose.mongo.MongoClient) => Promise<void>) {
  const client = new mongoose.mongo.MongoClient(mongoUri, { monitorCommands: true, retryWrites: false });
  try {
    await work(client.db(database), client);
  } finally {
    await client.close(true);
  }
}

const withOwnStore = async (work: (local: LocalPlatform, dataDir: string) => Promise<void>) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'cups-indexes-'));
  const local = await startLocal({ dataDir, parts: ['store'] });
  try {
    await work(local, dataDir);
  } finally {
    for (const store of stores) await store.close();
    await local.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
};

const create = (cases: Documents<Case>, code: string) =>
  cases.create({ _id: randomUUID(), code }, { scope: 'service', cause: {}, events: [], now: new Date() });
/** Retries immediately until the store accepts the write or has it already. */
const createWithRetry = (cases: Documents<Case>, code: string) =>
  eventually(
    () =>
      create(cases, code).then(
        () => 'made',
        (error: { reason?: string }) => error.reason === 'ALREADY_EXISTS' && 'known',
      ),
    { timeoutMs: 30_000, everyMs: 1 },
  );
const event: ReceivedEvent = {
  id: 'e1',
  source: '/cups/other',
  type: 'cups.other.v1.Told',
  subject: 'cases/a',
  sequence: 2,
  time: new Date(0),
  correlationId: '',
  causationId: '',
  contentType: 'application/protobuf',
  topic: 'cups.other',
  partition: 0,
  offset: '7',
  key: 'a',
  extra: {},
  data: Buffer.alloc(0),
};

describe('openStore with a unique index that cannot be built', () => {
  test('blocks all collections, names index and code without values, and opens later', async () => {
    await withClient(async (db) => {
      const raw = db.collection<{ _id: string; code: string }>('cases');
      await raw.insertMany(['a', 'b'].map((_id) => ({ _id, code: SECRET })));
      const { store, cases } = await open();
      const parking = openEventPark(store, { now: () => new Date() });
      await eventually(() => captured.text().includes('store-indexes-missing'));
      await expect(create(cases, 'other')).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
      await expect(parking.put(event)).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
      expect(() => store.collection('anything')).toThrow(expect.objectContaining({ reason: 'STORE_UNAVAILABLE' }));
      expect(store.ready()).toBe(false);
      expect(await raw.countDocuments()).toBe(2);
      expect(await db.collection('parkedEvents').countDocuments()).toBe(0);
      const line = captured.lines.find((one) => one['event'] === 'store-indexes-missing');
      expect(line).toMatchObject({ resource: 'cases.code_1', code: '11000' });
      expect(captured.text()).not.toContain(SECRET);
      await raw.deleteOne({ _id: 'b' });
      await eventually(() => store.ready());
      await create(cases, 'other');
      await expect(create(cases, SECRET)).rejects.toMatchObject({ reason: 'ALREADY_EXISTS' });
    });
  });
});

describe('unique indexes with impatient writers', () => {
  test('prevents duplicates in a new database', async () => {
    for (let round = 0; round < 5; round += 1) {
      database = `t${randomUUID().slice(0, 8)}-cups-cases`;
      const opened = await Promise.all([open(), open(), open()]);
      const outcomes = await Promise.all(
        opened.flatMap(({ cases }) => [createWithRetry(cases, 'x'), createWithRetry(cases, 'x')]),
      );
      expect(outcomes.filter((one) => one === 'made')).toHaveLength(1);
      await withClient(async (db) => expect(await db.collection('cases').countDocuments()).toBe(1));
    }
  });

  test('prevents duplicates in a server that restarted empty', async () => {
    await withOwnStore(async (local, dataDir) => {
      const one = await open(local.mongoUri);
      const two = await open(local.mongoUri);
      await createWithRetry(one.cases, 'x');
      await local.killStore();
      rmSync(join(dataDir, 'store'), { recursive: true });
      await eventually(() => !one.store.ready() && !two.store.ready());
      const writers = [one, one, two, two].map(({ cases }) => createWithRetry(cases, 'x'));
      await local.restartStore();
      expect((await Promise.all(writers)).filter((outcome) => outcome === 'made')).toHaveLength(1);
    });
  }, 60_000);
});

test('creates all indexes of a collection in one command', async () => {
  await withClient(async (db, client) => {
    const commands: string[] = [];
    client.on('commandStarted', ({ commandName }) => commands.push(commandName));
    await createIndexes(db.collection('cases'), [...STORE_INDEXES, { fields: { code: 1, _id: -1 }, query: 'a list' }]);
    expect(commands.filter((name) => name === 'createIndexes')).toHaveLength(1);
    const names = (await db.collection('cases').indexes()).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['createRequest_1', 'outbox.time_1', 'timer.due_1', 'code_1__id_-1']));
  });
});

test('detects a frozen store within seconds and recovers with it', async () => {
  await withOwnStore(async (local) => {
    const { store } = await open(local.mongoUri);
    await eventually(() => store.ready());
    process.kill(local.pids.store, 'SIGSTOP');
    try {
      await eventually(() => !store.ready(), { timeoutMs: 6_000 });
    } finally {
      process.kill(local.pids.store, 'SIGCONT');
    }
    await eventually(() => store.ready());
    expect(captured.text()).toContain('store-unresponsive');
  });
}, 60_000);

/** Simulates a driver whose monitor waits for a lost check and starts no other. */
function stopMonitors(): number {
  type Monitor = { connection: unknown; monitorId: { isExecutionInProgress: boolean; timerId: NodeJS.Timeout } };
  type Inner = { topology?: { s: { servers: Map<string, { monitor: Monitor }> } } };
  const clients = mongoose.connections.map((one) => one.getClient() as unknown as Inner | undefined);
  const monitors = clients.flatMap((client) => [...(client?.topology?.s.servers.values() ?? [])]);
  for (const { monitor } of monitors) {
    clearTimeout(monitor.monitorId.timerId);
    monitor.monitorId.isExecutionInProgress = true;
  }
  return monitors.length;
}

describe('openStore with a driver that does not reconnect', () => {
  test('restarts the driver without a restart of the process', async () => {
    await withOwnStore(async (local) => {
      const { store, cases } = await open(local.mongoUri);
      await eventually(() => store.ready());
      expect(stopMonitors()).toBeGreaterThan(0);
      // A pending read at the end makes the driver monitor again.
      process.kill(local.pids.store, 'SIGSTOP');
      const inTheAir = cases.get('nobody', { scope: 'service' }).catch(() => undefined);
      await eventually(() => !store.ready());
      await local.killStore();
      await inTheAir;
      await local.restartStore();
      await eventually(() => store.ready(), { timeoutMs: 45_000, everyMs: 200 });
      expect(captured.lines.some((line) => JSON.stringify(line).includes('store-driver-restarted'))).toBe(true);
      expect(await cases.get('nobody', { scope: 'service' })).toBeUndefined();
    });
  }, 90_000);
});
