import {
  CHECKPOINT_KEY_SET,
  COOKIE_KEY_SET,
  DATA_KEY_SERVICES,
  dataKeySetFile,
  generateSecretJwk,
  generateSigningJwk,
  PERSON_HASH_KEY_SET,
  PERSON_KEY_SET,
} from '@cups/rpc';
import type { KeyItem, KeyStore } from './key-store.ts';
import { formatDuration, remainingMs, PROPAGATION_MS, describeActivation } from './rotation.ts';
import type { DataKeyState, PersonNumbers, RotationContext } from './rotation.ts';

/**
 * Secret key sets of one or two services: several keys in one file, rotated without a refused request.
 * publish  the next keys open or compare; the previous ones still seal, hash or sign
 * activate  the next keys seal, hash or sign; the old ones still open
 * retire    the old keys are removed
 */

/** Sealed cookies and assertions live as long as a session, plus the time until every replica has switched. */
const SESSION_KEY_LIFETIME_MS = PROPAGATION_MS + 8 * 3_600_000;
/** Limit of a gateway per kind of key: with more, an old key could never be retired. */
const MAX_KEYS_PER_USE = 3;

/** Old keys that wrap data keys stay until the last data key that needs them is destroyed. */
const MAX_WRAPPING_KEYS = 20;

/** A key with the time (ms since 1970) since which it is published or active. */
interface SecretJwk {
  kty: string;
  kid: string;
  use: string;
  /** Bytes of a secret key. */
  k?: string;
  /** Private part of a signing key. */
  d?: string;
  since?: number;
}

interface KeySet {
  item: KeyItem;
  /** Uses of its keys; each use has its own key, rotated with the others. */
  uses: readonly ('enc' | 'sig')[];
  most: number;
  /** Whether its keys sign: pairs instead of secrets. @default false */
  signs?: boolean;
  /** How long sealed data may be in use after the activation. */
  lifeMs: number;
  /** Service that stores sealed data: its old keys retire once the data is sealed again, or never needed again. */
  keptBy?: 'identity' | 'data-keys';
}

/** Names of the key sets that wrap data keys. */
const DATA_KEY_NAMES = {
  documents: 'document-keys',
  identity: 'identity-keys',
  intake: 'intake-keys',
  notifications: 'notification-keys',
} as const;

const describeDataKeySet = (service: keyof typeof DATA_KEY_NAMES): KeySet => ({
  item: { kind: 'set', service, file: dataKeySetFile(service) },
  uses: ['enc'],
  most: MAX_WRAPPING_KEYS,
  lifeMs: PROPAGATION_MS,
  keptBy: 'data-keys',
});

/** By the names that the command uses. */
const KEY_SET_DEFINITIONS: Readonly<Record<string, KeySet>> = {
  cookie: {
    item: { kind: 'set', service: 'gateway', file: COOKIE_KEY_SET },
    uses: ['enc'],
    most: MAX_KEYS_PER_USE,
    lifeMs: SESSION_KEY_LIFETIME_MS,
  },
  'person-hash': {
    item: { kind: 'shared-set', name: 'person-hash', file: PERSON_HASH_KEY_SET },
    uses: ['sig'],
    most: MAX_KEYS_PER_USE,
    lifeMs: SESSION_KEY_LIFETIME_MS,
  },
  ...Object.fromEntries(DATA_KEY_SERVICES.map((service) => [DATA_KEY_NAMES[service], describeDataKeySet(service)])),
  checkpoints: {
    item: { kind: 'set', service: 'journal', file: CHECKPOINT_KEY_SET },
    uses: ['sig'],
    most: MAX_KEYS_PER_USE,
    signs: true,
    // A signed checkpoint stays valid without its key: the log holds the public key.
    lifeMs: PROPAGATION_MS,
  },
  persons: {
    item: { kind: 'set', service: 'identity', file: PERSON_KEY_SET },
    uses: ['enc', 'sig'],
    most: 2,
    lifeMs: PROPAGATION_MS,
    keptBy: 'identity',
  },
};

export const KEY_SETS: readonly string[] = Object.keys(KEY_SET_DEFINITIONS);

/** Describes what the first key does. */
function describeUse(name: string): string {
  const { uses, signs } = KEY_SET_DEFINITIONS[name]!;
  if (signs) return 'signs';
  return uses[0] === 'sig' ? 'hashes' : 'seals';
}
const itemOf = (name: string): KeyItem => KEY_SET_DEFINITIONS[name]!.item;
/** Service of a key set that one service has. */
const serviceOf = (name: string): string => {
  const item = itemOf(name);
  return item.kind === 'set' ? item.service : name;
};

/**
 * Returns the services whose keys are lost: neither their private key nor a key set that only a backup has is stored, but their
 * public key is published. New ones would make everything unreadable that the lost ones sealed, or end the log of the journal.
 */
export async function findLostKeySets(place: KeyStore): Promise<{ service: string; files: string[] }[]> {
  const lost = new Map<string, string[]>();
  for (const [name, { item, keptBy, signs }] of Object.entries(KEY_SET_DEFINITIONS)) {
    if (item.kind !== 'set' || !(keptBy ?? signs)) continue;
    const service = serviceOf(name);
    const stored = [item, { kind: 'private', service } as const].map((one) => place.read(one));
    if ((await Promise.all(stored)).some((text) => text !== undefined)) continue;
    if ((await place.read({ kind: 'public', service })) === undefined) continue;
    lost.set(service, [...(lost.get(service) ?? []), item.file]);
  }
  return [...lost].map(([service, files]) => ({ service, files }));
}

/** Generates the keys if they are missing. @returns a sentence for the log, as all functions below */
async function generateKeySet({ place, now }: RotationContext, name: string): Promise<string> {
  if (await place.read(itemOf(name))) return 'its keys exist';
  const { uses } = KEY_SET_DEFINITIONS[name]!;
  await writeKeySet(
    place,
    name,
    uses.map((use) => newKey(name, use, now)),
  );
  return uses.length === 1 ? 'a key was generated' : 'its keys were generated';
}

async function addNextKeys({ place, now }: RotationContext, name: string): Promise<string> {
  const keys = await readKeySet(place, name);
  const { uses, most } = KEY_SET_DEFINITIONS[name]!;
  const waiting = findNextKeys(keys);
  if (waiting[0]) return `${describeNextKeys(name)} published already; ${describeActivation(waiting[0], now)}`;
  if (uses.some((use) => keysForUse(keys, use).length >= most)) {
    throw new Error(`${name} has old keys: retire them first.`);
  }
  // Later than the sealing keys, which marks them as the next ones.
  const since = Math.max(now, ...keys.map((key) => (key.since ?? 0) + 1));
  const next = uses.map((use) => newKey(name, use, since));
  await writeKeySet(place, name, [...keys, ...next]);
  return `${describeNextKeys(name)} published; ${describeActivation(next[0]!, now)}`;
}

/** @throws Error when none is published, or not yet read everywhere */
async function activateNextKeys({ place, now, hurry }: RotationContext, name: string): Promise<string> {
  const keys = await readKeySet(place, name);
  const next = findNextKeys(keys);
  if (!next[0]) throw new Error(`${name} has no next key: publish it first.`);
  const wait = remainingMs(next[0], PROPAGATION_MS, now);
  if (wait > 0 && !hurry) {
    throw new Error(
      `The next key of ${name} may not be read everywhere yet: activate in ${formatDuration(wait)}, or --now.`,
    );
  }
  const switched = next.map((key) => Object.assign({}, key, { since: Math.max(now, key.since ?? 0) }));
  await writeKeySet(place, name, [...switched, ...keys.filter((key) => !next.includes(key))]);
  const { lifeMs, keptBy } = KEY_SET_DEFINITIONS[name]!;
  if (keptBy === 'data-keys')
    return `its next key wraps; ${serviceOf(name)} wraps all data keys again first, then retire the old ones`;
  const then = keptBy ? ' at the earliest: identity seals all numbers again first' : '';
  const says =
    next.length === 1
      ? `its next key ${describeUse(name)}; retire the old one`
      : 'its next keys seal; retire the old ones';
  return `${says} in ${formatDuration(lifeMs)}${then}`;
}

/** @throws Error while data that an old key sealed may still be in use or is stored */
async function retireOldKeys(context: RotationContext, name: string): Promise<string> {
  const { place, now, hurry, personNumbers } = context;
  const keys = await readKeySet(place, name);
  const { uses, lifeMs, keptBy } = KEY_SET_DEFINITIONS[name]!;
  if (findNextKeys(keys).length > 0) throw new Error(`${name} has a next key that is not active: activate first.`);
  const first = uses.flatMap((use) => keysForUse(keys, use).slice(0, 1));
  if (first.length === keys.length) return 'nothing to retire';
  const wait = remainingMs(first[0]!, lifeMs, now);
  if (wait > 0 && !hurry) {
    throw new Error(`An old key of ${name} may still be needed: retire in ${formatDuration(wait)}, or --now.`);
  }
  if (keptBy === 'data-keys') await assertNoneWrapped(keys, context, name);
  if (keptBy === 'identity') await assertUnused(keys, { hurry, personNumbers });
  await writeKeySet(place, name, first);
  return 'its old keys are retired';
}

/**
 * Asks identity whether a number still needs an old key, since retiring the key would lose that number. `--now` does not
 * override a positive answer.
 * @throws Error while a number needs an old key; also when identity is unavailable or a number cannot be opened, unless `hurry`
 */
async function assertUnused(
  keys: readonly SecretJwk[],
  { hurry, personNumbers }: Pick<RotationContext, 'hurry' | 'personNumbers'>,
): Promise<void> {
  let said: PersonNumbers;
  try {
    if (!personNumbers) throw new Error('its address is unknown.');
    said = await personNumbers();
  } catch (error) {
    if (hurry) return;
    const why = (error as Error).message;
    throw new Error(`Identity could not confirm that no number needs an old key: ${why} Use --now if you are sure.`);
  }
  const { kids, numbers, waiting, unreadable } = said;
  if (kids.join(' ') !== keys.map(({ kid }) => kid).join(' ')) {
    throw new Error('Identity has not read these keys yet: wait.');
  }
  if (waiting > unreadable) {
    throw new Error(
      `${waiting} of ${numbers} personal numbers still need an old key: wait until identity has sealed them again.`,
    );
  }
  if (unreadable > 0 && !hurry) {
    throw new Error(
      `${unreadable} of ${numbers} personal numbers cannot be opened with any of these keys: add theirs, or --now.`,
    );
  }
}

/**
 * Asks the service whether a data key still needs an old key, since retiring that key would lose what it protects. `--now`
 * does not override a positive answer.
 * @throws Error while one needs it; also when the service is unavailable or a data key cannot be opened, unless `hurry`
 */
async function assertNoneWrapped(
  keys: readonly SecretJwk[],
  { hurry, dataKeys }: Pick<RotationContext, 'hurry' | 'dataKeys'>,
  name: string,
): Promise<void> {
  const service = serviceOf(name);
  let state: DataKeyState;
  try {
    if (!dataKeys) throw new Error('its address is unknown.');
    state = await dataKeys(service);
  } catch (error) {
    if (hurry) return;
    const why = (error as Error).message;
    throw new Error(
      `${service} could not confirm that no data key needs an old key: ${why} Use --now if you are sure.`,
    );
  }
  const { kids, pending, unreadable } = state;
  if (kids.join(' ') !== keys.map(({ kid }) => kid).join(' ')) {
    throw new Error(`${service} has not read these keys yet: wait.`);
  }
  if (pending > unreadable) {
    throw new Error(`${pending} data keys still need an old key: wait until ${service} has wrapped them again.`);
  }
  if (unreadable > 0 && !hurry) {
    throw new Error(`${unreadable} data keys cannot be opened with any of these keys: add theirs, or --now.`);
  }
}

/** Describes how many data keys need an old key. Empty for other key sets, and when the service cannot be asked. */
async function describePending({ dataKeys }: RotationContext, name: string): Promise<string> {
  if (KEY_SET_DEFINITIONS[name]!.keptBy !== 'data-keys' || !dataKeys) return '';
  try {
    const { pending } = await dataKeys(serviceOf(name));
    return `; ${pending} data keys still need an old key`;
  } catch {
    return `; ${serviceOf(name)} could not be asked how many data keys need an old key`;
  }
}

async function describeKeySet(context: RotationContext, name: string): Promise<string> {
  const { place, now } = context;
  if ((await place.read(itemOf(name))) === undefined) return 'it has no key';
  const keys = await readKeySet(place, name);
  const { uses, lifeMs } = KEY_SET_DEFINITIONS[name]!;
  const [sealing] = keysForUse(keys, uses[0]!);
  const seals = `${describeUse(name)} with ${sealing!.kid}`;
  const [next] = findNextKeys(keys);
  if (next) return `${seals}; ${next.kid} is published; ${describeActivation(next, now)}`;
  const old = keys.length - uses.length;
  if (old <= 0) return seals;
  const wait = formatDuration(remainingMs(sealing!, lifeMs, now));
  const pending = await describePending(context, name);
  return `${seals}; ${old} old to retire ${wait === 'no time' ? 'now' : `in ${wait}`}${pending}`;
}

export const KEY_SET_ACTIONS = {
  generate: generateKeySet,
  show: describeKeySet,
  publish: addNextKeys,
  activate: activateNextKeys,
  retire: retireOldKeys,
};

const describeNextKeys = (name: string): string =>
  KEY_SET_DEFINITIONS[name]!.uses.length === 1 ? 'its next key is' : 'its next keys are';
const keysForUse = (keys: readonly SecretJwk[], use: string): SecretJwk[] => keys.filter((key) => key.use === use);

/** Returns the published keys, one of each use: later than the first of that use. Undated keys count as active. */
function findNextKeys(keys: readonly SecretJwk[]): SecretJwk[] {
  return [...new Set(keys.map(({ use }) => use))].flatMap((use) => {
    const [first, ...others] = keysForUse(keys, use);
    return others.find(({ since = 0 }) => since > (first?.since ?? 0)) ?? [];
  });
}

function newKey(name: string, use: string, since: number): SecretJwk {
  const jwk: SecretJwk = KEY_SET_DEFINITIONS[name]!.signs ? generateSigningJwk() : generateSecretJwk(use);
  return { ...jwk, since };
}

/** @throws Error when the keys are missing or invalid */
async function readKeySet(place: KeyStore, name: string): Promise<SecretJwk[]> {
  const text = await place.read(itemOf(name));
  if (text === undefined) throw new Error(`${name} has no key: make it first.`);
  try {
    const { keys } = JSON.parse(text) as { keys: SecretJwk[] };
    const isWhole = KEY_SET_DEFINITIONS[name]!.uses.every((use) => keysForUse(keys, use).length > 0);
    if (isWhole && keys.every(({ kid, k, d }) => kid && (k ?? d))) return keys;
  } catch {
    // Reported below without the content.
  }
  throw new Error(`The keys of ${name} are invalid.`);
}

const writeKeySet = (place: KeyStore, name: string, keys: readonly SecretJwk[]): Promise<void> =>
  place.write(itemOf(name), JSON.stringify({ keys }));
