import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import mongoose from 'mongoose';
import { startLocal, type LocalPlatform } from '../src/index.ts';

/** A destroyed data key is in no file of the store: the key-encryption key opens nothing with it. */

interface KeyRecord {
  _id: string;
  bytes: Buffer;
}
type KeyRecords = mongoose.mongo.Collection<KeyRecord>;

let folder: string;
let local: LocalPlatform;
let client: mongoose.mongo.MongoClient;
let records: KeyRecords;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cups-local-'));
  await start();
});
afterEach(async () => {
  await stop();
  await rm(folder, { recursive: true, force: true });
});

async function start(): Promise<void> {
  local = await startLocal({ dataDir: folder, parts: ['store'] });
  client = new mongoose.mongo.MongoClient(local.mongoUri, { retryWrites: false });
  records = client.db('keys').collection<KeyRecord>('dataKeys');
}

async function stop(): Promise<void> {
  await client.close(true);
  await local.stop();
}

const createKey = (n: number): KeyRecord => ({ _id: `owner-${String(n).padStart(5, '0')}`, bytes: randomBytes(48) });

/** Stores keys in the tables and in the log: those of the first part are flushed, those of the second are not. */
async function storeKeys(): Promise<KeyRecord[]> {
  const keys = Array.from({ length: 2_000 }, (_, n) => createKey(n));
  await records.insertMany(keys.slice(0, 1_000));
  await client.db('admin').command({ fsync: 1 });
  await records.insertMany(keys.slice(1_000));
  return keys;
}

async function readFiles(): Promise<Buffer> {
  const store = join(folder, 'store');
  const names = await readdir(store);
  // A table that a compaction replaced can vanish between the two calls.
  return Buffer.concat(await Promise.all(names.map((name) => readFile(join(store, name)).catch(() => Buffer.of()))));
}

/**
 * The keys whose bytes are in a file of the store. Only the middle of a key is searched: compression may take its first and last
 * bytes for a repetition of what precedes and follows.
 */
async function findInFiles(keys: readonly KeyRecord[]): Promise<string[]> {
  const files = await readFiles();
  return keys.filter(({ bytes }) => files.includes(bytes.subarray(8, 40))).map(({ _id }) => _id);
}

interface ErasureStatus {
  pendingErasures: number;
  oldestErasureSeconds: number;
}
const readStatus = async (): Promise<ErasureStatus> =>
  (await client.db('admin').command({ serverStatus: 1 }))['store'] as ErasureStatus;

async function waitForStatus(holds: (status: ErasureStatus) => boolean): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (let status = await readStatus(); !holds(status); status = await readStatus()) {
    if (Date.now() > deadline) throw new Error(`After 30 s the status is still ${JSON.stringify(status)}.`);
    await delay(50);
  }
}
const waitForErasures = () => waitForStatus(({ pendingErasures }) => pendingErasures === 0);

describe('A destroyed data key', () => {
  test('is in no file within seconds, and all others stay', async () => {
    const keys = await storeKeys();
    const destroyed = [keys[3]!, keys[700]!, keys[1_500]!, keys[1_999]!];
    expect(await findInFiles(destroyed)).toHaveLength(4);
    await records.deleteOne({ _id: destroyed[0]!._id });
    await records.findOneAndDelete({ _id: destroyed[1]!._id });
    await records.deleteMany({ _id: { $in: destroyed.map(({ _id }) => _id) } });
    await waitForErasures();
    expect(await findInFiles(destroyed)).toEqual([]);
    expect(await records.countDocuments()).toBe(1_996);
    expect((await records.findOne({ _id: keys[4]!._id }))?.bytes).toBeDefined();
    expect((await client.db('admin').command({ cupsVerify: 1 }))['faults']).toEqual([]);
  });

  test('takes its former wrapping along, which another key-encryption key opens', async () => {
    const [key] = await storeKeys();
    await client.db('admin').command({ fsync: 1 });
    const rewrapped = { ...key!, bytes: randomBytes(48) };
    await records.updateOne({ _id: key!._id }, { $set: { bytes: rewrapped.bytes } });
    await records.deleteOne({ _id: key!._id });
    await waitForErasures();
    expect(await findInFiles([key!, rewrapped])).toEqual([]);
  });

  test('is in no file after a stop', async () => {
    const [key] = await storeKeys();
    await records.deleteOne({ _id: key!._id });
    await stop();
    expect(await findInFiles([key!])).toEqual([]);
    await start();
    expect(await readStatus()).toMatchObject({ pendingErasures: 0 });
  });

  test('is removed from the files by the next start if the store was killed', async () => {
    const [key] = await storeKeys();
    await records.deleteOne({ _id: key!._id });
    await client.close(true);
    await local.killStore();
    expect(await findInFiles([key!])).toHaveLength(1);
    await local.stop();
    await start();
    await waitForErasures();
    expect(await findInFiles([key!])).toEqual([]);
  });

  test('stays while an open cursor may read it, and its age is seen', async () => {
    const [key] = await storeKeys();
    const cursor = records.find({}, { batchSize: 2 });
    await cursor.next();
    await records.deleteOne({ _id: key!._id });
    await records.insertOne(createKey(9_999));
    await waitForStatus(({ oldestErasureSeconds }) => oldestErasureSeconds > 3);
    expect(await findInFiles([key!])).toHaveLength(1);
    await cursor.close();
    await waitForErasures();
    expect(await findInFiles([key!])).toEqual([]);
  });
});
