import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import mongoose from 'mongoose';
import type { Platform } from '@cups/tools/platform';

/** Compares the records of documents with the stored objects and keys. */

/** Everything that the documents service stores. */
export interface StoredUploads {
  /** IDs of the records of documents, with their states. */
  records: ReadonlyMap<string, string>;
  /** Objects that a record names. */
  named: ReadonlySet<string>;
  /** Objects that exist. */
  objects: readonly string[];
  /** IDs of documents with a wrapped key. */
  keys: readonly string[];
}

/** States whose key and content are destroyed. */
const DESTROYED_STATES: readonly (string | undefined)[] = ['refused', 'erased', undefined];

/** Returns objects and keys that no record needs, and objects that are missing; one sentence each. */
export function findUnnamed({ records, named, objects, keys }: StoredUploads): string[] {
  const existing = new Set(objects);
  return [
    ...objects.filter((object) => !named.has(object)).map((object) => `object ${object}`),
    ...[...named].filter((object) => !existing.has(object)).map((object) => `missing object ${object}`),
    ...keys.filter((id) => DESTROYED_STATES.includes(records.get(id))).map((id) => `key of ${id}`),
  ];
}

/** Returns what is left over where all uploads have ended; one sentence each. */
export const findOrphans = (stored: StoredUploads): string[] => [
  ...findUnnamed(stored),
  ...[...stored.records].filter(([, state]) => state === 'uploading').map(([id]) => `unfinished upload ${id}`),
];

/** A record of a document, as far as it names objects. */
interface StoredRecord {
  _id: string;
  state: string;
  uploadChunks: string[];
  content?: { role: string; chunks: string[] };
  preview?: { chunks: string[] };
}

/** Reads the databases and the folder of the documents service. @param dataDir data folder of the platform */
export async function readStoredUploads(platform: Platform, dataDir: string): Promise<StoredUploads> {
  const { mongoUri, mongoTls, prefix } = platform;
  const store = await mongoose.createConnection(mongoUri, mongoTls ?? {}).asPromise();
  try {
    const read = (database: string, collection: string) =>
      store.useDb(`${prefix}${database}`).collection(collection).find({}).toArray();
    const records = (await read('cups-documents', 'documents')) as unknown as StoredRecord[];
    const keys = (await read('cups-documents-keys', 'dataKeys')) as unknown as { _id: string }[];
    return {
      records: new Map(records.map(({ _id, state }) => [_id, state])),
      named: new Set(records.flatMap(objectsOf)),
      objects: listFiles(join(dataDir, 'documents')),
      keys: keys.map(({ _id }) => _id),
    };
  } finally {
    await store.close();
  }
}

function objectsOf({ _id, uploadChunks, content, preview }: StoredRecord): string[] {
  const name = (role: string, chunks: readonly string[]) =>
    chunks.map((chunk, index) => `${_id}/${role}/${index}-${chunk}`);
  return [
    ...name('upload', uploadChunks),
    ...(content?.role === 'content' ? name('content', content.chunks) : []),
    ...name('preview', preview?.chunks ?? []),
  ];
}

const listFiles = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)));
