import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Platform } from '@cups/tools/platform';
import mongoose from 'mongoose';
import { round } from '../processes.ts';

/** Storage that applications use: documents, indexed fields, messages, log lines. */

/** Numbers of one item, such as documents and bytes of a collection. */
export type SizeMap = Record<string, number>;
/** By collection (`intake.applications`), topic or service. */
export type StorageCounts = Record<string, SizeMap>;

/** Databases of the services, and those of their wrapped data keys. */
const DATABASES = [
  ...['intake', 'documents', 'agency-bridge', 'notifications', 'identity', 'journal'],
  ...['intake-keys', 'documents-keys', 'notifications-keys', 'identity-keys'],
];

/** Measures every collection: documents, BSON bytes, number of indexes, bytes of indexed fields. */
export async function measureCollections({ mongoUri, mongoTls, prefix }: Platform): Promise<StorageCounts> {
  const connection = await mongoose.createConnection(mongoUri, mongoTls).asPromise();
  try {
    const counts: StorageCounts = {};
    for (const service of DATABASES) {
      const database = connection.getClient().db(`${prefix}cups-${service}`);
      for (const { name } of await database.listCollections({}, { nameOnly: true }).toArray()) {
        if (!name.startsWith('system.'))
          counts[`${service}.${name}`] = await measureCollection(database.collection(name));
      }
    }
    return counts;
  } finally {
    await connection.close();
  }
}

async function measureCollection(collection: mongoose.mongo.Collection): Promise<SizeMap> {
  // Raw: each document keeps its stored bytes.
  const bytesOf = async (projection: Record<string, 0 | 1>) => {
    const documents = (await collection.find({}, { projection, raw: true }).toArray()) as unknown as Buffer[];
    return { documents: documents.length, bytes: documents.reduce((sum, one) => sum + one.byteLength, 0) };
  };
  const { documents, bytes } = await bytesOf({});
  const indexes = await collection.indexes();
  let indexBytes = 0;
  for (const { key } of indexes) {
    const fields = Object.fromEntries(Object.keys(key as object).map((field) => [field, 1 as const]));
    indexBytes += (await bytesOf('_id' in fields ? fields : Object.assign({ _id: 0 as const }, fields))).bytes;
  }
  return { documents, bytes, indexes: indexes.length, indexBytes };
}

/** Measures the broker's bytes by topic, agencies summed; batch sizes depend on the load. */
export function measureTopics(dataDir: string, prefix: string): StorageCounts {
  const counts: StorageCounts = {};
  const folders = readdirSync(join(dataDir, 'kafka'), { recursive: true, encoding: 'utf8' });
  for (const file of folders.filter((path) => path.endsWith('.log'))) {
    const partition = file.split('/').at(-2)!;
    if (!partition.startsWith(prefix)) continue;
    const topic = partition
      .slice(prefix.length, partition.lastIndexOf('-'))
      .replace(/^agency\..*\./, 'agency.<code>.')
      .replace(/^cups\.journal\..*/, 'cups.journal.<service>');
    const known = (counts[topic] ??= { bytes: 0 });
    known['bytes']! += statSync(join(dataDir, 'kafka', file)).size;
  }
  return counts;
}

/** Measures the log of the journal: entries, and bytes of its files without the index, which a few entries do not show. */
export function measureJournal(dataDir: string): StorageCounts {
  const folder = join(dataDir, 'journal');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const own = files.filter(({ parentPath }) => parentPath !== join(folder, 'index'));
  const bytes = own.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
  const entries = Number(readFileSync(join(folder, 'checkpoint'), 'utf8').split('\n')[1]);
  return { log: { entries, bytes } };
}

/** Measures log bytes by service. */
export function measureLogBytes(folder: string): StorageCounts {
  const files = readdirSync(folder).filter((name) => name.endsWith('.log'));
  return Object.fromEntries(
    files.map((name) => [name.replace(/\.log$/, ''), { bytes: statSync(join(folder, name)).size }]),
  );
}

/** Divides the growth of each number by `count`; leaves out what has not grown. */
export function dividePerApplication(before: StorageCounts, after: StorageCounts, count: number): StorageCounts {
  const grown: StorageCounts = {};
  for (const [name, numbers] of Object.entries(after)) {
    const entries = Object.entries(numbers).map(([what, now]) => [
      what,
      round((now - (before[name]?.[what] ?? 0)) / count),
    ]);
    const changed = entries.filter(([, value]) => value !== 0);
    if (changed.length > 0) grown[name] = Object.fromEntries(changed) as SizeMap;
  }
  return grown;
}
