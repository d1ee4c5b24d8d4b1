import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { JsonWebKey } from 'node:crypto';
import { parsePublicJwks } from '@cups/rpc/jwk';
import type { KeyItem, KeyStore } from './key-store.ts';

/**
 * Generates and rotates keys without a refused call. A rotation has three steps with waits between them, because processes
 * read a changed file at different times:
 * publish  publishes the next public key; no service signs with it yet
 * activate  signs with the next key; the old public key stays valid for earlier signatures
 * retire    removes the old public key
 */

const MINUTE_MS = 60_000;
/** Time until every process has read a published key: a mounted ConfigMap takes up to two minutes. */
export const PROPAGATION_MS = 5 * MINUTE_MS;
/** Offline grants, which identity signs, live 72 hours. For 14 further days a suspended operator hands in acts with them. */
const OFFLINE_GRANT_MS = (3 + 14) * 24 * 60 * MINUTE_MS;
/** Lifetime of a service's signatures after its activation. */
const signatureLifetime = (service: string): number =>
  PROPAGATION_MS + (service === 'identity' ? OFFLINE_GRANT_MS : 5 * MINUTE_MS);

/** A private key with the time (ms since 1970) since which it is published or active. */
interface PrivateJwk extends JsonWebKey {
  since?: number;
}

export interface RotationContext {
  place: KeyStore;
  /** Milliseconds since 1970. */
  now: number;
  /** Skips the waiting time of a step. */
  hurry: boolean;
  /** Asks identity how many personal numbers still need old keys. @throws Error when identity is unavailable */
  personNumbers?: (() => Promise<PersonNumbers>) | undefined;
  /** Asks a service which key-encryption keys its data keys need. @throws Error when the service is unavailable */
  dataKeys?: ((service: string) => Promise<DataKeyState>) | undefined;
}

/** A service's report on its data keys. */
export interface DataKeyState {
  /** IDs of the key-encryption keys that it has. */
  kids: string[];
  /** Data keys that still need another key than the first one. */
  pending: number;
  /** Data keys among them that no key unwraps. */
  unreadable: number;
}

/** Identity's report on its stored personal numbers. */
export interface PersonNumbers {
  /** IDs of the keys that it has. */
  kids: string[];
  numbers: number;
  /** Numbers that still need another key than the first ones. */
  waiting: number;
  /** Numbers among them that no key opens. */
  unreadable: number;
}

const itemOf = (kind: 'private' | 'next' | 'public', service: string): KeyItem => ({ kind, service });

/** Generates missing keys; existing ones stay. @returns a sentence for the log */
export async function generateKey({ place, now }: RotationContext, service: string): Promise<string> {
  const own = await readPrivate(place, itemOf('private', service));
  if (own) {
    const known = await readPublic(place, service);
    if (includesKey(known, own)) return 'its key exists';
    await writePublicKeys(place, service, [...known, own]);
    return 'its key exists; its public key was missing and is published';
  }
  const made = newKey(now);
  // The public key first: a process with only the private one would sign what no service can verify.
  await writePublicKeys(place, service, [made]);
  await place.write(itemOf('private', service), JSON.stringify(made));
  return 'a key was generated';
}

/** Generates intake's secret if it is missing. */
export async function generateSecret(place: KeyStore): Promise<string> {
  if (await place.read({ kind: 'secret' })) return 'its secret exists';
  await place.write({ kind: 'secret' }, randomBytes(32).toString('base64url'));
  return 'its secret was generated';
}

/** Generates the password of a Kafka user if it is missing. */
export async function generatePassword(place: KeyStore, user: string): Promise<string> {
  if (await place.read({ kind: 'kafka', user })) return 'its password for Kafka exists';
  await place.write({ kind: 'kafka', user }, randomBytes(32).toString('base64url'));
  return 'its password for Kafka was generated';
}

/** Step 1: publishes the next public key. */
export async function publishNextKey({ place, now }: RotationContext, service: string): Promise<string> {
  const own = await requireKey(place, service);
  const known = await readPublic(place, service);
  const waiting = await readPrivate(place, itemOf('next', service));
  const next = waiting ?? newKey(now);
  if (!includesKey(known, next))
    await writePublicKeys(place, service, [...(includesKey(known, own) ? known : [...known, own]), next]);
  if (waiting) return `its next key is published already; ${describeActivation(waiting, now)}`;
  await place.write(itemOf('next', service), JSON.stringify(next));
  return `its next key is published; ${describeActivation(next, now)}`;
}

/** Step 2: signs with the next key. @throws Error when it is not published, or not yet read everywhere */
export async function activateNextKey({ place, now, hurry }: RotationContext, service: string): Promise<string> {
  const next = await readPrivate(place, itemOf('next', service));
  if (!next) throw new Error(`${service} has no next key: publish it first.`);
  const wait = remainingMs(next, PROPAGATION_MS, now);
  if (wait > 0 && !hurry) {
    throw new Error(
      `The next key of ${service} may not be read everywhere yet: activate in ${formatDuration(wait)}, or --now.`,
    );
  }
  if (!includesKey(await readPublic(place, service), next)) {
    throw new Error(`The next key of ${service} is no longer published: publish it again.`);
  }
  next.since = now;
  await place.write(itemOf('private', service), JSON.stringify(next));
  await place.remove(itemOf('next', service));
  return `it signs with its next key; retire the old one in ${formatDuration(signatureLifetime(service))}`;
}

/** Step 3: removes the old public key. @throws Error while its signatures may still be in use */
export async function retireOldKeys({ place, now, hurry }: RotationContext, service: string): Promise<string> {
  const own = await requireKey(place, service);
  if (await readPrivate(place, itemOf('next', service))) {
    throw new Error(`${service} has a next key that is not active: activate first.`);
  }
  const known = await readPublic(place, service);
  if (known.length === 1 && includesKey(known, own)) return 'nothing to retire';
  const wait = remainingMs(own, signatureLifetime(service), now);
  if (wait > 0 && !hurry) {
    throw new Error(
      `Signatures of the old key of ${service} may still be in use: retire in ${formatDuration(wait)}, or --now.`,
    );
  }
  await writePublicKeys(place, service, [own]);
  return 'its old key is retired';
}

/** Describes the keys of a service. */
export async function describeKey({ place, now }: RotationContext, service: string): Promise<string> {
  const own = await readPrivate(place, itemOf('private', service));
  if (!own) return 'it has no key';
  const known = await readPublic(place, service);
  if (!includesKey(known, own)) return 'its public key is not published';
  const next = await readPrivate(place, itemOf('next', service));
  const kid = `signs with ${kidOf(own)}`;
  if (next) return `${kid}; ${kidOf(next)} is published; ${describeActivation(next, now)}`;
  const wait = formatDuration(remainingMs(own, signatureLifetime(service), now));
  return known.length > 1
    ? `${kid}; ${known.length - 1} old to retire ${wait === 'no time' ? 'now' : `in ${wait}`}`
    : kid;
}

function newKey(now: number): PrivateJwk {
  const jwk: PrivateJwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  jwk.since = now;
  return jwk;
}

async function readPrivate(place: KeyStore, item: KeyItem): Promise<PrivateJwk | undefined> {
  const text = await place.read(item);
  if (text === undefined) return undefined;
  try {
    const jwk = JSON.parse(text) as PrivateJwk;
    parsePublicJwks(text);
    return jwk;
  } catch {
    // An unreadable key is not overwritten: it may be the only one.
    throw new Error(`The private key of ${'service' in item ? item.service : 'intake'} is invalid.`);
  }
}

async function requireKey(place: KeyStore, service: string): Promise<PrivateJwk> {
  const own = await readPrivate(place, itemOf('private', service));
  if (!own) throw new Error(`${service} has no key: make it first.`);
  return own;
}

async function readPublic(place: KeyStore, service: string): Promise<JsonWebKey[]> {
  const text = await place.read(itemOf('public', service));
  if (text === undefined) return [];
  try {
    parsePublicJwks(text);
  } catch {
    throw new Error(`The public keys of ${service} are invalid.`);
  }
  const parsed = JSON.parse(text) as JsonWebKey & { keys?: JsonWebKey[] };
  return parsed.keys ?? [parsed];
}

/** Strips private members. Writes one key as a JWK, several as a set. */
async function writePublicKeys(place: KeyStore, service: string, keys: readonly JsonWebKey[]): Promise<void> {
  const bare = keys.map(({ kty, crv, x }) => ({ kty, crv, x }));
  await place.write(itemOf('public', service), JSON.stringify(bare.length === 1 ? bare[0] : { keys: bare }));
}

const includesKey = (keys: readonly JsonWebKey[], one: JsonWebKey): boolean => keys.some(({ x }) => x === one.x);
const kidOf = (jwk: JsonWebKey): string => parsePublicJwks(JSON.stringify(jwk))[0]!.kid;
/** Returns 0 for undated keys. */
export const remainingMs = ({ since = 0 }: { since?: number }, time: number, now: number): number =>
  Math.max(0, since + time - now);
export const describeActivation = (next: { since?: number }, now: number): string => {
  const wait = remainingMs(next, PROPAGATION_MS, now);
  return wait > 0 ? `activate in ${formatDuration(wait)}` : 'activate now';
};

export function formatDuration(ms: number): string {
  const minutes = Math.ceil(ms / MINUTE_MS);
  if (minutes === 0) return 'no time';
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
