import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Log, Metrics } from '@cups/contracts';
import type { mongo } from 'mongoose';
import { migrationId, type Migration } from './migration.ts';
import { openRecords, type MigrationRecord, type Records } from './records.ts';
import { findNewer, findPending } from './runner.ts';

/** Keeps a service away from a store whose form it cannot read, and migrations away from a store that is written. */

export interface MigrationGateOptions {
  migrations: readonly Migration[];
  /** Named to an administrator whose migration waits for this process. */
  release: string;
  log: Log;
  metrics?: Metrics | undefined;
  now: () => Date;
}

export interface MigrationGate {
  /** Whether this process is admitted. An admission expires unless it is renewed, as in a suspended process. */
  isAdmitted(): boolean;
  /**
   * Admits this process as a writer, and renews that. Calls `onBlocked` if a migration forbids it later.
   * @throws StoreBlockedError while the service must not use the store; the driver's error when it is unreachable
   */
  admit(db: mongo.Db, onBlocked: () => void): Promise<void>;
  /** Ends the admission; the next server may be another one. */
  expire(): void;
  /** Withdraws the process as a writer. */
  leave(): Promise<void>;
}

/** The store has a form that this release must not use. */
export class StoreBlockedError extends Error {
  override readonly name = 'StoreBlockedError';
  /** `pending`: this release must migrate it first; `newer`: a newer release has migrated it. */
  readonly reason: 'pending' | 'newer';
  readonly migration: string;

  constructor(reason: 'pending' | 'newer', migration: string) {
    super(`the store is blocked by the ${reason} migration ${migration}`);
    this.reason = reason;
    this.migration = migration;
  }
}

const RENEW_INTERVAL_MS = 15_000;
/** A process that renews nothing for this time counts as dead. */
const WRITER_LEASE_MS = 45_000;
/** The process itself stops earlier. */
const ADMISSION_MS = 40_000;
/** Bound of a shutdown without a store. */
const LEAVE_TIMEOUT_MS = 500;

export function createMigrationGate({ migrations, release, log, metrics, now }: MigrationGateOptions): MigrationGate {
  const writer = randomUUID();
  const gauges = createGauges(metrics);
  let timer: NodeJS.Timeout | undefined;
  let records: Records | undefined;
  let admittedUntil = 0;

  /** Enters the writer before it reads the records: a migration enters its record before it reads the writers. */
  const enter = async (of: Records): Promise<void> => {
    const until = performance.now() + ADMISSION_MS;
    await of.writers.enter(writer, release, WRITER_LEASE_MS);
    const stored = await ensureBaseline(of, migrations, log);
    gauges.show(migrations, stored);
    const blocked = findBlock(migrations, stored);
    if (blocked) {
      await of.writers.leave(writer);
      throw blocked;
    }
    admittedUntil = until;
  };
  const renewLater = (of: Records, onBlocked: () => void): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      enter(of).then(
        () => renewLater(of, onBlocked),
        (error: unknown) => {
          if (!(error instanceof StoreBlockedError)) return renewLater(of, onBlocked);
          admittedUntil = 0;
          onBlocked();
        },
      );
    }, RENEW_INTERVAL_MS).unref();
  };
  return {
    isAdmitted: () => performance.now() < admittedUntil,
    async admit(db, onBlocked) {
      records = openRecords(db, now);
      await enter(records);
      renewLater(records, onBlocked);
    },
    expire() {
      clearTimeout(timer);
      admittedUntil = 0;
    },
    async leave() {
      clearTimeout(timer);
      admittedUntil = 0;
      const left = records?.writers.leave(writer).catch(() => {});
      await Promise.race([left, pause(LEAVE_TIMEOUT_MS, undefined, { ref: false })]);
    },
  };
}

/** Records all migrations in an empty database, which has the current form. */
async function ensureBaseline(
  records: Records,
  migrations: readonly Migration[],
  log: Log,
): Promise<MigrationRecord[]> {
  const stored = await records.list();
  if (stored.length > 0 || migrations.length === 0 || !(await records.isDatabaseEmpty())) return stored;
  await records.recordAll(migrations);
  log.info({ event: 'migrations-recorded', count: migrations.length });
  return records.list();
}

function findBlock(
  migrations: readonly Migration[],
  stored: readonly MigrationRecord[],
): StoreBlockedError | undefined {
  const newer = findNewer(migrations, stored);
  if (newer) return new StoreBlockedError('newer', newer._id);
  const pending = findPending(migrations, stored).find(({ exclusive }) => exclusive);
  return pending && new StoreBlockedError('pending', migrationId(pending));
}

function createGauges(metrics: Metrics | undefined) {
  const pending = metrics?.gauge('store_migrations_pending', 'Migrations that are not applied', ['exclusive']);
  const blocked = metrics?.gauge('store_migrations_blocking', '1 while a migration keeps the service from serving', [
    'reason',
  ]);
  const changed = metrics?.gauge('store_migration_documents', 'Documents changed by each migration', ['migration']);
  return {
    show(migrations: readonly Migration[], stored: readonly MigrationRecord[]): void {
      const waiting = findPending(migrations, stored);
      for (const exclusive of [true, false]) {
        const { length } = waiting.filter((one) => one.exclusive === exclusive);
        pending?.set({ exclusive: String(exclusive) }, length);
      }
      const reason = findBlock(migrations, stored)?.reason;
      for (const one of ['pending', 'newer'] as const) blocked?.set({ reason: one }, one === reason ? 1 : 0);
      for (const { _id, count } of stored) changed?.set({ migration: _id }, count);
    },
  };
}
