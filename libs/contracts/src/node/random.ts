import { randomFillSync } from 'node:crypto';

/** 256 ULIDs. */
const POOL_BYTES = 4_096;
const pool = Buffer.alloc(POOL_BYTES);
let next = POOL_BYTES;

/**
 * Returns a cryptographically random multiple of 1/256, from 0 to below 1: the source of randomness for `ulid`, which
 * asks the system for each of its 16 characters otherwise.
 */
export function secureRandom(): number {
  if (next === POOL_BYTES) {
    randomFillSync(pool);
    next = 0;
  }
  const byte = pool[next]!;
  // No byte serves twice.
  pool[next] = 0;
  next += 1;
  return byte / 256;
}
