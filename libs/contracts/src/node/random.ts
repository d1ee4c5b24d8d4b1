import { randomFillSync } from 'node:crypto';

/** Random bytes for many callers: asking the system once costs far less than once for each. */
const POOL_BYTES = 4_096;
const pool = Buffer.alloc(POOL_BYTES);
let next = POOL_BYTES;

/** Crockford's alphabet of 32 characters, ordered as in ASCII. */
const ULID_ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const ULID_TIME_LENGTH = 10;
const ULID_RANDOM_LENGTH = 16;

/**
 * Returns a ULID: 48 bits of milliseconds since 1970 and 80 cryptographically random bits. Those of different
 * milliseconds sort by time. All IDs of the platform's services come from here.
 */
export function newUlid(time: Date): string {
  let text = '';
  for (let ms = time.getTime(); text.length < ULID_TIME_LENGTH; ms = Math.floor(ms / 32))
    text = ULID_ALPHABET.charAt(ms % 32) + text;
  return takeBytes(ULID_RANDOM_LENGTH, (from) => {
    for (let at = from; at < from + ULID_RANDOM_LENGTH; at += 1) text += ULID_ALPHABET.charAt(pool[at]! & 31);
    return text;
  });
}

/** Returns cryptographically random bytes in lower-case hexadecimal digits. @param count at most 4,096 */
export function randomHex(count: number): string {
  return takeBytes(count, (from) => pool.toString('hex', from, from + count));
}

/** Returns cryptographically random bytes, for nonces and salts. @param count at most 4,096 */
export function takeRandomBytes(count: number): Buffer {
  return takeBytes(count, (from) => Buffer.from(pool.subarray(from, from + count)));
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
