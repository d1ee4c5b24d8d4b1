import { CHUNK_BYTES, MAX_CHECK_RETRIES, UPLOAD_LIFETIMES_MS } from './limits.ts';
import type { RefusalCode } from './refusals.ts';

/** A document and its life, as pure functions. */

export type DocumentState = 'uploading' | 'checking' | 'ready' | 'refused' | 'erased';
export type Purpose = 'evidence' | 'result';
export type ScanOutcome = 'not-scanned' | 'clean';

/** The states that may follow each state. */
const NEXT_STATES: Readonly<Record<DocumentState, readonly DocumentState[]>> = {
  uploading: ['checking', 'refused', 'erased'],
  checking: ['ready', 'refused', 'erased'],
  ready: ['erased'],
  refused: ['erased'],
  erased: [],
};

/** Kinds of durable timers of a document. */
export type TimerKind =
  /** The upload is abandoned when it is due. */
  | 'abandon'
  | 'check'
  /** Removes the uploaded bytes of a document whose content is another one. */
  | 'trim'
  /** Destroys the key and the bytes of a refused document. */
  | 'discard'
  /** Finishes an erasure that has begun. */
  | 'erase';

/** Facts of the check about a readable content. */
export interface ContentFacts {
  /** `upload` if the content is the uploaded bytes. */
  role: 'upload' | 'content';
  /** Names of the stored chunks; empty for `upload`. */
  chunks: string[];
  mediaType: string;
  size: number;
  /** Lower-case hexadecimal. */
  sha256: string;
  pages: number;
  scan: ScanOutcome;
}

export interface DocumentFields {
  _id: string;
  /** applications/{id} */
  application: string;
  /** centres/{code}; absent for a result of an application whose centre is not known. */
  centre?: string;
  /** Code of the agency that may read it. */
  agency?: string;
  /** deliveries/{id} that contains it, or for which it was uploaded. */
  delivery?: string;
  purpose: Purpose;
  kind: string;
  state: DocumentState;
  uploadSize: number;
  /** Declared at the start, lower-case hexadecimal. */
  uploadSha256: string;
  pageSizes: number[];
  training: boolean;
  /** Salt of its hashes in the journal, 32 hexadecimal digits; absent in records of earlier releases. */
  journalSalt?: string;
  createTime: Date;
  /** Names of the stored chunks of the upload, in order. */
  uploadChunks: string[];
  content?: ContentFacts;
  preview?: { chunks: string[]; size: number };
  refusal?: RefusalCode;
  /** When the upload was complete. */
  uploadTime?: Date;
  /** Started checks without a result. */
  checkAttempts: number;
  /** When a decision named this result. */
  acceptTime?: Date;
  /** When its deletion was requested: from then on the document does not exist for callers. */
  deleteTime?: Date;
  eraseTime?: Date;
  timer?: { kind: string; due: Date; claimedUntil?: Date } | null;
}

/** What other services learn about a document. */
export type DocumentEvent = 'checked' | 'refused' | 'erased';

export interface Step<D> {
  document: D;
  eventKind?: DocumentEvent;
}

const MAX_CHECK_STARTS = MAX_CHECK_RETRIES + 1;
/** The process that stores the last chunk starts the check. After this time any process does. */
const CHECK_FALLBACK_MS = 30_000;

const isAllowed = (from: DocumentState, to: DocumentState): boolean => NEXT_STATES[from].includes(to);

/** @throws Error for a step that the table of states does not have */
function inState<D extends DocumentFields>(document: D, state: DocumentState): D {
  if (!isAllowed(document.state, state))
    throw new Error(`A document cannot change from ${document.state} to ${state}.`);
  return { ...document, state };
}

/** Returns the number of bytes that are durable. */
export const committedSize = ({ uploadChunks, uploadSize }: DocumentFields): number =>
  Math.min(uploadChunks.length * CHUNK_BYTES, uploadSize);

/** Returns the size of the chunk at an offset. */
export const expectedChunkSize = ({ uploadSize }: DocumentFields, offset: number): number =>
  Math.min(CHUNK_BYTES, uploadSize - offset);

const after = (time: Date, ms: number): Date => new Date(time.getTime() + ms);

/** Returns when an unfinished upload is abandoned. */
export const abandonTime = (createTime: Date, purpose: Purpose): Date =>
  after(createTime, UPLOAD_LIFETIMES_MS[purpose]);

/** Whether callers can find the document. */
export const isVisible = ({ deleteTime }: Pick<DocumentFields, 'deleteTime'>): boolean => deleteTime === undefined;

/** Whether bytes are or may be stored. */
export const isLive = ({ state }: Pick<DocumentFields, 'state'>): boolean =>
  state === 'uploading' || state === 'checking' || state === 'ready';

/** Adds a stored chunk. The last one ends the upload; the timer finds a document whose check no process started. */
export function withChunk<D extends DocumentFields>(document: D, name: string, now: Date): Step<D> {
  const uploadChunks = [...document.uploadChunks, name];
  const next = { ...document, uploadChunks };
  if (committedSize(next) < document.uploadSize) return { document: next };
  return {
    document: {
      ...inState(next, 'checking'),
      uploadTime: now,
      timer: { kind: 'check', due: after(now, CHECK_FALLBACK_MS) },
    },
  };
}

/** Counts the start of a check. After the last one the document is refused. */
export function withCheckStarted<D extends DocumentFields>(document: D, now: Date): Step<D> {
  if (document.checkAttempts >= MAX_CHECK_STARTS) return refuse(document, 'CHECK_FAILED', now);
  return { document: { ...document, checkAttempts: document.checkAttempts + 1 } };
}

/** Plans the next check. @param isCounted false if the file is not the cause */
export function withCheckRetry<D extends DocumentFields>(document: D, due: Date, isCounted: boolean): Step<D> {
  const checkAttempts = isCounted ? document.checkAttempts : Math.max(0, document.checkAttempts - 1);
  return { document: { ...document, checkAttempts, timer: { kind: 'check', due } } };
}

/** Ends the check with a content that can be read. If that is not the upload, the timer removes the uploaded bytes. */
export function accept<D extends DocumentFields>(
  document: D,
  { content, preview }: Pick<Required<DocumentFields>, 'content'> & Pick<DocumentFields, 'preview'>,
  now: Date,
): Step<D> {
  const timer = content.role === 'upload' ? null : { kind: 'trim', due: now };
  const next: D = { ...inState(document, 'ready'), content, timer };
  if (preview) next.preview = preview;
  return { document: next, eventKind: 'checked' };
}

/** Refuses the document. Its timer then destroys key and bytes. */
export function refuse<D extends DocumentFields>(document: D, refusal: RefusalCode, now: Date): Step<D> {
  return {
    document: { ...inState(document, 'refused'), refusal, timer: { kind: 'discard', due: now } },
    eventKind: 'refused',
  };
}

/** Records that the uploaded bytes are not stored any longer. */
export function withoutUpload<D extends DocumentFields>(document: D): Step<D> {
  return { document: { ...document, uploadChunks: [], timer: null } };
}

/** Begins a deletion on request. Its timer finishes it after a crash. */
export function requestDeletion<D extends DocumentFields>(document: D, now: Date): Step<D> {
  return { document: { ...document, deleteTime: now, timer: { kind: 'erase', due: now } } };
}

/** Ends an erasure, after the key was destroyed. */
export function erase<D extends DocumentFields>(document: D, now: Date): Step<D> {
  const next: D = { ...inState(document, 'erased'), eraseTime: now, uploadChunks: [], timer: null };
  if (next.content) next.content = { ...next.content, chunks: [] };
  delete next.preview;
  return { document: next, eventKind: 'erased' };
}

/** Binds a document to the delivery whose agency may read it. */
export function release<D extends DocumentFields>(document: D, delivery: string, agency: string): Step<D> {
  if (document.delivery === delivery) return { document };
  return { document: { ...document, delivery, agency } };
}

/** Records that a decision names the result. */
export function acceptResult<D extends DocumentFields>(document: D, now: Date): Step<D> {
  return document.acceptTime ? { document } : { document: { ...document, acceptTime: now } };
}
