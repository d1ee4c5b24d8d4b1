import { Problem } from '@cups/problem';

/** Codes of a file system and of S3 servers that have no space or no quota left. */
const FULL_CODES: readonly string[] = [
  'ENOSPC',
  'EDQUOT',
  'QuotaExceeded',
  'InsufficientCapacity',
  'XMinioStorageFull',
  'StorageFull',
];
/** HTTP status Insufficient Storage (RFC 4918). */
const HTTP_INSUFFICIENT_STORAGE = 507;

interface StorageError {
  /** Node's errors. */
  code?: string;
  /** Errors of the AWS SDK. */
  name?: string;
  $metadata?: { httpStatusCode?: number };
}

/** Maps a failed storage call to a problem without the driver's text, which may name paths. */
export function toStorageProblem(error: unknown): Problem {
  const { code = '', name = '', $metadata } = error as StorageError;
  const isFull =
    FULL_CODES.includes(code) || FULL_CODES.includes(name) || $metadata?.httpStatusCode === HTTP_INSUFFICIENT_STORAGE;
  if (isFull) return new Problem({ reason: 'STORAGE_FULL', message: 'The document storage has no space left.' });
  return new Problem({
    reason: 'STORE_UNAVAILABLE',
    message: 'The document storage is unavailable.',
    metadata: { cause: code || name || 'unknown' },
  });
}
