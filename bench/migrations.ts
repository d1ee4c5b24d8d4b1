import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { startLocal } from '@cups/local';
import { MIGRATED_SERVICES, migrateStores } from '@cups/tools/migrate-stores';
import mongoose from 'mongoose';

/**
 * `node bench/migrations.ts <copy of a data folder>`: migrates the stores of an earlier release, and compares that with
 * a loop that reads and writes the same documents as they are, before and after in the same run. Changes the folder.
 */

const BATCH_SIZE = 200;
/** Not migrated. */
const OTHER_COLLECTIONS = new Set(['migrations', 'migrationLock', 'storeWriters']);

const [folder = ''] = process.argv.slice(2);
if (!existsSync(resolve(folder, 'store'))) {
  console.error('Name a copy of a data folder: node bench/migrations.ts <folder>.');
  process.exit(2);
}
const local = await startLocal({ dataDir: resolve(folder), parts: ['store'] });
const connection = await mongoose.createConnection(local.mongoUri, { writeConcern: { w: 'majority' } }).asPromise();
try {
  await measure();
} finally {
  await connection.close();
  await local.stop();
}

async function measure(): Promise<void> {
  const before = await rewriteAll();
  const started = performance.now();
  const results = await migrateStores({ mongoUri: local.mongoUri, prefix: '' }, {}, () => {});
  const seconds = (performance.now() - started) / 1_000;
  const after = await rewriteAll();
  const changed = results.reduce((sum, { count }) => sum + count, 0);
  const rawSeconds = (before.seconds + after.seconds) / 2;
  const print = (name: string, count: number, duration: number): void =>
    console.log(`${name}: ${count} documents, ${duration.toFixed(1)} s, ${Math.round(count / duration)} a second`);
  print('raw loop before', before.count, before.seconds);
  print('migration', changed, seconds);
  print('raw loop after', after.count, after.seconds);
  console.log(`ratio of the migration to the raw loop, by time: ${(seconds / rawSeconds).toFixed(2)}`);
}

/** Reads every document and writes it back unchanged, in the batches of a migration. */
async function rewriteAll(): Promise<{ count: number; seconds: number }> {
  const started = performance.now();
  let count = 0;
  for (const service of MIGRATED_SERVICES) {
    const database = connection.getClient().db(`cups-${service}`);
    for (const { name } of await database.listCollections().toArray()) {
      if (!OTHER_COLLECTIONS.has(name)) count += await rewrite(database.collection<{ _id: string }>(name));
    }
  }
  return { count, seconds: (performance.now() - started) / 1_000 };
}

async function rewrite(collection: mongoose.mongo.Collection<{ _id: string }>): Promise<number> {
  let count = 0;
  for (let after = ''; ;) {
    const page = await collection.find({ _id: { $gt: after } }, { sort: { _id: 1 }, limit: BATCH_SIZE }).toArray();
    if (page.length === 0) return count;
    const writes = page.map((document) => ({ replaceOne: { filter: { _id: document._id }, replacement: document } }));
    await collection.bulkWrite(writes, { ordered: false });
    count += page.length;
    after = page.at(-1)!._id;
  }
}
