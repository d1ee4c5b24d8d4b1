import { randomFillSync } from 'node:crypto';

/** Random bytes for many callers: asking the system once costs far less than once for each. */
const POOL_BYTES = 4_096;
const pool = Buffer.alloc(POOL_BYTES);
let next = POOL_BYTES;

/**
 * Returns a cryptographically random multiple of 1/256, from 0 to below 1: the source of randomness for `ulid`, which
 * asks the system for each of its 16 characters otherwise.
 */
export function secureRandom(): number {
  return takeBytes(1, (from) => pool[from]!) / 256;
}

/** Returns cryptographically random bytes in lower-case hexadecimal digits. @param count at most 4,096 */
export function randomHex(count: number): string {
  return takeBytes(count, (from) => pool.toString('hex', from, from + count));
}

/** Reads the next bytes of the pool, from the given position. No byte serves twice. */
function takeBytes<T>(count: number, read: (from: number) => T): T {
  if (next + count > POOL_BYTES) {
    randomFillSync(pool);
    next = 0;
  }
  const value = read(next);
  pool.fill(0, next, next + count);
  next += count;
  return value;
}
