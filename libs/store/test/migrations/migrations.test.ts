import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { captureLog, captureMetrics, eventually, testInfrastructure } from '@cups/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import mongoose from 'mongoose';
import { defineMigrations, migrateDown, migrateUp, openStore, planMigrations } from '../../src/index.ts';
import type { MigrationOptions, StoredDocument } from '../../src/index.ts';
import { MIGRATIONS } from './fixtures.ts';

const { mongoUri } = testInfrastructure();
let connection: mongoose.Connection;
let database: string;
let db: mongoose.mongo.Db;
let captured: ReturnType<typeof captureLog>;

beforeAll(async () => {
  connection = await mongoose.createConnection(mongoUri).asPromise();
});
afterAll(() => connection.close());
beforeEach(() => {
  database = `t${randomUUID().slice(0, 8)}-cups-cases`;
  db = connection.getClient().db(database);
  captured = captureLog();
});

const options = (more: Partial<MigrationOptions> = {}): MigrationOptions => ({
  db,
  migrations: MIGRATIONS,
  log: captured.log,
  now: () => new Date(),
  batchSize: 10,
  waitMs: 300,
  ...more,
});

const formerCase = (number: number) => ({
  _id: `c${String(number).padStart(4, '0')}`,
  schemaVersion: 1,
  revision: number,
  history: [
    { by: 'operators/1', kind: 'tell' },
    { by: 'operators/2', kind: 'open' },
  ],
  leaving: [{ operator: '1', time: new Date(number) }],
});
const currentCase = (number: number) => {
  const { leaving } = formerCase(number);
  return {
    ...formerCase(number),
    schemaVersion: 2,
    history: [
      { actor: 'operators/1', kind: 'notify-person' },
      { actor: 'operators/2', kind: 'open' },
    ],
    departures: leaving,
  };
};

async function fill(count: number): Promise<void> {
  const cases = Array.from({ length: count }, (_, at) => formerCase(at));
  await db.collection('cases').insertMany(cases as never[]);
  await db.collection('cases').createIndex({ place: 1 });
  await db.collection('looks').insertMany([{ _id: 'l1', time: new Date(1) }] as never[]);
}
const readCases = () => db.collection('cases').find().sort({ _id: 1 }).toArray();
const readRecords = () => db.collection('migrations').find().sort({ number: 1 }).toArray();
const migrate = (more?: Partial<MigrationOptions>) => migrateUp(options(more));

describe('migrateUp', () => {
  test('changes every document once, and records what it did', async () => {
    await fill(35);
    expect(await migrate()).toEqual([
      { id: '0001-standard-names', direction: 'up', count: 36 },
      { id: '0002-copy-leaving', direction: 'up', count: 35 },
    ]);
    expect(await readCases()).toEqual(Array.from({ length: 35 }, (_, at) => currentCase(at)));
    expect(await db.collection('accessLog').find().toArray()).toEqual([{ _id: 'l1', accessTime: new Date(1) }]);
    expect((await db.listCollections().toArray()).map(({ name }) => name)).not.toContain('looks');
    expect((await db.collection('cases').listIndexes().toArray()).map(({ name }) => name)).toEqual(['_id_']);
    expect(await readRecords()).toMatchObject([
      { _id: '0001-standard-names', state: 'applied', requires: 1, count: 36 },
      { _id: '0002-copy-leaving', state: 'applied', requires: 0, count: 35 },
    ]);
    expect(await migrate()).toEqual([]);
  });

  test('reports its progress', async () => {
    await fill(35);
    await migrate();
    const events = captured.lines.map(({ event, resource, collection, count }) => [event, resource, collection, count]);
    expect(events).toContainEqual(['migration-started', '0001-standard-names', undefined, 0]);
    expect(events).toContainEqual(['migration-progressed', '0001-standard-names', 'cases', 35]);
    expect(events).toContainEqual(['migration-finished', '0002-copy-leaving', undefined, 35]);
  });

  test('runs on a store without documents', async () => {
    expect(await migrate()).toMatchObject([{ count: 0 }, { count: 0 }]);
  });

  test('lets two runners take turns', async () => {
    await fill(35);
    const results = await Promise.all([migrate({ waitMs: 20_000 }), migrate({ waitMs: 20_000 })]);
    expect(results.map(({ length }) => length).sort()).toEqual([0, 2]);
    expect(await readCases()).toEqual(Array.from({ length: 35 }, (_, at) => currentCase(at)));
  });

  test('refuses a store with a migration of a newer release', async () => {
    const third = { number: 3, name: 'third', exclusive: true, operations: [] };
    await migrate({ migrations: defineMigrations([...MIGRATIONS, third]) });
    await expect(migrate()).rejects.toThrow('The store has migration 0003-third, which this release does not know');
  });
});

describe('a killed migration', () => {
  test.each([0, 1, 2, 3, 5, 8, 11])(
    'continues after %i progress events',
    async (killAfter) => {
      await fill(120);
      const script = join(import.meta.dirname, 'migration-process.ts');
      const child = spawn(process.execPath, [
        '--disable-warning=ExperimentalWarning',
        script,
        mongoUri,
        database,
        '10',
      ]);
      // The records change with every batch, the log only every 2 s.
      const ended = once(child, 'exit');
      let isOver = false;
      void ended.then(() => (isOver = true));
      for (let changes = 0, last = ''; changes <= killAfter && !isOver;) {
        const seen = JSON.stringify(
          (await readRecords()).map(({ position, state }) => [position as unknown, state as unknown]),
        );
        if (seen !== last && seen !== '[]') changes += 1;
        last = seen;
      }
      child.kill('SIGKILL');
      await ended;
      await migrate({ waitMs: 30_000 });
      expect(await readCases()).toEqual(Array.from({ length: 120 }, (_, at) => currentCase(at)));
      expect(await readRecords()).toMatchObject([{ state: 'applied' }, { state: 'applied' }]);
    },
    60_000,
  );
});

describe('migrateDown', () => {
  test('restores the former documents, newest migration first', async () => {
    await fill(35);
    await migrate();
    expect(await migrateDown(options(), 2)).toMatchObject([
      { id: '0002-copy-leaving', direction: 'down', count: 35 },
      { id: '0001-standard-names', direction: 'down', count: 36 },
    ]);
    expect(await readCases()).toEqual(Array.from({ length: 35 }, (_, at) => formerCase(at)));
    expect(await db.collection('looks').countDocuments()).toBe(1);
    await migrate();
    expect(await readCases()).toEqual(Array.from({ length: 35 }, (_, at) => currentCase(at)));
  });

  test('reverts the last migration only', async () => {
    await fill(3);
    await migrate();
    expect(await migrateDown(options(), 1)).toMatchObject([{ id: '0002-copy-leaving' }]);
    expect((await readRecords()).map(({ state }) => state as string)).toEqual(['applied', 'reverted']);
  });
});

describe('planMigrations', () => {
  test('counts what would change, and writes nothing', async () => {
    await fill(35);
    expect(await planMigrations(options())).toEqual([
      { id: '0001-standard-names', direction: 'up', count: 36 },
      { id: '0002-copy-leaving', direction: 'up', count: 35 },
    ]);
    expect(await readCases()).toEqual(Array.from({ length: 35 }, (_, at) => formerCase(at)));
    expect(await readRecords()).toEqual([]);
  });
});

describe('a store of a service', () => {
  const open = (migrations = MIGRATIONS) => {
    const metrics = captureMetrics();
    const store = openStore({
      uri: mongoUri,
      database,
      log: captured.log,
      metrics: metrics.metrics,
      migrations,
      release: 'r1',
    });
    const documents = store.documents<StoredDocument & { code: string }>({
      collection: 'cases',
      schema: { code: String },
      indexes: [],
      schemaVersion: 2,
      existsReason: 'ALREADY_EXISTS',
    });
    return { store, documents, metrics };
  };
  const create = ({ documents }: ReturnType<typeof open>, _id: string) =>
    documents.create({ _id, code: 'x' }, { scope: 'service', cause: {}, events: [], now: new Date() });

  test('opens an empty database in the current form', async () => {
    const one = open();
    await eventually(() => one.store.ready());
    expect(await readRecords()).toMatchObject([{ state: 'applied' }, { state: 'applied' }]);
    await one.store.close();
    expect(await db.collection('storeWriters').countDocuments()).toBe(0);
    expect(await migrate()).toEqual([]);
  });

  test('stays closed while an exclusive migration is pending, and opens after it', async () => {
    await fill(3);
    const one = open();
    await eventually(() => captured.lines.some(({ event }) => event === 'migrations-pending'));
    await expect(create(one, 'new')).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
    expect(one.store.ready()).toBe(false);
    expect(await one.metrics.text()).toMatch(/store_migrations_blocking\{[^}]*reason="pending"[^}]*\} 1/);
    await migrate({ waitMs: 10_000 });
    await eventually(() => one.store.ready());
    expect(await one.metrics.text()).toMatch(/store_migrations_blocking\{[^}]*reason="pending"[^}]*\} 0/);
    await create(one, 'new');
    await one.store.close();
  });

  test('serves while a migration beside running services is pending', async () => {
    await fill(3);
    await migrate({ migrations: MIGRATIONS.slice(0, 1) });
    const one = open();
    await eventually(() => one.store.ready());
    await migrate();
    expect(one.store.ready()).toBe(true);
    expect((await readCases()).every(({ departures }) => departures)).toBe(true);
    await one.store.close();
  });

  test('stays closed after a migration that it does not know', async () => {
    await fill(3);
    await migrate();
    const older = open(MIGRATIONS.slice(0, 0));
    await eventually(() => captured.lines.some(({ event }) => event === 'migrations-newer'));
    expect(older.store.ready()).toBe(false);
    await older.store.close();
    const previous = open(MIGRATIONS.slice(0, 1));
    await eventually(() => previous.store.ready());
    await previous.store.close();
  });

  test('keeps an exclusive migration from starting', async () => {
    await fill(3);
    await migrate();
    const one = open();
    await eventually(() => one.store.ready());
    await expect(migrateDown(options(), 2)).rejects.toThrow(
      '0001-standard-names needs stopped services, and 1 still use this store (release r1): stop them first.',
    );
    await one.store.close();
    await migrateDown(options(), 1);
    expect(await readCases()).toEqual(Array.from({ length: 3 }, (_, at) => formerCase(at)));
  });
});
