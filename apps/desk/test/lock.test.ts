import { describe, expect, test } from '@jest/globals';
import { holdRequests, isHeld, releaseRequests } from '../src/api/session-hold.ts';
import {
  deriveFromWords,
  deriveWrappingKey,
  generateDataKey,
  unwrapDataKey,
  wrapDataKey,
} from '../src/local-store/data-key.ts';
import { createMemoryStore, openLocalStore, seal } from '../src/local-store/local-store.ts';
import { normalizePassphrase, PASSPHRASE_ITERATIONS } from '../src/local-store/offline-keys.ts';
import { generatePassphrase } from '../src/local-store/passphrase.ts';
import { PASSPHRASE_WORDS } from '../src/local-store/passphrase-words.ts';
import { newestTime, refusalOf } from '../src/session/offline-session.ts';
import { clearAttempts, countAttempt, remainingPause } from '../src/session/unlock-attempts.ts';

/** The keys of the local store, and the rules of an opening without the platform. */

const OWNER = 'operators/one';
const share = (first: number) => Uint8Array.from({ length: 32 }, (_, at) => first + at);

describe('the data key', () => {
  test('opens with its key share, for its operator, and cannot be exported', async () => {
    const dataKey = await generateDataKey();
    const wrap = await wrapDataKey(dataKey, await deriveWrappingKey(share(1), 'key share'), OWNER);
    const opened = await unwrapDataKey(wrap, await deriveWrappingKey(share(1), 'key share'), OWNER);
    const name = { owner: OWNER, kind: 'visit', id: '1' };
    const { iv, sealed } = await seal(dataKey, name, new TextEncoder().encode('"x"'));
    const additionalData = new TextEncoder().encode(JSON.stringify(Object.values(name)));
    const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData }, opened, sealed);
    expect(new TextDecoder().decode(plain)).toBe('"x"');
    await expect(crypto.subtle.decrypt({ name: 'AES-GCM', iv }, opened, sealed)).rejects.toThrow();
    expect(opened.extractable).toBe(false);
    await expect(crypto.subtle.exportKey('raw', opened)).rejects.toThrow();
  });

  test.each([
    ['another share', 2, 'key share', OWNER],
    ['another purpose', 1, 'security key', OWNER],
    ['another operator', 1, 'key share', 'operators/two'],
  ])('does not open with %s', async (_what, first, purpose, owner) => {
    const wrap = await wrapDataKey(await generateDataKey(), await deriveWrappingKey(share(1), 'key share'), OWNER);
    await expect(unwrapDataKey(wrap, await deriveWrappingKey(share(first), purpose), owner)).rejects.toThrow();
  });

  test('opens with its words only', async () => {
    const derivation = { salt: share(7), iterations: PASSPHRASE_ITERATIONS };
    const words = 'castan lampion morcov poveste sanie zidar';
    const wrap = await wrapDataKey(await generateDataKey(), await deriveFromWords(words, derivation), OWNER);
    await unwrapDataKey(wrap, await deriveFromWords(words, derivation), OWNER);
    for (const wrong of [`${words}a`, '', words.split(' ').reverse().join(' ')])
      await expect(unwrapDataKey(wrap, await deriveFromWords(wrong, derivation), OWNER)).rejects.toThrow();
    expect(PASSPHRASE_ITERATIONS).toBeGreaterThanOrEqual(600_000);
  });
});

describe('passphrases', () => {
  test('have six of at least 1,296 distinct words', () => {
    expect(new Set(PASSPHRASE_WORDS).size).toBe(PASSPHRASE_WORDS.length);
    expect(PASSPHRASE_WORDS.length).toBeGreaterThanOrEqual(1_296);
    for (const word of PASSPHRASE_WORDS) expect(word).toMatch(/^[a-z]{4,7}$/);
    const words = generatePassphrase();
    expect(words).toHaveLength(6);
    for (const word of words) expect(PASSPHRASE_WORDS).toContain(word);
    expect(generatePassphrase()).not.toEqual(words);
  });

  test.each([
    [' Castan  LAMPION morcov ', 'castan lampion morcov'],
    ['căstan, lampion;\tmorcov.', 'castan lampion morcov'],
    ['castan-lampion\nmorcov', 'castan lampion morcov'],
  ])('%j is read without case, spaces and diacritics', (typed, expected) => {
    expect(normalizePassphrase(typed)).toBe(expected);
  });

  test('wrong attempts pause, and the pause ends', () => {
    const stored = new Map<string, string>();
    Object.assign(globalThis, {
      localStorage: {
        getItem: (key: string) => stored.get(key) ?? null,
        setItem: (key: string, value: string) => void stored.set(key, value),
        removeItem: (key: string) => void stored.delete(key),
      },
    });
    expect([1, 2, 3, 4].map(() => countAttempt(1_000))).toEqual([false, false, false, false]);
    expect(remainingPause(1_000)).toBe(0);
    expect(countAttempt(1_000)).toBe(true);
    expect(remainingPause(1_000)).toBe(30_000);
    expect(remainingPause(-1_000_000)).toBe(30_000);
    expect(remainingPause(31_000)).toBe(0);
    expect(countAttempt(31_000)).toBe(false);
    clearAttempts();
    expect(stored.size).toBe(0);
  });
});

describe('an opening without the platform', () => {
  const hour = 3_600_000;
  const times = { contactAt: 0, seenAt: 10 * hour, expireAt: 72 * hour, place: 'Lozova' };
  test.each([
    ['at the last time that was seen', 10 * hour, undefined],
    ['after a correction of the clock', 10 * hour - 60_000, undefined],
    ['with a clock that was set back', 9 * hour, 'clock'],
    ['with a clock that lost its time', -400 * 24 * hour, undefined],
    ['with a clock that was set back by a month', -30 * 24 * hour, 'clock'],
    ['before 72 hours', 72 * hour - 1, undefined],
    ['after 72 hours', 72 * hour, 'expired'],
  ])('%s', (_when, now, expected) => {
    expect(refusalOf(times, now)).toBe(expected);
  });

  test('under a clock that lost its time, ends after 72 hours in which the page was open', () => {
    const lost = -400 * 24 * hour;
    const opened = newestTime(times, lost, 5 * hour);
    expect(opened).toBe(times.seenAt);
    const later = newestTime(Object.assign({}, times, { seenAt: opened }), lost, 66 * hour);
    expect(refusalOf(Object.assign({}, times, { seenAt: later }), lost)).toBeUndefined();
    const last = newestTime(Object.assign({}, times, { seenAt: later }), lost, 67 * hour);
    expect(refusalOf(Object.assign({}, times, { seenAt: last }), lost)).toBe('expired');
  });

  test.each([
    ['/api/v1/sessions/current', false],
    ['http://127.0.0.1:8080/api/v1/sessions', false],
    ['/api/v1/devices/01JZ0000000000000000000001/contact', false],
    ['/api/v1/applications', true],
    ['/api/v1/sessions/current/centre', true],
    ['/api/v1/applications?x=/api/v1/sessions', true],
  ])('holds %s: %s', (url, expected) => {
    expect(isHeld(url)).toBe(false);
    holdRequests();
    expect(isHeld(url)).toBe(expected);
    releaseRequests();
  });
});

describe('the store in memory', () => {
  test('moves to the store whose key arrives, with what changes meanwhile', async () => {
    const memory = createMemoryStore();
    const target = await openLocalStore(OWNER);
    await memory.write('visit', '1', { name: 'a' });
    await memory.write('visit', '2', { name: 'b' });
    await memory.writeBytes('upload-bytes', '3', share(0));
    const slow = Object.assign({}, target, {
      async write(kind: string, id: string, value: unknown) {
        await target.write(kind, id, value);
        if (id !== '1' || JSON.stringify(value) !== '{"name":"a"}') return;
        await memory.write('visit', '1', { name: 'later' });
        await memory.remove('visit', '2');
      },
    });
    await memory.moveTo(slow);
    expect(await target.list('visit')).toEqual([{ name: 'later' }]);
    expect(await target.readBytes('upload-bytes', '3')).toEqual(share(0));
    await memory.write('visit', '4', 'after');
    expect(await target.read('visit', '4')).toBe('after');
    expect(await memory.list('visit')).toHaveLength(2);
  });
});
