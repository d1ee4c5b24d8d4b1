import { setTimeout as pause } from 'node:timers/promises';
import type { Log, Metrics } from '@cups/contracts';
import type { SecretKey } from '@cups/rpc';
import { createKeyWrapper } from './key-wrapper.ts';
import type { KeyWrapper } from './key-wrapper.ts';
import { decryptByVault } from './vault-client.ts';
import type { VaultAccess } from './vault-client.ts';

/**
 * Key-encryption keys that Vault protects. The file holds them encrypted under a transit key; Vault decrypts each once, at
 * the start and when the file changes. No request waits for Vault: the keys stay in memory.
 */

export interface VaultKeysOptions extends VaultAccess {
  /** Name of the keys in logs, metrics and errors, as for a key file. */
  name: string;
  /** Text of the file: `{"keys": [{"kid": …, "ciphertext": "vault:v1:…"}]}`. The first key wraps, all unwrap. */
  sealed: () => string;
  log: Log;
  metrics: Metrics;
  /** Interval between reads of the file, ms. @default 5,000 */
  pollMs?: number;
  /** Delays between the tries of the start, ms. @default five tries in 15 s */
  retryMs?: readonly number[];
}

/** A key wrapper that watches its file until it is closed. */
export interface VaultKeys extends KeyWrapper {
  close(): void;
}

const POLL_INTERVAL_MS = 5_000;
const START_RETRIES_MS = [1_000, 2_000, 4_000, 8_000];
const KEY_BYTES = 32;

/** @throws Error, one sentence, if the file is invalid, or Vault is unavailable or refuses */
export async function openVaultKeys(options: VaultKeysOptions): Promise<VaultKeys> {
  const { name, sealed, log, metrics, pollMs = POLL_INTERVAL_MS } = options;
  let text = sealed();
  let keys = await unsealWithRetries(options, text);
  let hasFailed = false;
  let isBusy = false;
  metrics.gauge('cups_key_set_reload_failed', '1 while a file of secret keys cannot be used.', ['file'], (gauge) =>
    gauge.set({ file: name }, Number(hasFailed)),
  );

  async function reload(): Promise<void> {
    if (isBusy) return;
    isBusy = true;
    try {
      const found = sealed();
      if (found !== text) {
        keys = await unseal(options, found);
        text = found;
        log.info({ event: 'key-set-reloaded', file: name, count: keys.length });
      }
      hasFailed = false;
    } catch (error) {
      // The former keys stay; the next read tries again.
      if (!hasFailed) log.error({ event: 'key-set-reload-failed', file: name, error });
      hasFailed = true;
    } finally {
      isBusy = false;
    }
  }
  const timer = setInterval(() => void reload(), pollMs).unref();
  return Object.assign(
    createKeyWrapper(() => keys),
    { close: () => clearInterval(timer) },
  );
}

async function unsealWithRetries(options: VaultKeysOptions, text: string): Promise<readonly SecretKey[]> {
  // An invalid file needs a person, not a retry.
  parseSealedKeys(text, options.name);
  for (const delay of options.retryMs ?? START_RETRIES_MS) {
    try {
      return await unseal(options, text);
    } catch (error) {
      options.log.warn({ event: 'vault-awaited', error });
      await pause(delay);
    }
  }
  try {
    return await unseal(options, text);
  } catch (error) {
    // A start that fails prints the sentence of a plain error.
    throw new Error((error as Error).message, { cause: error });
  }
}

async function unseal(options: VaultKeysOptions, text: string): Promise<readonly SecretKey[]> {
  const keys: SecretKey[] = [];
  for (const { kid, ciphertext } of parseSealedKeys(text, options.name)) {
    const secret = await decryptByVault(options, ciphertext);
    if (secret.length !== KEY_BYTES) throw new Error(`A key of ${options.name} in Vault has not ${KEY_BYTES} bytes.`);
    keys.push({ kid, use: 'enc', secret: Uint8Array.from(secret) });
  }
  return keys;
}

/** @throws Error, one sentence */
function parseSealedKeys(text: string, name: string): { kid: string; ciphertext: string }[] {
  let given: { kid?: unknown; ciphertext?: unknown }[];
  try {
    given = (JSON.parse(text) as { keys: typeof given }).keys.map((key) => key);
  } catch {
    throw new Error(`The file of the keys of ${name} is not a list of sealed keys.`);
  }
  const keys = given.map(({ kid, ciphertext }) => {
    if (typeof kid !== 'string' || kid === '' || typeof ciphertext !== 'string' || !ciphertext.startsWith('vault:')) {
      throw new Error(`The file of the keys of ${name} holds an invalid key: each needs a kid and a ciphertext.`);
    }
    return { kid, ciphertext };
  });
  if (keys.length === 0 || new Set(keys.map(({ kid }) => kid)).size < keys.length) {
    throw new Error(`The file of the keys of ${name} is empty or has a duplicate kid.`);
  }
  return keys;
}
