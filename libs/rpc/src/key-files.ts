import type { KeyObject } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Log, Metrics } from '@cups/contracts';
import { assertPrivateFile } from '@cups/contracts/node';
import type { ServiceName } from './context.ts';
import { parsePrivateJwk } from './jwk.ts';
import type { IdentifiedKey } from './jwk.ts';

import { GRACE_MS, updateTrust } from './trust.ts';
import type { KeyFileContents, Trust, TrustChange } from './trust.ts';

/** The current keys. */
export interface KeyFiles {
  /** Reads the files again, at most once a second. */
  refresh(): void;
  /** Returns the service's own private key. */
  own(): IdentifiedKey;
  /** Returns the public key of a service, or undefined if it is not trusted. */
  find(issuer: string, kid: string | undefined): KeyObject | undefined;
  /** Returns all trusted public keys of a service. */
  findAll(issuer: string): readonly IdentifiedKey[];
  /** Increases with each change of keys, which invalidates earlier results. */
  generation(): number;
}

const POLL_INTERVAL_MS = 1000;

export interface KeyFolderOptions {
  dir: string;
  service: ServiceName;
  /** Monotonic clock, ms. */
  clock: () => number;
  log?: Log | undefined;
  metrics?: Metrics | undefined;
}

/**
 * Watches `dir/<service>.key.jwk` (own) and `dir/public/<service>.jwk` (all). {@link updateTrust} handles changed,
 * missing and invalid files. The own key stays in use while its file is invalid. All changes are logged and measured.
 * @throws Error if the own key or the folder is unreadable at the start, or others can read the own key
 */
export function watchKeys(options: KeyFolderOptions): KeyFiles {
  const { dir, service } = options;
  const folder = new KeyFolder(options);
  assertPrivateFile(join(dir, `${service}.key.jwk`), `The private key of ${service}`);
  return folder;
}

class KeyFolder implements KeyFiles {
  readonly #options: KeyFolderOptions;
  readonly #countEnded: (change: { issuer: string; reason: string }) => void;
  #trust: Trust = new Map();
  #own: IdentifiedKey;
  #ownText: string;
  #hasOwnReloadFailed = false;
  #generation = 0;
  #checkedAt: number;

  /** Reads the files for the first time. @throws Error if they are unreadable */
  constructor(options: KeyFolderOptions) {
    this.#options = options;
    this.#countEnded = this.#registerMetrics();
    this.#checkedAt = options.clock();
    try {
      this.#ownText = this.#readOwn();
      this.#own = parsePrivateJwk(this.#ownText);
      const found = readPublicKeyFiles(options.dir);
      // Initially trusted keys are not changes.
      this.#updateTrust(found, (change) => change.change !== 'trusted');
    } catch (cause) {
      throw new Error(`The keys of ${options.service} cannot be read in ${options.dir}.`, { cause });
    }
  }

  own(): IdentifiedKey {
    return this.#own;
  }

  find(issuer: string, kid: string | undefined): KeyObject | undefined {
    return this.#trust.get(issuer)?.keys.find((key) => key.kid === kid)?.key;
  }

  findAll(issuer: string): readonly IdentifiedKey[] {
    return this.#trust.get(issuer)?.keys ?? [];
  }

  generation(): number {
    return this.#generation;
  }

  refresh(): void {
    const { clock, dir } = this.#options;
    if (clock() - this.#checkedAt < POLL_INTERVAL_MS) return;
    this.#checkedAt = clock();
    this.#reloadOwn();
    let found: KeyFileContents | undefined;
    try {
      found = readPublicKeyFiles(dir);
    } catch {
      // The folder is unreadable: the grace period starts for all keys.
    }
    this.#updateTrust(found);
  }

  #readOwn(): string {
    return readFileSync(join(this.#options.dir, `${this.#options.service}.key.jwk`), 'utf8');
  }

  #reloadOwn(): void {
    const { log, service } = this.#options;
    try {
      const text = this.#readOwn();
      if (text !== this.#ownText) {
        this.#own = parsePrivateJwk(text);
        this.#ownText = text;
        this.#generation++;
      }
      this.#hasOwnReloadFailed = false;
    } catch {
      if (!this.#hasOwnReloadFailed)
        log?.warn({ event: 'key-reload-failed', file: `${service}.key.jwk`, reason: 'unusable' });
      this.#hasOwnReloadFailed = true;
    }
  }

  #updateTrust(found: KeyFileContents | undefined, isNews: (change: TrustChange) => boolean = () => true): void {
    const { trust, changes } = updateTrust(this.#trust, found, this.#options.clock());
    this.#trust = trust;
    for (const change of changes) {
      if (change.change !== 'reload-failed') this.#generation++;
      if (isNews(change)) this.#logChange(change);
    }
  }

  #logChange(change: TrustChange): void {
    const { log } = this.#options;
    const file = `public/${change.issuer}.jwk`;
    switch (change.change) {
      case 'trusted':
        log?.info({ event: 'key-trusted', file, count: change.count });
        break;
      case 'reload-failed':
        log?.warn({ event: 'key-reload-failed', file, reason: change.reason, delayMs: GRACE_MS });
        break;
      case 'ended':
        this.#countEnded(change);
        log?.error({ event: 'key-trust-ended', file, reason: change.reason });
    }
  }

  /** @returns the function that counts ended trust */
  #registerMetrics(): (change: { issuer: string; reason: string }) => void {
    const { metrics, service } = this.#options;
    const ended = metrics?.counter('cups_key_trust_ended_total', 'Public keys that are no longer trusted, by cause.', [
      'issuer',
      'cause',
    ]);
    metrics?.gauge('cups_key_reload_failed', '1 while a key file cannot be used.', ['issuer', 'kind'], (gauge) => {
      this.refresh();
      gauge.reset();
      gauge.set({ issuer: service, kind: 'private' }, Number(this.#hasOwnReloadFailed));
      for (const [issuer, { failure }] of this.#trust) gauge.set({ issuer, kind: 'public' }, failure ? 1 : 0);
    });
    return ({ issuer, reason }) => ended?.inc({ issuer, cause: reason });
  }
}

/**
 * Returns the text of each public key file, undefined if unreadable.
 * @throws Error if the folder is unreadable
 */
function readPublicKeyFiles(dir: string): KeyFileContents {
  const folder = join(dir, 'public');
  const found = new Map<string, string | undefined>();
  for (const file of readdirSync(folder)) {
    if (!/^[a-z-]+\.jwk$/.test(file)) continue;
    let text: string | undefined;
    try {
      text = readFileSync(join(folder, file), 'utf8');
    } catch {
      // It is a folder, or not readable.
    }
    found.set(file.slice(0, -'.jwk'.length), text);
  }
  return found;
}
