import { createHash } from 'node:crypto';
import { Problem, violation } from '@cups/problem';
import type { Cause, Scope } from '@cups/store';
import type { Checks } from './checks.ts';
import type { ContentStore } from './content-store.ts';
import type { ChunkPlace } from './chunks.ts';
import type { DocumentMetrics } from './document-metrics.ts';
import { committedSize, expectedChunkSize, isVisible, refuse, withChunk } from './domain/document.ts';
import type { DocumentState } from './domain/document.ts';
import { CHUNK_BYTES } from './domain/limits.ts';
import { toChange } from './event-encoder.ts';
import type { DocumentRecord, DocumentRecords } from './store.ts';

export interface UploadDeps {
  records: DocumentRecords;
  content: ContentStore;
  metrics: DocumentMetrics;
  checks: Pick<Checks, 'start'>;
  now: () => Date;
}

/** A chunk as received. */
export interface UploadedChunk {
  /** ID of the document. */
  id: string;
  scope: Scope;
  cause: Cause;
  offset: number;
  data: Buffer;
}

/** How far the upload is. */
export interface UploadProgress {
  committed: number;
  state: DocumentState;
}

const toProgress = (document: DocumentRecord): UploadProgress => ({
  committed: document.state === 'uploading' ? committedSize(document) : document.uploadSize,
  state: document.state,
});

/**
 * Stores a chunk durably. A repeat of a stored chunk changes nothing. Of two writers at the same offset the first one
 * counts, and the SHA-256 of the whole upload decides in the end.
 * @throws Problem NOT_FOUND, INVALID_ARGUMENT, UPLOAD_OFFSET_MISMATCH with the stored size as `offset`,
 * UPLOAD_DIGEST_MISMATCH, STORAGE_FULL, STORE_UNAVAILABLE
 */
export async function appendChunk(chunk: UploadedChunk, deps: UploadDeps): Promise<UploadProgress> {
  const { records, content } = deps;
  const { id, scope, offset, data } = chunk;
  const document = await records.get(id, { scope });
  if (!document || !isVisible(document)) throw new Problem({ reason: 'NOT_FOUND', message: 'Document not found.' });
  assertNotMismatched(document);
  const { committed, state } = toProgress(document);
  if (state !== 'uploading' || offset < committed) return toProgress(document);
  assertChunk(document, offset, data.length);
  if (offset > committed) throw offsetMismatch(committed);

  const index = offset / CHUNK_BYTES;
  const isLast = offset + data.length === document.uploadSize;
  if (isLast && (await hashUpload(document, data, content)) !== document.uploadSha256) {
    return refuseMismatch(chunk, deps);
  }
  const place: ChunkPlace = { document: id, role: 'upload', index, isLast };
  return commitChunk(chunk, { place, name: await content.writeChunk(place, data) }, deps);
}

/** Records a stored chunk, unless another writer was faster. */
async function commitChunk(
  { id, scope, cause, offset }: UploadedChunk,
  { place, name }: { place: ChunkPlace; name: string },
  { records, content, checks, now }: UploadDeps,
): Promise<UploadProgress> {
  const time = now();
  const isNext = (document: DocumentRecord): boolean =>
    document.state === 'uploading' && isVisible(document) && committedSize(document) === offset;
  const { document, outcome } = await records.update(id, { scope, cause, now: time }, (before) =>
    isNext(before) ? toChange(withChunk(before, name, time)) : { document: before, events: [] },
  );
  // The sweep finds a chunk that cannot be removed now.
  if (outcome === 'ignored') await content.discardChunk(place, name).catch(() => {});
  else if (document.state === 'checking') checks.start(id);
  return toProgress(document);
}

/** Returns the SHA-256 of the stored chunks and the last one. */
async function hashUpload(document: DocumentRecord, last: Buffer, content: ContentStore): Promise<string> {
  const hash = createHash('sha256');
  const { _id, uploadChunks: chunks, uploadSize: size } = document;
  for await (const part of content.stream({ document: _id, role: 'upload', chunks, size })) hash.update(part);
  return hash.update(last).digest('hex');
}

/** Refuses an upload whose bytes are not the declared ones. */
async function refuseMismatch(
  { id, cause }: UploadedChunk,
  { records, metrics, now }: UploadDeps,
): Promise<UploadProgress> {
  const time = now();
  const { document, outcome } = await records.update(id, { scope: 'service', cause, now: time }, (before) =>
    before.state === 'uploading' ? toChange(refuse(before, 'DIGEST_MISMATCH', time)) : { document: before, events: [] },
  );
  if (outcome === 'applied') metrics.recordRefusal(id, 'DIGEST_MISMATCH');
  assertNotMismatched(document);
  return toProgress(document);
}

/** A repeat of the last chunk gets the same answer. */
function assertNotMismatched({ refusal }: DocumentRecord): void {
  if (refusal === 'DIGEST_MISMATCH')
    throw new Problem({
      reason: 'UPLOAD_DIGEST_MISMATCH',
      message: 'The uploaded bytes do not have the declared SHA-256.',
    });
}

function assertChunk(document: DocumentRecord, offset: number, size: number): void {
  const problem = (field: string, message: string, step: number) =>
    new Problem({ reason: 'INVALID_ARGUMENT', message, violations: [violation(field, 'MULTIPLE_OF', { step })] });
  if (offset % CHUNK_BYTES !== 0)
    throw problem('/offset', `The offset must be a multiple of ${CHUNK_BYTES}.`, CHUNK_BYTES);
  if (offset >= document.uploadSize) throw offsetMismatch(committedSize(document));
  if (size !== expectedChunkSize(document, offset))
    throw problem('/data', `A chunk has ${CHUNK_BYTES} bytes, or the rest of the upload.`, CHUNK_BYTES);
}

const offsetMismatch = (committed: number): Problem =>
  new Problem({
    reason: 'UPLOAD_OFFSET_MISMATCH',
    message: 'The chunk does not begin at the stored size of the upload.',
    metadata: { offset: String(committed) },
  });
