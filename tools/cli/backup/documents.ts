import { createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { once } from 'node:events';
import { JOURNAL_NUMBERS } from '@cups/store';
import mongoose from 'mongoose';
import { fileOf, sha256 } from './folder.ts';
import type { BackupConnections } from './connections.ts';
import type { Manifest } from './folder.ts';

/** Reads documents while services run. Consistency is per document, so documents read at different times form a valid backup. */

const { BSON } = mongoose.mongo;
const PAGE_SIZE = 500;
/** Keeps the stored types of numbers and dates. */
const RAW_TYPES = { promoteValues: false, promoteLongs: false, promoteBuffers: false };

/** Services with a database. Consumers come before producers, so that no copy is ahead of intake's. */
export const STORED_SERVICES = ['notifications', 'agency-bridge', 'intake', 'documents', 'identity'] as const;
/** Databases of wrapped data keys. */
export const KEY_DATABASES = ['documents-keys', 'identity-keys', 'intake-keys', 'notifications-keys'] as const;
export type KeyDatabase = (typeof KEY_DATABASES)[number];
/**
 * All databases. Data keys come after what they seal: data whose key is missing were erased meanwhile, and their key must
 * not return.
 */
export const DATABASES = [...STORED_SERVICES, ...KEY_DATABASES] as const;
export type StoredService = (typeof DATABASES)[number];
/** Databases that no backup needs: the journal builds its index, and what is missing in it, from its log. */
type DerivedDatabase = 'journal';

/** Returns the databases of services: their data keys are in one of their own. */
export const databasesOf = (services: readonly StoredService[]): readonly StoredService[] =>
  DATABASES.filter((one) => services.includes(one.replace(/-keys$/, '') as StoredService));

/** What a database stores about its own migrations, writers and journal numbers. A database with nothing else is empty. */
const BOOKKEEPING = new Set(['migrations', 'migrationLock', 'storeWriters', JOURNAL_NUMBERS]);
/** The records of migrations and the numbers belong to the documents; locks and writers do not. */
const isDumped = (name: string): boolean => !['migrationLock', 'storeWriters'].includes(name);

type Raw = mongoose.mongo.Document & { _id: unknown };

/** Opens the database of each service. `close` ends the connection. */
export async function openStores({
  mongoUri,
  mongoCa,
  prefix,
}: Pick<BackupConnections, 'mongoUri' | 'mongoCa' | 'prefix'>) {
  const tls = mongoCa && { tls: true, ca: mongoCa() };
  const connection = await mongoose
    .createConnection(mongoUri, { serverSelectionTimeoutMS: 5_000, ...tls })
    .asPromise()
    .catch(() => {
      throw new Error('The store does not respond.');
    });
  const client = connection.getClient();
  return {
    database: (service: StoredService | DerivedDatabase) => client.db(`${prefix}cups-${service}`),
    close: () => connection.close(),
  };
}
export type Stores = Awaited<ReturnType<typeof openStores>>;

const collectionsOf = async (database: mongoose.mongo.Db): Promise<string[]> =>
  (await database.listCollections({}, { nameOnly: true }).toArray())
    .map(({ name }) => name)
    .filter((name) => !name.startsWith('system.'))
    .sort();

/** Writes every collection of a service to the folder. @returns counts and digests by collection */
export async function dump(
  stores: Stores,
  service: StoredService,
  folder: string,
): Promise<Manifest['documents'][string]> {
  const database = stores.database(service);
  const written: Manifest['documents'][string] = {};
  for (const name of (await collectionsOf(database)).filter(isDumped)) {
    const file = fileOf(folder, service, name);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const count = await dumpCollection(database.collection<Raw>(name), file);
    written[name] = { count, sha256: sha256(file) };
  }
  return written;
}

/** Pages in order of `_id`: concurrent writes neither skip nor repeat a document. */
async function dumpCollection(collection: mongoose.mongo.Collection<Raw>, file: string): Promise<number> {
  const out = createWriteStream(file, { mode: 0o600 });
  let count = 0;
  for (let page: Raw[] = [], after: unknown; ;) {
    const filter = after === undefined ? {} : { _id: { $gt: after } };
    page = await collection
      .find(filter as mongoose.mongo.Filter<Raw>, RAW_TYPES)
      .sort({ _id: 1 })
      .limit(PAGE_SIZE)
      .toArray();
    if (page.length === 0) break;
    for (const document of page) {
      if (!out.write(BSON.serialize(document))) await once(out, 'drain');
    }
    count += page.length;
    after = page.at(-1)!._id;
  }
  out.end();
  await once(out, 'finish');
  return count;
}

/** Whether a service has no documents. */
export async function isEmpty(stores: Stores, service: StoredService): Promise<boolean> {
  const database = stores.database(service);
  for (const name of await collectionsOf(database)) {
    if (BOOKKEEPING.has(name)) continue;
    if ((await database.collection(name).findOne({}, { projection: { _id: 1 } })) !== null) return false;
  }
  return true;
}

/** Loads a service's files into its database, which must be empty. @returns the number of documents */
export async function load(stores: Stores, service: StoredService, folder: string, names: string[]): Promise<number> {
  let count = 0;
  for (const name of BOOKKEEPING) await stores.database(service).collection(name).deleteMany({});
  for (const name of names) {
    const bytes = readFileSync(fileOf(folder, service, name));
    const documents: Raw[] = [];
    for (let at = 0; at < bytes.length;) {
      const size = bytes.readInt32LE(at);
      documents.push(BSON.deserialize(bytes.subarray(at, at + size), RAW_TYPES) as Raw);
      at += size;
    }
    const collection = stores.database(service).collection<Raw>(name);
    for (let from = 0; from < documents.length; from += PAGE_SIZE) {
      await collection.insertMany(documents.slice(from, from + PAGE_SIZE) as never);
    }
    count += documents.length;
  }
  return count;
}
