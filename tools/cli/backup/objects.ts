import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ReceivedEvent } from '@cups/contracts';
import { objectKeys } from '@cups/documents/content';
import { hasExternalParts } from './connections.ts';
import type { Stores } from './documents.ts';
import { destroyKey } from './erasures.ts';

const root = join(import.meta.dirname, '../../..');

/**
 * The encrypted objects of the documents service, where they are in a folder, and the erasures that a restore must repeat.
 * An object store has backups of its own. No object is opened: its key is in the store of keys.
 */

/** A record, as far as a restore needs it. */
interface DocumentRecord {
  _id: string;
  application: string;
  state: string;
  eventSeq: number;
  uploadChunks?: string[];
  content?: { role: 'upload' | 'content'; chunks: string[] };
  preview?: { chunks: string[] };
}

/** A document whose bytes cannot be read after a restore. */
export interface UnreadableDocument {
  document: string;
  application: string;
  reason: 'no-key' | 'no-objects';
}

export interface ObjectFindings {
  unreadable: UnreadableDocument[];
  /** IDs of documents that have objects and no record. The service removes their objects. */
  orphans: string[];
}

/** Progress line where the objects are in no folder that the command knows. */
export const OBJECTS_ELSEWHERE =
  'objects of documents: not included; name their folder with --documents, or use the backups of the S3 store';

/** What a backup lacks whose objects are elsewhere, for its manifest. */
export const EXCLUDED_OBJECTS =
  'The encrypted objects of documents, which are in an S3 store or in a folder that the backup was not given. Restore them from a backup that is not older than this one.';

/**
 * Returns the folder of the objects: the given one, or that of the local platform. Undefined for a platform elsewhere.
 * @param given relative to the root of the checkout
 */
export function objectFolder(dataDir: string, given: string | undefined): string | undefined {
  if (given !== undefined) return resolve(root, given);
  return hasExternalParts() ? undefined : join(dataDir, 'documents');
}

const ERASED = 'cups.documents.v1.DocumentErased';
/** States whose bytes must exist. */
const STORED_STATES = ['uploading', 'checking', 'ready'];

/** Copies the objects. @returns whether there were any */
export function copyObjects(from: string, to: string): boolean {
  if (!existsSync(from)) return false;
  cpSync(from, to, { recursive: true, preserveTimestamps: true });
  return true;
}

const recordsOf = (stores: Stores) => stores.database('documents').collection<DocumentRecord>('documents');
const keysOf = (stores: Stores) => stores.database('documents-keys').collection<{ _id: string }>('dataKeys');

/**
 * Erases documents again that were erased after the backup: key, objects, record. The record continues after the sequence
 * of the published event.
 * @param objects folder of the objects, if they are in one
 * @param events of cups.documents, in order per document
 * @returns the number of erased documents
 */
export async function replayErasures(
  stores: Stores,
  objects: string | undefined,
  events: readonly ReceivedEvent[],
): Promise<number> {
  let count = 0;
  for (const { type, subject, sequence, time } of events) {
    if (type !== ERASED) continue;
    const id = subject.slice('documents/'.length);
    const record = await recordsOf(stores).findOne({ _id: id });
    if (!record || record.state === 'erased') continue;
    await destroyKey(stores, 'documents-keys', id, time);
    if (objects) rmSync(join(objects, id), { recursive: true, force: true });
    const content = record.content && { content: Object.assign({}, record.content, { chunks: [] }) };
    const erased = { state: 'erased', eraseTime: time, uploadChunks: [], timer: null, outbox: [] };
    const eventSeq = Math.max(record.eventSeq, sequence ?? 0);
    await recordsOf(stores).updateOne(
      { _id: id },
      {
        $set: Object.assign({ eventSeq }, erased, content) as never,
        $unset: { preview: '' },
        $inc: { revision: 1 } as never,
      },
    );
    count += 1;
  }
  return count;
}

/** Compares records, keys and objects. @param objects folder of the objects, if they are in one */
export async function findUnreadable(stores: Stores, objects: string | undefined): Promise<ObjectFindings> {
  const records = await recordsOf(stores).find({}).toArray();
  const keys = new Set(
    (
      await keysOf(stores)
        .find({}, { projection: { _id: 1 } })
        .toArray()
    ).map(({ _id }) => _id),
  );
  const unreadable = records
    .filter(({ state }) => STORED_STATES.includes(state))
    .flatMap((record): UnreadableDocument[] => {
      const one = { document: record._id, application: record.application };
      if (!keys.has(record._id)) return [Object.assign({ reason: 'no-key' as const }, one)];
      if (!objects || keysOfObjects(record).every((key) => existsSync(join(objects, key)))) return [];
      return [Object.assign({ reason: 'no-objects' as const }, one)];
    });
  const known = new Set(records.map(({ _id }) => _id));
  const stored = objects && existsSync(objects) ? readdirSync(objects) : [];
  return { unreadable, orphans: stored.filter((id) => !known.has(id)) };
}

/** Returns the objects that a record names. */
function keysOfObjects({ _id, uploadChunks = [], content, preview }: DocumentRecord): string[] {
  const keys = (role: 'upload' | 'content' | 'preview', chunks: string[]) =>
    objectKeys({ document: _id, role, chunks });
  return [
    ...keys('upload', uploadChunks),
    ...(content ? keys(content.role, content.chunks) : []),
    ...(preview ? keys('preview', preview.chunks) : []),
  ];
}
