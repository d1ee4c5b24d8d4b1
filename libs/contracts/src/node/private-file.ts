import { statSync } from 'node:fs';

/** May be set: the owner reads and writes, and a group reads, which is how a mounted secret reaches its process. */
const ALLOWED_MODE = 0o740;

/**
 * Ends a start whose secret lies open.
 * @param what how the sentence names the file
 * @throws Error, one sentence, when others than the owner may change the file, or others than its owner and group read it;
 *   what `statSync` throws when it is not there
 */
export function assertPrivateFile(path: string, what: string): void {
  if ((statSync(path).mode & 0o777 & ~ALLOWED_MODE) === 0) return;
  throw new Error(
    `${what} lies open: it must be readable for its owner only (chmod 600), or for its group (640, mounted).`,
  );
}
