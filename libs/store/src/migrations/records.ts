import { randomUUID } from 'node:crypto';
import type { mongo } from 'mongoose';
import { isDuplicateKey } from '../documents/collection.ts';
import type { Direction } from './operations.ts';
import { migrationId, requiredNumber, type Migration } from './migration.ts';

/** What a service's database stores about its migrations, its running migration and its running writers. */

/** Progress and result of one migration. */
export interface MigrationRecord {
  /** `0001-standard-names` */
  _id: string;
  number: number;
  name: string;
  /** `applying` and `reverting` end as `applied` and `reverted`, also after a crash, by the next run. */
  state: 'applying' | 'applied' | 'reverting' | 'reverted';
  /** The lowest migration that a running service must know. */
  requires: number;
  /** Index of the step, and the ID of the last document of its last complete batch. */
  position: { step: number; after?: unknown };
  /** Number of changed documents. */
  count: number;
  startTime: Date;
  endTime?: Date;
}

interface WriterRecord {
  /** A UUID of the process. */
  _id: string;
  /** The release, to name the process in a message. */
  release: string;
  expireTime: Date;
}

interface LockRecord {
  _id: 'runner';
  owner: string;
  expireTime: Date;
}

const BOOKKEEPING_COLLECTIONS: readonly string[] = ['migrations', 'migrationLock', 'storeWriters'];

export type Records = ReturnType<typeof openRecords>;

/** Opens the bookkeeping of a database. */
export function openRecords(db: mongo.Db, now: () => Date) {
  const records = db.collection<MigrationRecord>('migrations');
  const after = (ms: number) => new Date(now().getTime() + ms);
  return {
    list: (): Promise<MigrationRecord[]> => records.find({}, { sort: { number: 1 } }).toArray(),

    /** Records the start of a migration, or continues one that was interrupted in the same direction. */
    async begin(migration: Migration, direction: Direction): Promise<MigrationRecord> {
      const _id = migrationId(migration);
      const state = direction === 'up' ? ('applying' as const) : ('reverting' as const);
      const known = await records.findOne({ _id });
      if (known?.state === state) return known;
      const { number, name } = migration;
      const fields = { number, name, state, requires: requiredNumber(migration), position: { step: 0 }, count: 0 };
      const next = { ...fields, startTime: now() };
      await records.replaceOne({ _id }, next, { upsert: true });
      return { _id, ...next };
    },

    /** Stores the position after a complete batch. */
    async advance({ _id }: Pick<MigrationRecord, '_id'>, position: MigrationRecord['position'], count: number) {
      await records.updateOne({ _id }, { $set: { position, count } });
    },

    async finish({ _id }: Pick<MigrationRecord, '_id'>, direction: Direction): Promise<void> {
      const state = direction === 'up' ? ('applied' as const) : ('reverted' as const);
      await records.updateOne({ _id }, { $set: { state, endTime: now() } });
    },

    /** Records migrations as applied, in a database without documents. */
    async recordAll(migrations: readonly Migration[]): Promise<void> {
      for (const migration of migrations) {
        const { number, name } = migration;
        const fields = { number, name, requires: requiredNumber(migration), position: { step: 0 }, count: 0 };
        const applied = { ...fields, state: 'applied' as const, startTime: now(), endTime: now() };
        await records.updateOne({ _id: migrationId(migration) }, { $setOnInsert: applied }, { upsert: true });
      }
    },

    /** Whether no collection of the service has a document. */
    async isDatabaseEmpty(): Promise<boolean> {
      const found = await db.listCollections({}, { nameOnly: true }).toArray();
      for (const { name } of found) {
        if (name.startsWith('system.') || BOOKKEEPING_COLLECTIONS.includes(name)) continue;
        if ((await db.collection(name).findOne({}, { projection: { _id: 1 } })) !== null) return false;
      }
      return true;
    },

    lock: openLock(db.collection<LockRecord>('migrationLock'), after, now),
    writers: openWriters(db.collection<WriterRecord>('storeWriters'), after, now),
  };
}

/** A lock of one runner at a time. It expires when its owner stops renewing it. */
function openLock(locks: mongo.Collection<LockRecord>, after: (ms: number) => Date, now: () => Date) {
  const owner = randomUUID();
  return {
    /** @returns whether this runner has the lock */
    async acquire(leaseMs: number): Promise<boolean> {
      const expireTime = after(leaseMs);
      const free = { _id: 'runner' as const, $or: [{ owner }, { expireTime: { $lt: now() } }] };
      const { matchedCount } = await locks.updateOne(free, { $set: { owner, expireTime } });
      if (matchedCount === 1) return true;
      try {
        await locks.insertOne({ _id: 'runner', owner, expireTime });
        return true;
      } catch (error) {
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    },
    /** @returns whether this runner still has the lock */
    async renew(leaseMs: number): Promise<boolean> {
      const { matchedCount } = await locks.updateOne(
        { _id: 'runner', owner },
        { $set: { expireTime: after(leaseMs) } },
      );
      return matchedCount === 1;
    },
    async release(): Promise<void> {
      await locks.deleteOne({ _id: 'runner', owner });
    },
  };
}

/** The processes that write to the database. Each renews its entry; that of a dead process expires. */
function openWriters(writers: mongo.Collection<WriterRecord>, after: (ms: number) => Date, now: () => Date) {
  return {
    async enter(_id: string, release: string, leaseMs: number): Promise<void> {
      await writers.replaceOne({ _id }, { release, expireTime: after(leaseMs) }, { upsert: true });
    },
    async leave(_id: string): Promise<void> {
      await writers.deleteOne({ _id });
    },
    /** Returns the releases of running writers. Forgets dead ones. */
    async listReleases(): Promise<string[]> {
      const found = await writers.find().toArray();
      const [at, isDead] = [now(), (one: WriterRecord) => one.expireTime < at];
      for (const { _id, expireTime } of found.filter(isDead)) await writers.deleteOne({ _id, expireTime });
      return found.filter((one) => !isDead(one)).map(({ release }) => release);
    },
  };
}
