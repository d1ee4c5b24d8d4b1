import { randomBytes, randomUUID } from 'node:crypto';
import { COOKIE_KEYS, PERSON_HASH_KEYS } from '@cups/rpc';
import type { Item, KeyPlace } from './place.ts';
import { inWords, remaining, SPREAD_MS, whenToSwitch } from './rotation.ts';
import type { Steps } from './rotation.ts';

/**
 * Secret keys that one or two services have for themselves, several at a time in one file, and changing them without a refused request:
 * announce  the next key is there and opens, or is compared by; the one before still seals, or hashes
 * switch    the next key seals; the old one still opens what it sealed
 * retire    the old key counts no longer
 */

/** What one made is in use as long as a session, whose cookie or assertion it is in, and until the switch has reached every replica. */
const LIFE_MS = SPREAD_MS + 8 * 3_600_000;
/** As many as a gateway takes: with more, an old one would never go. */
const MOST = 3;

/** A key, and since when (ms since 1970) it has been what it is: announced, or sealing. */
interface SecretJwk {
  kty: string;
  kid: string;
  use: string;
  k: string;
  since?: number;
}

interface KeySet {
  item: Item;
  /** What its keys are for, as they say. */
  use: 'enc' | 'sig';
}

/** By the names under which the tool knows them. */
const SETS: Readonly<Record<string, KeySet>> = {
  cookie: { item: { kind: 'set', service: 'gateway', file: COOKIE_KEYS }, use: 'enc' },
  'person-hash': { item: { kind: 'shared-set', name: 'person-hash', file: PERSON_HASH_KEYS }, use: 'sig' },
};

export const KEY_SETS: readonly string[] = Object.keys(SETS);

/** What the first key does. */
const doing = (name: string): string => (SETS[name]!.use === 'sig' ? 'hashes' : 'seals');
const itemOf = (name: string): Item => SETS[name]!.item;

/** Makes it when it is missing. @returns what was done, in words, as all below */
async function make({ place, now }: Steps, name: string): Promise<string> {
  if (await place.read(itemOf(name))) return 'its keys are there';
  await write(place, name, [newKey(name, now)]);
  return 'a key was made';
}

async function announce({ place, now }: Steps, name: string): Promise<string> {
  const keys = await read(place, name);
  const [sealing, ...others] = keys;
  const waiting = nextOf(keys);
  if (waiting) return `its next key is announced already; ${whenToSwitch(waiting, now)}`;
  if (others.length >= MOST - 1) throw new Error(`${name} has old keys that still count: retire them first.`);
  // Later than the one that seals, by which it is known as the next one.
  const next = newKey(name, Math.max(now, (sealing!.since ?? 0) + 1));
  await write(place, name, [...keys, next]);
  return `its next key is announced; ${whenToSwitch(next, now)}`;
}

/** @throws Error when none is announced, or not yet known everywhere */
async function switchOver({ place, now, hurry }: Steps, name: string): Promise<string> {
  const keys = await read(place, name);
  const next = nextOf(keys);
  if (!next) throw new Error(`${name} has no next key: announce it first.`);
  const wait = remaining(next, SPREAD_MS, now);
  if (wait > 0 && !hurry) {
    throw new Error(`The next key of ${name} may not be everywhere yet: switch in ${inWords(wait)}, or --now.`);
  }
  next.since = Math.max(now, next.since ?? 0);
  await write(place, name, [next, ...keys.filter((key) => key !== next)]);
  return `its next key ${doing(name)}; retire the old one in ${inWords(LIFE_MS)}`;
}

/** @throws Error while what an old one sealed may still be in use */
async function retire({ place, now, hurry }: Steps, name: string): Promise<string> {
  const keys = await read(place, name);
  const [sealing, ...others] = keys;
  if (nextOf(keys)) throw new Error(`${name} has a next key that is not in use yet: switch first.`);
  if (others.length === 0) return 'there is nothing to retire';
  const wait = remaining(sealing!, LIFE_MS, now);
  if (wait > 0 && !hurry) {
    throw new Error(`What an old key of ${name} made may still be in use: retire in ${inWords(wait)}, or --now.`);
  }
  await write(place, name, [sealing!]);
  return 'its old keys count no longer';
}

async function show({ place, now }: Steps, name: string): Promise<string> {
  if ((await place.read(itemOf(name))) === undefined) return 'it has no key';
  const keys = await read(place, name);
  const [sealing, ...others] = keys;
  const seals = `${doing(name)} with ${sealing!.kid}`;
  const next = nextOf(keys);
  if (next) return `${seals}; ${next.kid} is announced; ${whenToSwitch(next, now)}`;
  if (others.length === 0) return seals;
  const wait = inWords(remaining(sealing!, LIFE_MS, now));
  return `${seals}; ${others.length} old to retire ${wait === 'no time' ? 'now' : `in ${wait}`}`;
}

export const KEY_SET_ACTIONS = { make, show, announce, switch: switchOver, retire };

/** Of keys that were made without a date, none. */
const nextOf = ([sealing, ...others]: readonly SecretJwk[]): SecretJwk | undefined =>
  others.find(({ since = 0 }) => since > (sealing?.since ?? 0));

const newKey = (name: string, since: number): SecretJwk => ({
  kty: 'oct',
  kid: randomUUID(),
  use: SETS[name]!.use,
  k: randomBytes(32).toString('base64url'),
  since,
});

/** @throws Error when they are missing, or are no keys */
async function read(place: KeyPlace, name: string): Promise<SecretJwk[]> {
  const text = await place.read(itemOf(name));
  if (text === undefined) throw new Error(`${name} has no key: make it first.`);
  try {
    const { keys } = JSON.parse(text) as { keys: SecretJwk[] };
    if (keys.length > 0 && keys.every(({ kid, k }) => kid && k)) return keys;
  } catch {
    // Said below: nothing of it is shown.
  }
  throw new Error(`The keys of ${name} are there and are no keys.`);
}

const write = (place: KeyPlace, name: string, keys: readonly SecretJwk[]): Promise<void> =>
  place.write(itemOf(name), JSON.stringify({ keys }));
