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

export interface KeySetOptions extends Omit<KeyFileOptions<unknown>, 'parse'> {
  /** @throws Error if the keys are not suitable */
  check?: (keys: readonly SecretKey[]) => void;
}

export interface KeyFileOptions<Keys> {
  file: string;
  /** Name in logs, metrics and errors, such as `persons`. */
  name: string;
  /** Reads the content of the file. @throws Error, one sentence without key material */
  parse: (text: string) => Keys;
  /** Monotonic clock, ms. */
  clock?: () => number;
  log?: Log | undefined;
  metrics?: Metrics | undefined;
}

const POLL_INTERVAL_MS = 1000;
const KEY_BYTES = 32;

/** As `watchKeyFile`. @returns the current keys, in file order */
export function watchKeySet({ check, ...options }: KeySetOptions): () => readonly SecretKey[] {
  return watchKeyFile(Object.assign({ parse: (text: string) => parseKeySet(text, options.name, check) }, options));
}

/**
 * Watches a private file; changes apply within a second. While it is unusable, the last valid keys stay, which is
 * logged and measured.
 * @returns the current keys
 * @throws Error if the file is unusable at the start or others can read it
 */
export function watchKeyFile<Keys>(options: KeyFileOptions<Keys>): () => Keys {
  const { file, name, parse, clock = () => performance.now(), log, metrics } = options;
  assertPrivateFile(file, `The key set ${name}`);
  let text = readFileSync(file, 'utf8');
  let keys = parse(text);
  let checkedAt = clock();
  let hasReloadFailed = false;

  function reload(): void {
    if (clock() - checkedAt < POLL_INTERVAL_MS) return;
    checkedAt = clock();
    try {
      const found = readFileSync(file, 'utf8');
      if (found !== text) {
        keys = parse(found);
        text = found;
        log?.info({ event: 'key-set-reloaded', file: name });
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
