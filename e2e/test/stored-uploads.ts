import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { sha256Of } from '@cups/tools/upload-client';
import type { Platform } from '@cups/tools/platform';
import { loadMongoose } from './budget/drivers.ts';
import type { UploadRecord } from './resumed-upload.ts';

/** Compares what browsers received about their uploads with what the platform stores. */

/** A document as its desk sees it. */
export interface DeskDocument {
  /** documents/{id}. */
  name: string;
  state: string;
  /** SHA-256 of the bytes that a download returns; undefined without content. */
  downloaded: string | undefined;
}

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

/** Returns acknowledged uploads that are lost, and documents that exist twice; one sentence each. */
export function findLostOrDoubled(uploads: readonly UploadRecord[], documents: readonly DeskDocument[]): string[] {
  const violations: string[] = [];
  const byName = new Map(documents.map((document) => [document.name, document]));
  const opened = new Set<string>();
  for (const { key, paths, bytes, acknowledged, regressions } of uploads) {
    const report = (what: string): void => void violations.push(`${key}: ${what}`);
    const names = [...paths].map((path) => `documents/${path.slice(-26)}`);
    for (const name of names) opened.add(name);
    if (names.length > 1) report('one key opened several documents');
    if (acknowledged < bytes.length) report(`ended at ${acknowledged} of ${bytes.length} bytes`);
    for (const offset of regressions) report(`acknowledged bytes are lost from ${offset} on`);
    const document = byName.get(names[0] ?? '');
    if (!document) report('the document does not exist');
    else if (document.state !== 'ready') report(`the document is ${document.state}`);
    // PDFs are stored byte for byte.
    else if (document.downloaded !== sha256Of(bytes)) report('the document has other bytes');
  }
  for (const { name } of documents) if (!opened.has(name)) violations.push(`${name}: no browser opened it`);
  return violations;
}

/** Returns objects, keys and records without a document; one sentence each. */
export function findOrphans({ records, named, objects, keys }: StoredUploads): string[] {
  const existing = new Set(objects);
  return [
    ...objects.filter((object) => !named.has(object)).map((object) => `object ${object}`),
    ...[...named].filter((object) => !existing.has(object)).map((object) => `missing object ${object}`),
    ...keys.filter((id) => !records.has(id)).map((id) => `key of ${id}`),
    ...[...records].filter(([, state]) => state === 'uploading').map(([id]) => `unfinished upload ${id}`),
  ];
}

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
  const store = await loadMongoose()
    .createConnection(mongoUri, mongoTls ?? {})
    .asPromise();
  try {
    const read = (database: string, collection: string) =>
      store.useDb(`${prefix}${database}`).collection(collection).find({}).toArray();
    const records = (await read('cups-documents', 'documents')) as StoredRecord[];
    const keys = (await read('cups-documents-keys', 'dataKeys')) as { _id: string }[];
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
