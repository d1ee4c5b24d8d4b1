import { readFileSync } from 'node:fs';
import type { Log, Metrics } from '@cups/contracts';
import { assertPrivateFile } from '@cups/contracts/node';

/** Secret keys of one service in a file: a JWK set (RFC 7517) of symmetric keys, which is read again when it changes. */

/** One key of 256 bits. */
export interface SecretKey {
  kid: string;
  /** What it is for, as the file says: enc, sig. */
  use: string;
  secret: Uint8Array;
}

export interface KeySetOptions {
  file: string;
  /** How log, metrics and errors name it, such as `persons`. */
  name: string;
  /** @throws Error when these keys do not do */
  check?: (keys: readonly SecretKey[]) => void;
  /** Milliseconds that only rise. */
  clock?: () => number;
  log?: Log | undefined;
  metrics?: Metrics | undefined;
}

const POLL_INTERVAL_MS = 1000;
const KEY_BYTES = 32;

/**
 * Follows the file: what it says counts within a second. While it cannot be read or understood the last good keys stay, which is
 * logged and metered.
 * @returns the keys that count now, in the order of the file
 * @throws Error when it cannot be used at the start, or lies open to others
 */
export function watchKeySet(options: KeySetOptions): () => readonly SecretKey[] {
  const { file, name, check, clock = () => performance.now(), log, metrics } = options;
  assertPrivateFile(file, `The key set ${name}`);
  let text = readFileSync(file, 'utf8');
  let keys = parseKeySet(text, name, check);
  let checkedAt = clock();
  let hasReloadFailed = false;

  function reload(): void {
    if (clock() - checkedAt < POLL_INTERVAL_MS) return;
    checkedAt = clock();
    try {
      const found = readFileSync(file, 'utf8');
      if (found !== text) {
        keys = parseKeySet(found, name, check);
        text = found;
        log?.info({ event: 'key-set-changed', file: name, count: keys.length });
      }
      hasReloadFailed = false;
    } catch {
      if (!hasReloadFailed) log?.error({ event: 'key-set-in-doubt', file: name });
      hasReloadFailed = true;
    }
  }
  metrics?.gauge('cups_key_sets_in_doubt', 'Files of secret keys that cannot be used now.', ['file'], (gauge) => {
    reload();
    gauge.set({ file: name }, Number(hasReloadFailed));
  });
  return () => {
    reload();
    return keys;
  };
}

/** @throws Error, one sentence without anything of the keys */
function parseKeySet(text: string, name: string, check: KeySetOptions['check']): readonly SecretKey[] {
  let given: { kty?: string; kid?: string; use?: string; k?: string }[];
  try {
    given = (JSON.parse(text) as { keys: typeof given }).keys.map((key) => key);
  } catch {
    throw new Error(`The key set ${name} is no JWK set.`);
  }
  const keys = given.map(({ kty, kid = '', use = '', k = '' }) => {
    const secret = Buffer.from(k, 'base64url');
    if (kty !== 'oct' || kid === '' || secret.length !== KEY_BYTES) {
      throw new Error(`The key set ${name} holds what is no key of ${KEY_BYTES} bytes with a kid.`);
    }
    return { kid, use, secret: Uint8Array.from(secret) };
  });
  if (keys.length === 0 || new Set(keys.map(({ kid }) => kid)).size < keys.length) {
    throw new Error(`The key set ${name} is empty, or names one kid twice.`);
  }
  check?.(keys);
  return keys;
}
