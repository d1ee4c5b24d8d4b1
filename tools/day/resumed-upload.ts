import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { UploadError } from './upload-client.ts';
import type { UploadClient, UploadFile, UploadStatus } from './upload-client.ts';

/** An upload as a browser makes it: after each failure it continues where the platform stored it. */

/** What a browser received about one upload. */
export interface UploadRecord extends UploadFile {
  /** Idempotency-Key of the upload. */
  key: string;
  /** Paths that the platform named for this key. */
  paths: Set<string>;
  /** Largest offset that the platform acknowledged. */
  acknowledged: number;
  /** Offsets below an acknowledged one, which the platform returned later. */
  regressions: number[];
  /** Number of failed requests. */
  failures: number;
}

export interface ResumeOptions {
  /** Time for the whole upload, ms. */
  timeoutMs: number;
  /** Whether the browser was closed since the last request and has to open the upload again. @default never */
  isForgetful?: () => boolean;
  /** Aborts the upload. @default never */
  signal?: AbortSignal;
  /** Receives the error of each failed request. */
  onFailure?: (error: unknown) => void;
}

/** Statuses that no repeat changes. */
const isFinal = (error: unknown): boolean =>
  error instanceof UploadError && error.status < 500 && ![408, 409, 423, 429].includes(error.status);

const RETRY_MS = 300;

export const newUpload = (file: UploadFile): UploadRecord => ({
  ...file,
  key: randomUUID(),
  paths: new Set(),
  acknowledged: 0,
  regressions: [],
  failures: 0,
});

/** Uploads a file, with repeats. @throws UploadError for a refusal, Error after the timeout, AbortError on an abort */
export async function uploadWithRepeats(
  client: UploadClient,
  upload: UploadRecord,
  { timeoutMs, isForgetful = () => false, signal, onFailure }: ResumeOptions,
): Promise<void> {
  const end = performance.now() + timeoutMs;
  let path: string | undefined;
  for (;;) {
    signal?.throwIfAborted();
    try {
      if (path === undefined || isForgetful()) path = await client.open(upload, upload.key);
      upload.paths.add(path);
      const stored = record(upload, await client.status(path));
      if (stored.offset === upload.bytes.length) return;
      const { offset } = record(upload, await client.append(path, upload.bytes, stored.offset));
      if (offset === upload.bytes.length) return;
    } catch (error) {
      onFailure?.(error);
      if (isFinal(error)) throw error;
      upload.failures += 1;
      if (performance.now() > end) throw new Error('The upload does not end.', { cause: error });
      await pause(Math.max(RETRY_MS, error instanceof UploadError ? error.retryAfterMs : 0), undefined, { signal });
    }
  }
}

function record(upload: UploadRecord, status: UploadStatus): UploadStatus {
  if (status.offset < upload.acknowledged) upload.regressions.push(status.offset);
  upload.acknowledged = Math.max(upload.acknowledged, status.offset);
  return status;
}
