import { ulid } from 'ulid';
import { deskNow } from '../api/desk-clock.ts';
import type { LocalStore } from '../local-store/local-store.ts';
import type { PreparedFile } from './prepare-file.ts';

/** Uploads as this browser stores them, sealed: a record, and its bytes until the platform has them all. */

export interface UploadRecord {
  id: string;
  /** The Idempotency-Key of its creation. */
  key: string;
  /** ID of the application. */
  application: string;
  /** centres/{code} at which it was made; absent in records of earlier releases. */
  centre?: string | undefined;
  /** Kind of evidence. */
  kind: string;
  size: number;
  sha256: string;
  mediaType: string;
  pageSizes: readonly number[];
  madeAt: string;
  /** documents/{id}, generated here, so that the draft names it before the platform has it. */
  document: string;
  /** The platform has not created the document yet. */
  isLocal?: boolean | undefined;
  /** When the platform created it, RFC 3339; absent in records of earlier releases. */
  createdAt?: string | undefined;
  /** Names of documents that the platform abandoned before it had all bytes. */
  formerNames?: readonly string[] | undefined;
  /** Whether the draft or the answer names the document. */
  isNamed?: boolean | undefined;
  isPaused?: boolean | undefined;
  /** All bytes are stored at the platform; only the name of the document is kept. */
  isComplete?: boolean | undefined;
  /** The clerk removed it: no write names it any more. */
  isLeftOut?: boolean | undefined;
}

/** What a new upload is for. @property document an upload of the same bytes, which continues here */
export type UploadTarget = Pick<UploadRecord, 'application' | 'kind' | 'centre'> & { document?: string };

export interface StoredUpload {
  record: UploadRecord;
  /** Absent once the platform has all bytes. */
  content: Blob | undefined;
}

export const RECORD_KIND = 'upload';
const BYTES_KIND = 'upload-bytes';
/** A record without bytes is dropped after this time, in ms. An act that names its document has gone out by then. */
const MAX_NAME_AGE_MS = 30 * 24 * 60 * 60_000;
const MAX_COMPLETE_AGE_MS = 24 * 60 * 60_000;

export const generateDocumentName = (): string => `documents/${ulid(deskNow())}`;

export function newUploadRecord(
  { content, sha256, mediaType, pageSizes }: PreparedFile,
  { application, kind, centre, document }: UploadTarget,
): UploadRecord {
  const file = { size: content.size, sha256, mediaType, pageSizes };
  const name = document === undefined ? { document: generateDocumentName(), isLocal: true } : { document };
  const ids = { id: crypto.randomUUID(), key: crypto.randomUUID(), application, centre, kind };
  return Object.assign(ids, file, name, { madeAt: new Date().toISOString() });
}

/**
 * Stores a new upload with its bytes, so that it survives a power cut.
 * @returns false if the browser cannot store it
 */
export async function storeUpload(
  localStore: LocalStore,
  record: UploadRecord,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  try {
    const beside = { kind: RECORD_KIND, id: record.id, value: record };
    await localStore.writeBytes(BYTES_KIND, record.id, bytes, { isStrict: true, record: beside });
    return true;
  } catch {
    await dropUpload(localStore, record.id).catch(() => undefined);
    return false;
  }
}

export const dropBytes = (localStore: LocalStore, id: string): Promise<void> => localStore.remove(BYTES_KIND, id);

async function dropUpload(localStore: LocalStore, id: string): Promise<void> {
  await localStore.remove(RECORD_KIND, id);
  await dropBytes(localStore, id);
}

/** Returns the records that this browser stores, the oldest first. */
export async function listUploadRecords(localStore: LocalStore): Promise<UploadRecord[]> {
  const records = await localStore.list<StoredRecord>(RECORD_KIND);
  return records.map(withDocument).sort((a, b) => a.madeAt.localeCompare(b.madeAt));
}

/** Returns all uploads, the oldest first, and drops what has ended. What the platform lacks is never dropped. */
export async function loadUploads(localStore: LocalStore): Promise<StoredUpload[]> {
  const loaded: StoredUpload[] = [];
  for (const record of await listUploadRecords(localStore)) {
    const upload = hasEnded(record) ? undefined : await loadUpload(localStore, record);
    if (upload) loaded.push(upload);
    else await dropUpload(localStore, record.id);
  }
  return loaded;
}

/** Returns an upload with its bytes; undefined if the browser lost them. */
export async function loadUpload(localStore: LocalStore, record: UploadRecord): Promise<StoredUpload | undefined> {
  if (record.isComplete || record.isLeftOut) return { record, content: undefined };
  const bytes = await localStore.readBytes(BYTES_KIND, record.id);
  return bytes && { record, content: new Blob([bytes], { type: record.mediaType }) };
}

function hasEnded({ madeAt, isComplete, isLeftOut }: UploadRecord): boolean {
  const age = Date.now() - Date.parse(madeAt);
  return isLeftOut ? age >= MAX_NAME_AGE_MS : isComplete === true && age >= MAX_COMPLETE_AGE_MS;
}

/** In records of earlier releases the platform named the document. */
type StoredRecord = Omit<UploadRecord, 'document'> & { document?: string };

/** The document of a record without a name is created under a new key: the platform may know the former one. */
function withDocument({ document, ...record }: StoredRecord): UploadRecord {
  if (document !== undefined) return Object.assign(record, { document });
  return Object.assign(record, { key: crypto.randomUUID(), document: generateDocumentName(), isLocal: true });
}
