import { randomUUID } from 'node:crypto';
import { connectDatabase, defineMigrations, migrateDown, migrateUp, openStore } from '@cups/store';
import type { Documents, Migration, Store, StoredDocument } from '@cups/store';
import { eventually, silentLog, testInfrastructure } from '@cups/testing';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { migrations } from '../src/migrations/all.ts';
import { openTeams } from '../src/store.ts';

/**
 * Replicas of two releases at once on one store, while `leaving` of a team becomes `departures`: the previous release
 * writes `leaving` only, this one both, the next one reads `departures` and writes both, the last one `departures` only.
 */

interface Team extends StoredDocument {
  [field: string]: unknown;
}

const element = [{ operator: String, time: Date }];
const shared = { collection: 'teams', schemaVersion: 1, indexes: [], existsReason: 'ALREADY_EXISTS' as const };
/** Releases by the migrations that they know, and how each opens the collection. */
const readDepartures: Migration = { number: 3, name: 'read-departures', exclusive: false, operations: [] };
const dropLeaving: Migration = {
  number: 4,
  name: 'drop-leaving',
  exclusive: false,
  // The release that reads `leaving` must be gone.
  requires: 3,
  operations: [{ collection: 'teams', op: 'drop-copied', path: 'leaving', to: 'departures' }],
};
const RELEASES = {
  previous: {
    field: 'leaving',
    migrations: migrations.slice(0, 1),
    open: (store: Store) => store.documents<Team>({ ...shared, schema: { leaving: element } }),
  },
  current: { field: 'departures', migrations, open: (store: Store) => openTeams(store) as unknown as Documents<Team> },
  next: {
    field: 'departures',
    migrations: defineMigrations([...migrations, readDepartures]),
    open: (store: Store) =>
      store.documents<Team>({
        ...shared,
        schema: { departures: element },
        formerFields: { departures: { name: 'leaving', read: 'current' } },
      }),
  },
  last: {
    field: 'departures',
    migrations: defineMigrations([...migrations, readDepartures, dropLeaving]),
    open: (store: Store) => store.documents<Team>({ ...shared, schema: { departures: element } }),
  },
} as const;

const { mongoUri: uri } = testInfrastructure();
const TEAMS = ['CU-001', 'CU-002', 'platform'];
let database: string;
let stores: Store[];
let connection: Awaited<ReturnType<typeof connectDatabase>>;
let written: Set<string>;

beforeEach(async () => {
  database = `t${randomUUID().slice(0, 8)}-cups-identity`;
  connection = await connectDatabase({ uri, database });
  await migrate(RELEASES.previous.migrations);
  stores = [];
  written = new Set();
});
afterEach(async () => {
  for (const store of stores) await store.close();
  await connection.close();
});

const options = (known: readonly Migration[]) => {
  return { db: connection.db, migrations: known, log: silentLog, now: () => new Date(), batchSize: 1 };
};
const migrate = (known: readonly Migration[]) => migrateUp(options(known));

/** A replica of a release, which adds and reads departures. */
async function replica(name: keyof typeof RELEASES) {
  const { field, migrations: known, open } = RELEASES[name];
  const store = openStore({ uri, database, log: silentLog, migrations: known, release: name });
  stores.push(store);
  const teams = open(store);
  await eventually(() => store.ready());
  const update = async (team: string, operator: string) => {
    const work = (document: Team) => {
      const departures = [...((document[field] ?? []) as object[]), { operator, time: new Date() }];
      return { document: { ...document, [field]: departures }, events: [] };
    };
    const initial = { _id: team, [field]: [] } as never;
    await teams.update(team, { scope: 'service', cause: {}, now: new Date(), initial }, work);
    written.add(`${team} ${operator}`);
  };
  return {
    store,
    async write(count: number): Promise<void> {
      for (let number = 0; number < count; number += 1) {
        await update(TEAMS[number % TEAMS.length]!, `${name}-${randomUUID()}`);
      }
    },
    async read(): Promise<Set<string>> {
      const found = await teams.find({}, { scope: 'service' });
      const rows = found.flatMap((team) =>
        ((team[field] ?? []) as { operator: string }[]).map((one) => [team._id, one]),
      );
      return new Set(rows.map(([team, one]) => `${team as string} ${(one as { operator: string }).operator}`));
    },
    stop: () => store.close(),
  };
}

/** Runs writers of both releases and a migration at once, and compares what both read with what was written. */
async function runTogether(
  [one, other]: [Awaited<ReturnType<typeof replica>>, Awaited<ReturnType<typeof replica>>],
  known: readonly Migration[] = [],
): Promise<void> {
  await Promise.all([one.write(30), other.write(30), known.length > 0 ? migrate(known) : undefined]);
  expect(await one.read()).toEqual(written);
  expect(await other.read()).toEqual(written);
}

const readStored = () => connection.db.collection('teams').find().toArray();

describe('a renamed field', () => {
  test('is written by replicas of two releases at once, at every step, and nothing is lost', async () => {
    const previous = await replica('previous');
    await previous.write(6);
    const current = await replica('current');
    // Expand, and backfill while both write.
    await runTogether([previous, current]);
    await runTogether([previous, current], RELEASES.current.migrations);
    await previous.stop();
    // The previous release may have written after the backfill, so the next release repeats it before it reads.
    await migrateDown(options(RELEASES.current.migrations), 1);
    await migrate(RELEASES.current.migrations);
    const next = await replica('next');
    await runTogether([current, next], RELEASES.next.migrations);
    expect((await readStored()).every(({ leaving, departures }) => leaving && departures)).toBe(true);
    await current.stop();
    // Contract while both write.
    const last = await replica('last');
    await runTogether([next, last], RELEASES.last.migrations);
    await next.stop();
    await last.write(3);
    expect(await last.read()).toEqual(written);
  }, 60_000);

  test('keeps releases away that read the dropped name', async () => {
    const next = await replica('next');
    await next.write(3);
    await migrate(RELEASES.last.migrations);
    expect((await readStored()).some((team) => 'leaving' in team)).toBe(false);
    expect(next.store.ready()).toBe(true);
    await expect(replica('current')).rejects.toThrow();
  }, 60_000);
});
