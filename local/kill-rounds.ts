import { setTimeout as delay } from 'node:timers/promises';
import mongoose from 'mongoose';
import type { LocalPlatform } from './src/index.ts';

/** Rounds of writes under load, `kill -9` of the store, and a check of everything that it acknowledged. */

export interface Thing {
  _id: string;
  key: string;
  revision: number;
  parts: { seq: number; text: string }[];
}

type Things = mongoose.mongo.Collection<Thing>;

const WRITERS = 16;
const { MongoError, MongoServerError, MongoClient } = mongoose.mongo;

/** What one round found after the restart. */
export interface KillRound {
  /** AcknowledgedWrites documents, and their acknowledged changes. */
  documents: number;
  changes: number;
  /** A line for each acknowledged change that is missing, and each document that no change explains. */
  lost: string[];
  /** What `cupsVerify` counts. */
  entries: number;
  missingEntries: number;
  orphanEntries: number;
  faults: string[];
  /** Changes that the start recovered from the log, and bytes of an unfinished change that it discarded. */
  recoveredChanges: number;
  discardedBytes: number;
}

/** The acknowledged revision by ID, 0 for a removed document, and the requested removals. */
interface AcknowledgedWrites {
  revisions: Map<string, number>;
  removals: Set<string>;
}

/**
 * Writes until `enough` documents are acknowledged, kills the store under load, restarts it and checks it. In every
 * second round it also flushes continuously, so that the kill meets unfinished files. Leaves the collection empty.
 */
export async function runKillRound(local: LocalPlatform, round: number, enough: number): Promise<KillRound> {
  const acknowledged: AcknowledgedWrites = { revisions: new Map(), removals: new Set() };
  await withThings(local, async (things) => {
    const writers = Array.from({ length: WRITERS }, (_, n) =>
      writeUntilKilled(things, `${round}-${n}`, n, acknowledged),
    );
    if (round % 2 === 1) writers.push(flushUntilKilled(things));
    while (acknowledged.revisions.size < enough) await delay(2);
    await local.killStore();
    await Promise.all(writers);
  });
  await local.restartStore();
  return withThings(local, (things) => checkRound(things, acknowledged));
}

async function withThings<T>(local: LocalPlatform, work: (things: Things) => Promise<T>): Promise<T> {
  const client = new MongoClient(local.mongoUri, { serverSelectionTimeoutMS: 5000, retryWrites: false });
  try {
    await client.connect();
    const things = client.db('kills').collection<Thing>('things');
    await things.createIndexes([
      { key: { key: 1 }, unique: true },
      { key: { revision: 1, key: -1 } },
      { key: { 'parts.seq': 1 }, sparse: true },
    ]);
    return await work(things);
  } finally {
    await client.close(true);
  }
}

async function untilKilled(work: () => Promise<unknown>): Promise<void> {
  try {
    while (true) await work();
  } catch (error) {
    // A rejected command is a fault of the store.
    if (!(error instanceof MongoError) || error instanceof MongoServerError) throw error;
  }
}

const flushUntilKilled = (things: Things): Promise<void> => untilKilled(() => things.db.admin().command({ fsync: 1 }));

/** Inserts, updates three times and sometimes removes documents, until the store is gone. */
function writeUntilKilled(
  things: Things,
  prefix: string,
  writer: number,
  { revisions, removals }: AcknowledgedWrites,
): Promise<void> {
  const text = 'ș'.repeat(writer % 2 === 0 ? 500 : 2_500);
  let n = 0;
  return untilKilled(async () => {
    const id = `${prefix}-${n++}`;
    await things.insertOne({ _id: id, key: `key of ${id}`, revision: 1, parts: [] });
    revisions.set(id, 1);
    for (let revision = 1; revision <= 3; revision++) {
      const $set = { key: `key ${revision} of ${id}` };
      const update = { $set, $inc: { revision: 1 }, $push: { parts: { seq: revision, text } } };
      const after = await things.findOneAndUpdate({ _id: id, revision }, update, { returnDocument: 'after' });
      if (after?.revision !== revision + 1) throw new Error(`${id} has revision ${after?.revision} after ${revision}`);
      revisions.set(id, revision + 1);
    }
    if (n % 5 === 4) {
      removals.add(id);
      await things.deleteOne({ _id: id });
      revisions.set(id, 0);
    }
  });
}

async function checkRound(things: Things, { revisions, removals }: AcknowledgedWrites): Promise<KillRound> {
  const lost: string[] = [];
  const stored = new Map((await things.find().toArray()).map((thing) => [thing._id, thing]));
  for (const [id, revision] of revisions) {
    const found = stored.get(id);
    // The pending write at the kill may or may not exist.
    const isPresent = found ? found.revision === revision || found.revision === revision + 1 : removals.has(id);
    const isAsAcknowledged = revision === 0 ? !found : isPresent;
    if (!isAsAcknowledged) lost.push(`${id}: acknowledged revision ${revision}, found ${found?.revision ?? 'nothing'}`);
  }
  for (const { _id, key, revision, parts } of stored.values()) {
    const isWhole = parts.length === revision - 1 && parts.every(({ seq }, at) => seq === at + 1);
    if (!isWhole) lost.push(`${_id}: revision ${revision} with ${parts.length} parts`);
    const holder = await things.findOne({ key }, { projection: { _id: 1 } });
    if (holder?._id !== _id) lost.push(`${_id}: its key leads to ${holder?._id ?? 'nothing'}`);
  }
  const admin = things.db.admin();
  const { entries, missingEntries, orphanEntries, faults } = await admin.command({ cupsVerify: 1 });
  const { recoveredChanges, discardedBytes } = (await admin.command({ serverStatus: 1 }))['store'];
  await things.deleteMany({});
  return {
    documents: revisions.size,
    changes: [...revisions.values()].reduce((sum, revision) => sum + (revision || 5), 0),
    lost,
    entries,
    missingEntries,
    orphanEntries,
    faults,
    recoveredChanges,
    discardedBytes,
  };
}
