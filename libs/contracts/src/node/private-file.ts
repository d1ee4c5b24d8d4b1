import { statSync } from 'node:fs';

/** Allowed permissions: the owner reads and writes, and a group reads, as for mounted secrets. */
const ALLOWED_MODE = 0o740;

/**
 * Checks that only its owner, or its owner and group, can read a secret file.
 * @param what subject of the error message
 * @throws Error, one sentence, if others can read it or anyone else can change it; what `statSync` throws if it is
 * missing
 */
export function assertPrivateFile(path: string, what: string): void {
  if ((statSync(path).mode & 0o777 & ~ALLOWED_MODE) === 0) return;
  throw new Error(`${what} must be readable by its owner only (chmod 600), or by its group (640, if mounted).`);
}
