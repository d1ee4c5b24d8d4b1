import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { KeyObject, JsonWebKey } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log, Metrics } from '@cups/contracts';
import type { ServiceName } from './context.ts';
import { refuseOpenSecret } from '@cups/contracts/node';

/** A key and its id: the thumbprint of RFC 7638. */
export interface KnownKey {
  key: KeyObject;
  kid: string;
}

/** The keys that count now. */
export interface KeyFiles {
  /** Looks at the files again, at most once a second. */
  refresh(): void;
  /** Our private key. */
  own(): KnownKey;
  /** The public key of a service; undefined when it is not trusted, or no longer. */
  find(issuer: string, kid: string | undefined): KeyObject | undefined;
  /** Rises whenever a key begins or ceases to count: what was concluded from keys before is void. */
  generation(): number;
}

const LOOK_MS = 1000;
/** How long keys go on counting whose file cannot be read or understood: it may be caught while it is written. */
const GRACE_MS = 60_000;

interface Entry {
  /** The last good text. */
  text: string;
  /** Empty once trust has ended. */
  keys: KnownKey[];
  /** Since when the file cannot be used, and why. */
  doubt?: { since: number; reason: string };
}

/**
 * Follows `dir/<service>.key.jwk` (ours) and `dir/public/<service>.jwk` (everybody's; one JWK, or a JWK set while a key is
 * being changed). A file that is changed or removed counts at the next look. One that cannot be read or understood, and a
 * folder that cannot be read, leaves trust as it is for a minute; then trust ends until the file is good again. Our own key
 * stays in use while its file is bad: what it signs is judged by others. All of it is logged and metered.
 * @param clock milliseconds that only rise
 * @throws Error when our own key or the folder of public keys cannot be read at the start, or our own key lies open
 */
export function followKeys(options: {
  dir: string;
  service: ServiceName;
  clock: () => number;
  log?: Log | undefined;
  metrics?: Metrics | undefined;
}): KeyFiles {
  const { dir, service, clock, log, metrics } = options;
  const known = new Map<string, Entry>();
  let own: KnownKey | undefined;
  let ownText = '';
  let ownInDoubt = false;
  let generation = 0;
  let lookedAt = -Infinity;
  let started = false;

  const ended = metrics?.counter('cups_key_trust_ended_total', 'Public keys that ceased to be trusted, by cause.', [
    'issuer',
    'cause',
  ]);
  metrics?.gauge('cups_keys_in_doubt', 'Files of keys that cannot be used now.', ['issuer', 'kind'], (gauge) => {
    refresh();
    gauge.reset();
    gauge.set({ issuer: service, kind: 'private' }, Number(ownInDoubt));
    for (const [issuer, { doubt }] of known) gauge.set({ issuer, kind: 'public' }, doubt ? 1 : 0);
  });

  function end(issuer: string, cause: string): void {
    ended?.inc({ issuer, cause });
    log?.error({ event: 'key-trust-ended', file: `public/${issuer}.jwk`, reason: cause });
    generation++;
  }

  function accept(issuer: string, text: string): void {
    const entry = known.get(issuer);
    if (entry?.text === text && !entry.doubt) return;
    const keys = parsePublic(text);
    known.set(issuer, { text, keys });
    generation++;
    if (started) log?.info({ event: 'key-trusted', file: `public/${issuer}.jwk`, count: keys.length });
  }

  function doubt(issuer: string, reason: string): void {
    const entry = known.get(issuer) ?? { text: '', keys: [] };
    known.set(issuer, entry);
    if (!entry.doubt) {
      entry.doubt = { since: clock(), reason };
      log?.warn({ event: 'key-in-doubt', file: `public/${issuer}.jwk`, reason, delayMs: GRACE_MS });
    }
    if (entry.keys.length > 0 && clock() - entry.doubt.since >= GRACE_MS) {
      entry.keys = [];
      end(issuer, entry.doubt.reason);
    }
  }

  function lookAtPublic(): void {
    const folder = join(dir, 'public');
    const files = new Set(readdirSync(folder).filter((file) => /^[a-z-]+\.jwk$/.test(file)));
    for (const [issuer, { keys }] of known) {
      if (files.has(`${issuer}.jwk`)) continue;
      known.delete(issuer);
      if (keys.length > 0) end(issuer, 'removed');
    }
    for (const file of files) {
      const issuer = file.slice(0, -'.jwk'.length);
      let text: string;
      try {
        text = readFileSync(join(folder, file), 'utf8');
      } catch {
        doubt(issuer, 'unreadable');
        continue;
      }
      try {
        accept(issuer, text);
      } catch {
        doubt(issuer, 'not-a-key');
      }
    }
  }

  function lookAtOwn(): void {
    const text = readFileSync(join(dir, `${service}.key.jwk`), 'utf8');
    if (text !== ownText) {
      const key = createPrivateKey({ key: JSON.parse(text) as JsonWebKey, format: 'jwk' });
      own = { key, kid: thumbprint(createPublicKey(key)) };
      ownText = text;
      generation++;
    }
    ownInDoubt = false;
  }

  function refresh(): void {
    if (clock() - lookedAt < LOOK_MS) return;
    lookedAt = clock();
    try {
      lookAtOwn();
    } catch (error) {
      if (!started) throw unreadable(service, dir, error);
      if (!ownInDoubt) log?.warn({ event: 'key-in-doubt', file: `${service}.key.jwk`, reason: 'unusable' });
      ownInDoubt = true;
    }
    try {
      lookAtPublic();
    } catch (error) {
      if (!started) throw unreadable(service, dir, error);
      for (const issuer of known.keys()) doubt(issuer, 'folder-unreadable');
    }
  }

  refresh();
  refuseOpenSecret(join(dir, `${service}.key.jwk`), `The private key of ${service}`);
  started = true;
  return {
    refresh,
    own: () => own!,
    find: (issuer, kid) => known.get(issuer)?.keys.find((key) => key.kid === kid)?.key,
    generation: () => generation,
  };
}

function unreadable(service: ServiceName, dir: string, cause: unknown): Error {
  return new Error(`The keys of ${service} cannot be read in ${dir}.`, { cause });
}

function parsePublic(text: string): KnownKey[] {
  const parsed = JSON.parse(text) as JsonWebKey & { keys?: JsonWebKey[] };
  const jwks = parsed.keys ?? [parsed];
  if (jwks.length === 0) throw new Error('no key');
  return jwks.map((jwk) => {
    const key = createPublicKey({ key: { kty: jwk.kty, crv: jwk.crv, x: jwk.x } as JsonWebKey, format: 'jwk' });
    if (key.asymmetricKeyType !== 'ed25519') throw new Error('not an Ed25519 key');
    return { key, kid: thumbprint(key) };
  });
}

/** RFC 7638, for an OKP key. */
function thumbprint(key: KeyObject): string {
  const { crv, kty, x } = key.export({ format: 'jwk' });
  return createHash('sha256').update(JSON.stringify({ crv, kty, x })).digest('base64url');
}

/** Creates the key pairs that are missing, for the local default and tests; existing ones stay. Private keys are for their owner only. */
export function makeKeys(dir: string, services: readonly ServiceName[]): void {
  mkdirSync(join(dir, 'public'), { recursive: true, mode: 0o700 });
  for (const service of services) {
    const file = join(dir, `${service}.key.jwk`);
    let jwk: JsonWebKey;
    try {
      jwk = JSON.parse(readFileSync(file, 'utf8')) as JsonWebKey;
    } catch {
      jwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
      writeWhole(file, JSON.stringify(jwk), 0o600);
    }
    chmodSync(file, 0o600);
    const publicFile = join(dir, 'public', `${service}.jwk`);
    const text = JSON.stringify({ kty: jwk.kty, crv: jwk.crv, x: jwk.x });
    let present = '';
    try {
      present = readFileSync(publicFile, 'utf8');
    } catch {
      // It is missing.
    }
    if (!present.includes(String(jwk.x))) writeWhole(publicFile, text, 0o644);
  }
}

function writeWhole(file: string, text: string, mode: number): void {
  const next = `${file}.${process.pid}.next`;
  writeFileSync(next, text, { mode });
  renameSync(next, file);
}
