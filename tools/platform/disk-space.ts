import { statfsSync } from 'node:fs';

/** Free bytes below which the store, Kafka and the services can no longer work: each preallocates and rewrites files. */
const MIN_FREE_BYTES = 16 * 1024 * 1024;

/** Whether the disk of a folder has no space for the platform. */
export function isDiskFull(folder: string): boolean {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize < MIN_FREE_BYTES;
}
