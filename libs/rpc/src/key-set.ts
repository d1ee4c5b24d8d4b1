import { readFileSync } from 'node:fs';
import type { Log, Metrics } from '@cups/contracts';
import { assertPrivateFile } from '@cups/contracts/node';

/** Secret keys in a file: a JWK set (RFC 7517) of symmetric keys, reloaded on change. */

/** One key of 256 bits. */
export interface SecretKey {
  kid: string;
  /** The `use` in the file: enc or sig. */
  use: string;
  secret: Uint8Array;
}

export interface KeySetOptions {
  file: string;
  /** Name in logs, metrics and errors, such as `persons`. */
  name: string;
  /** @throws Error if the keys are not suitable */
  check?: (keys: readonly SecretKey[]) => void;
  /** Monotonic clock, ms. */
  clock?: () => number;
  log?: Log | undefined;
  metrics?: Metrics | undefined;
}

const POLL_INTERVAL_MS = 1000;
const KEY_BYTES = 32;

/**
 * Watches the file; changes apply within a second. While it is unusable, the last valid keys stay, which is logged
 * and measured.
 * @returns the current keys, in file order
 * @throws Error if the file is unusable at the start or others can read it
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
        log?.info({ event: 'key-set-reloaded', file: name, count: keys.length });
      }
      hasReloadFailed = false;
    } catch {
      if (!hasReloadFailed) log?.error({ event: 'key-set-reload-failed', file: name });
      hasReloadFailed = true;
    }
  }
  metrics?.gauge('cups_key_set_reload_failed', '1 while a file of secret keys cannot be used.', ['file'], (gauge) => {
    reload();
    gauge.set({ file: name }, Number(hasReloadFailed));
  });
  return () => {
    reload();
    return keys;
  };
}

/** @throws Error, one sentence without key material */
function parseKeySet(text: string, name: string, check: KeySetOptions['check']): readonly SecretKey[] {
  let given: { kty?: string; kid?: string; use?: string; k?: string }[];
  try {
    given = (JSON.parse(text) as { keys: typeof given }).keys.map((key) => key);
  } catch {
    throw new Error(`The key set ${name} is not a JWK set.`);
  }
  const keys = given.map(({ kty, kid = '', use = '', k = '' }) => {
    const secret = Buffer.from(k, 'base64url');
    if (kty !== 'oct' || kid === '' || secret.length !== KEY_BYTES) {
      throw new Error(`The key set ${name} holds an invalid key: each needs ${KEY_BYTES} bytes and a kid.`);
    }
    return { kid, use, secret: Uint8Array.from(secret) };
  });
  if (keys.length === 0 || new Set(keys.map(({ kid }) => kid)).size < keys.length) {
    throw new Error(`The key set ${name} is empty or has a duplicate kid.`);
  }
  check?.(keys);
  return keys;
}
