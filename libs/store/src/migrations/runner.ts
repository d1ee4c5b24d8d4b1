import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '@cups/contracts';
import type { mongo } from 'mongoose';
import { diffFields, type UpdateOperators } from '../documents/diff.ts';
import { migrationId, planSteps, type Migration, type MigrationStep } from './migration.ts';
import type { Direction } from './operations.ts';
import { openRecords, type MigrationRecord, type Records } from './records.ts';

/** Runs migrations of one service's database, in order, one runner at a time. */

/** A run cannot begin or continue. The message is one sentence for an administrator. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

export interface MigrationOptions {
  db: mongo.Db;
  migrations: readonly Migration[];
  log: Log;
  now: () => Date;
  /** Number of documents per read, write and stored position. Default 200. */
  batchSize?: number;
  /** How long to wait for another runner, and for writers that may be dead. Default 60,000. */
  waitMs?: number;
  /** Time after which the lock of a killed runner expires. Default 15,000. */
  leaseMs?: number;
}

/** What one migration changed, or would change. */
export interface MigrationResult {
  id: string;
  direction: Direction;
  /** Number of changed documents, including those of an interrupted run. */
  count: number;
}

const BATCH_SIZE = 200;
const LEASE_MS = 15_000;
const WAIT_MS = 60_000;
const POLL_INTERVAL_MS = 500;
const PROGRESS_INTERVAL_MS = 2_000;
/** Maximum number of rereads of documents that running services change meanwhile. */
const MAX_CONFLICTS = 100;

type RawDocument = mongo.Document & { _id: unknown; revision?: number };

/** Keeps stored 64-bit numbers. */
const RAW_TYPES = { promoteLongs: false };

/** Applies all pending migrations. @throws MigrationError */
export const migrateUp = (options: MigrationOptions): Promise<MigrationResult[]> =>
  run(options, 'up', ({ migrations }, records) => findPending(migrations, records));

/** Reverts the last `count` applied migrations, the newest first. @throws MigrationError */
export const migrateDown = (options: MigrationOptions, count: number): Promise<MigrationResult[]> =>
  run(options, 'down', ({ migrations }, records) => {
    const known = new Set(records.filter(({ state }) => state !== 'reverted').map(({ _id }) => _id));
    const begun = migrations.filter((migration) => known.has(migrationId(migration)));
    return begun.slice(-count).reverse();
  });

/** Returns the migrations that are not applied, in order. */
export function findPending(migrations: readonly Migration[], records: readonly MigrationRecord[]): Migration[] {
  const applied = new Set(records.filter(({ state }) => state === 'applied').map(({ _id }) => _id));
  return migrations.filter((migration) => !applied.has(migrationId(migration)));
}

/** Returns the begun migrations that this release does not know. */
function findUnknown(migrations: readonly Migration[], records: readonly MigrationRecord[]): MigrationRecord[] {
  const known = new Set(migrations.map(migrationId));
  return records.filter(({ _id, state }) => state !== 'reverted' && !known.has(_id));
}

/** Returns a migration of a newer release after which this one must not use the store. */
export function findNewer(
  migrations: readonly Migration[],
  records: readonly MigrationRecord[],
): MigrationRecord | undefined {
  return findUnknown(migrations, records).find(({ requires }) => requires > migrations.length);
}

/**
 * Counts the documents that the pending migrations would change, and writes nothing. Each migration sees the documents
 * as the earlier pending ones would leave them.
 */
export async function planMigrations(options: MigrationOptions): Promise<MigrationResult[]> {
  const { db, migrations, now, batchSize = BATCH_SIZE } = options;
  const pending = findPending(migrations, await openRecords(db, now).list());
  const existing = new Set((await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name));
  const results = pending.map((migration) => ({ id: migrationId(migration), direction: 'up' as const, count: 0 }));
  for (const collection of existing) {
    const changes = planChanges(pending, collection);
    if (changes.every((change) => change === undefined)) continue;
    for await (const documents of readBatches(db.collection<RawDocument>(collection), undefined, batchSize)) {
      for (const document of documents) countChanges(document, changes, results);
    }
  }
  return results;
}

type Change = (MigrationStep & { kind: 'documents' })['change'] | undefined;

/** Returns the change of each migration to a stored collection, which they may rename. */
function planChanges(pending: readonly Migration[], collection: string): Change[] {
  let name = collection;
  return pending.map((migration) => {
    const steps = planSteps(migration, 'up');
    const rename = steps.find((step) => step.kind === 'rename-collection' && step.from === name);
    if (rename?.kind === 'rename-collection') name = rename.to;
    const documents = steps.find((step) => step.kind === 'documents' && step.collection === name);
    return documents?.kind === 'documents' ? documents.change : undefined;
  });
}

function countChanges(document: RawDocument, changes: readonly Change[], results: MigrationResult[]): void {
  let current = document;
  for (const [at, change] of changes.entries()) {
    const next = change ? change(current) : current;
    if (next !== current) results[at]!.count += 1;
    current = next;
  }
}

async function run(
  options: MigrationOptions,
  direction: Direction,
  select: (options: MigrationOptions, records: MigrationRecord[]) => Migration[],
): Promise<MigrationResult[]> {
  const records = openRecords(options.db, options.now);
  await waitForLock(records, options);
  const lock = keepLock(records, options);
  try {
    const stored = await records.list();
    assertKnown(options.migrations, stored, direction);
    const results: MigrationResult[] = [];
    for (const migration of select(options, stored)) {
      results.push(await runMigration({ options, records, lock, migration, direction }));
    }
    return results;
  } finally {
    await lock.release();
  }
}

/** @throws MigrationError if a newer release migrated the database, and this one cannot use or revert it */
function assertKnown(
  migrations: readonly Migration[],
  records: readonly MigrationRecord[],
  direction: Direction,
): void {
  const newer = direction === 'up' ? findNewer(migrations, records) : findUnknown(migrations, records)[0];
  if (!newer) return;
  throw new MigrationError(
    `The store has migration ${newer._id}, which this release does not know: revert it with the release that has it.`,
  );
}

async function waitForLock(
  records: Records,
  { log, waitMs = WAIT_MS, leaseMs = LEASE_MS }: MigrationOptions,
): Promise<void> {
  const end = Date.now() + waitMs;
  for (let isReported = false; !(await records.lock.acquire(leaseMs)); isReported = true) {
    if (Date.now() > end) throw new MigrationError('Another run migrates this store: wait until it ends.');
    if (!isReported) log.info({ event: 'migration-lock-awaited' });
    await pause(POLL_INTERVAL_MS);
  }
}

interface HeldLock {
  /** @throws MigrationError if another runner may have taken over */
  assertHeld(): void;
  release(): Promise<void>;
}

/** Renews the lock until it is released. */
function keepLock({ lock }: Records, { leaseMs = LEASE_MS }: MigrationOptions): HeldLock {
  let heldUntil = performance.now() + leaseMs;
  const renew = async (): Promise<void> => {
    const next = performance.now() + leaseMs;
    if (await lock.renew(leaseMs)) heldUntil = next;
    else heldUntil = 0;
  };
  const timer = setInterval(() => void renew().catch(() => {}), leaseMs / 5);
  return {
    assertHeld() {
      if (performance.now() > heldUntil) throw new MigrationError('The run has lost its lock: start it again.');
    },
    async release() {
      clearInterval(timer);
      await lock.release();
    },
  };
}

interface Run {
  options: MigrationOptions;
  records: Records;
  lock: HeldLock;
  migration: Migration;
  direction: Direction;
}

async function runMigration(one: Run): Promise<MigrationResult> {
  const { options, records, migration, direction } = one;
  const { log } = options;
  const resource = migrationId(migration);
  const record = await records.begin(migration, direction);
  // Writers enter their names before they look for a migration, so one of the two sees the other.
  if (migration.exclusive) await waitForWriters(records, resource, options);
  log.info({ event: 'migration-started', resource, state: record.state, count: record.count });
  const steps = planSteps(migration, direction);
  let { count } = record;
  for (let step = record.position.step; step < steps.length; step += 1) {
    const after = step === record.position.step ? record.position.after : undefined;
    count = await runStep(one, { record, step, after, count }, steps[step]!);
    await records.advance(record, { step: step + 1 }, count);
  }
  await records.finish(record, direction);
  log.info({ event: 'migration-finished', resource, state: direction === 'up' ? 'applied' : 'reverted', count });
  return { id: resource, direction, count };
}

/** @throws MigrationError if services still write when the wait ends */
async function waitForWriters(
  { writers }: Records,
  resource: string,
  { log, waitMs = WAIT_MS }: MigrationOptions,
): Promise<void> {
  const end = Date.now() + waitMs;
  for (let isReported = false; ; isReported = true) {
    const releases = await writers.listReleases();
    if (releases.length === 0) return;
    if (Date.now() > end) {
      const named = [...new Set(releases)].join(', ');
      throw new MigrationError(
        `${resource} needs stopped services, and ${releases.length} still use this store (release ${named}): stop them first.`,
      );
    }
    if (!isReported) log.warn({ event: 'migration-writers-awaited', resource, count: releases.length });
    await pause(POLL_INTERVAL_MS);
  }
}

/** Where a run is. */
interface Progress {
  record: MigrationRecord;
  step: number;
  after: unknown;
  count: number;
}

/** @returns the number of changed documents so far */
async function runStep(one: Run, progress: Progress, step: MigrationStep): Promise<number> {
  const { db } = one.options;
  one.lock.assertHeld();
  switch (step.kind) {
    case 'rename-collection':
      await renameCollection(one, step);
      return progress.count;
    case 'drop-index':
      await dropIndex(db, step);
      return progress.count;
    case 'documents':
      return changeDocuments(one, progress, step);
  }
}

const hasCollection = async (db: mongo.Db, name: string): Promise<boolean> =>
  (await db.listCollections({ name }, { nameOnly: true }).toArray()).some((found) => found.name === name);

/**
 * Moves the documents of a collection, in batches, and drops it. The server's own rename is not used: the embedded store
 * cannot open a collection that was renamed back. An interrupted run repeats the batches that it has copied.
 */
async function renameCollection({ options, lock }: Run, { from, to }: { from: string; to: string }): Promise<void> {
  const { db, batchSize = BATCH_SIZE } = options;
  if (!(await hasCollection(db, from))) return;
  const [source, target] = [db.collection<RawDocument>(from), db.collection<RawDocument>(to)];
  for await (const documents of readBatches(source, undefined, batchSize)) {
    lock.assertHeld();
    const copies = documents.map((document) => {
      const filter = { _id: document._id } as mongo.Filter<RawDocument>;
      return { replaceOne: { filter, replacement: document, upsert: true } };
    });
    await target.bulkWrite(copies, { ordered: false });
  }
  await source.drop();
}

async function dropIndex(db: mongo.Db, { collection, index }: { collection: string; index: string }): Promise<void> {
  if (!(await hasCollection(db, collection))) return;
  const known = await db.collection(collection).listIndexes().toArray();
  if (known.some(({ name }) => name === index)) await db.collection(collection).dropIndex(index);
}

async function changeDocuments(
  { options, records, lock, migration }: Run,
  { record, step, after: begin, count: before }: Progress,
  { collection: name, change }: MigrationStep & { kind: 'documents' },
): Promise<number> {
  const { db, log, batchSize = BATCH_SIZE } = options;
  const collection = db.collection<RawDocument>(name);
  const total = await collection.estimatedDocumentCount();
  const reporter = createProgressReporter(log, { resource: record._id, collection: name, total });
  const write = migration.exclusive ? replaceDocuments : updateDocuments;
  let count = before;
  for await (const documents of readBatches(collection, begin, batchSize)) {
    lock.assertHeld();
    count += await write(collection, documents, change);
    await records.advance(record, { step, after: documents.at(-1)!._id }, count);
    reporter.add(documents.length);
  }
  return count;
}

/** Reads documents in the order of their IDs, from after `begin`. */
async function* readBatches(
  collection: mongo.Collection<RawDocument>,
  begin: unknown,
  batchSize: number,
): AsyncGenerator<RawDocument[]> {
  for (let after = begin; ;) {
    const filter = (after === undefined ? {} : { _id: { $gt: after } }) as mongo.Filter<RawDocument>;
    const page = await collection.find(filter, { ...RAW_TYPES, sort: { _id: 1 }, limit: batchSize }).toArray();
    if (page.length > 0) yield page;
    if (page.length < batchSize) return;
    after = page.at(-1)!._id;
  }
}

/** Documents without a revision are written by their ID alone. */
const versionFilter = ({ _id, revision }: RawDocument): mongo.Filter<RawDocument> =>
  (revision === undefined ? { _id } : { _id, revision }) as mongo.Filter<RawDocument>;

type DocumentChange = <D extends object>(document: D) => D;

/**
 * Replaces the documents that change. The revision stays, because nobody else writes.
 * @throws MigrationError if somebody does
 */
async function replaceDocuments(
  collection: mongo.Collection<RawDocument>,
  documents: readonly RawDocument[],
  change: DocumentChange,
): Promise<number> {
  const changed = documents.flatMap((document) => {
    const replacement = change(document);
    return replacement === document ? [] : [{ replaceOne: { filter: versionFilter(document), replacement } }];
  });
  if (changed.length === 0) return 0;
  const { matchedCount } = await collection.bulkWrite(changed, { ordered: false });
  if (matchedCount < changed.length) {
    throw new MigrationError(
      `Services write to ${collection.collectionName} during the migration: stop them and run it again.`,
    );
  }
  return changed.length;
}

/** Updates the fields that change, one document at a time, while services write. */
async function updateDocuments(
  collection: mongo.Collection<RawDocument>,
  documents: readonly RawDocument[],
  change: DocumentChange,
): Promise<number> {
  let count = 0;
  for (const document of documents) if (await updateDocument(collection, document, change)) count += 1;
  return count;
}

async function updateDocument(
  collection: mongo.Collection<RawDocument>,
  document: RawDocument,
  change: DocumentChange,
): Promise<boolean> {
  let current: RawDocument | null = document;
  for (let attempt = 0; current && attempt < MAX_CONFLICTS; attempt += 1) {
    const next = change(current);
    if (next === current) return false;
    const update = buildUpdate(current, next);
    const { matchedCount } = await collection.updateOne(versionFilter(current), update);
    if (matchedCount === 1) return true;
    current = await collection.findOne({ _id: document._id } as mongo.Filter<RawDocument>, RAW_TYPES);
  }
  if (current) throw new MigrationError(`A document of ${collection.collectionName} changes too often.`);
  return false;
}

function buildUpdate(before: RawDocument, after: RawDocument): mongo.UpdateFilter<RawDocument> {
  const all: UpdateOperators = { $set: {}, $unset: {}, $push: {} };
  diffFields(before, after, all);
  const used = Object.entries(all).filter(([, fields]) => Object.keys(fields as object).length > 0);
  return Object.fromEntries(used) as mongo.UpdateFilter<RawDocument>;
}

/** Logs the progress of one collection every 2 s and at its end. */
function createProgressReporter(log: Log, about: { resource: string; collection: string; total: number }) {
  const startedAt = performance.now();
  let done = 0;
  let reportedAt = startedAt;
  return {
    add(count: number): void {
      done += count;
      if (performance.now() - reportedAt < PROGRESS_INTERVAL_MS && done < about.total) return;
      reportedAt = performance.now();
      const durationMs = Math.round(reportedAt - startedAt);
      log.info({ event: 'migration-progressed', ...about, count: done, durationMs });
    },
  };
}
