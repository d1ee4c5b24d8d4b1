import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import { openStore } from '@cups/store';
import type { Store } from '@cups/store';
import { captureLog, eventually, testInfrastructure } from '@cups/testing';
import { createDataKeys } from '../src/data-keys.ts';
import type { DataKeys } from '../src/data-keys.ts';
import { openDataKeyRecords } from '../src/key-records.ts';
import type { DataKeyRecords } from '../src/key-records.ts';
import { createKeyWrapper } from '../src/key-wrapper.ts';

const MAX_AGE_MS = 60_000;
const PLACE = 'threads|one|text';
const keySet = [{ kid: 'current', use: 'enc', secret: Uint8Array.from(randomBytes(32)) }];
const wrapper = createKeyWrapper(() => keySet);

describe('data keys', () => {
  let store: Store;
  let records: DataKeyRecords;
  let reads = 0;
  let clockMs = 0;
  /** Two replicas with a cache, and one without. */
  let one: DataKeys;
  let other: DataKeys;
  let uncached: DataKeys;

  beforeAll(async () => {
    const { mongoUri, prefix } = testInfrastructure();
    store = openStore({ uri: mongoUri, database: `${prefix}cups-some-keys`, log: captureLog('some').log });
    records = openDataKeyRecords(store);
    await eventually(() => store.ready());
  });
  afterAll(() => store.close());
  beforeEach(() => {
    const counting: DataKeyRecords = {
      ...records,
      get: (...args) => ((reads += 1), records.get(...args)),
      find: (...args) => ((reads += 1), records.find(...args)),
    };
    const cache = { maxKeys: 3, maxAgeMs: MAX_AGE_MS, clock: () => clockMs };
    const open = (more: object) => createDataKeys({ records: counting, wrapper, now: () => new Date(), ...more });
    [one, other, uncached] = [open({ cache }), open({ cache }), open({})];
    reads = 0;
  });

  test('are the same for every replica, also when two create one at once', async () => {
    const owners = Array.from({ length: 20 }, () => randomUUID());
    await Promise.all(
      owners.map(async (owner) => {
        const [first, second] = await Promise.all([one.create(owner), other.create(owner)]);
        const sealed = first.seal(PLACE, Buffer.from(owner));
        expect(second.open(PLACE, sealed).toString()).toBe(owner);
        expect((await uncached.find(owner))!.open(PLACE, sealed).toString()).toBe(owner);
      }),
    );
  });

  test('are created once: a repeat returns the stored key', async () => {
    const owner = randomUUID();
    const sealed = (await one.create(owner)).seal(PLACE, Buffer.from('text'));
    expect((await uncached.create(owner)).open(PLACE, sealed).toString()).toBe('text');
  });

  test('are found together with one read, without those that do not exist', async () => {
    const owners = [randomUUID(), randomUUID(), randomUUID()];
    for (const owner of owners) await uncached.create(owner);
    reads = 0;
    const found = await one.findMany([...owners, owners[0]!, randomUUID()]);
    expect([...found.keys()].sort()).toEqual([...owners].sort());
    expect(reads).toBe(1);
    await one.findMany(owners);
    expect(reads).toBe(1);
    expect(await one.findMany([])).toEqual(new Map());
  });

  test('are cached up to a number and an age', async () => {
    const owners = Array.from({ length: 4 }, () => randomUUID());
    for (const owner of owners) await one.create(owner);
    expect(reads).toBe(0);
    await one.find(owners[3]!);
    expect(reads).toBe(0);
    await one.find(owners[0]!);
    expect(reads).toBe(1);
    clockMs += MAX_AGE_MS;
    await one.find(owners[0]!);
    expect(reads).toBe(2);
  });

  test('work for nobody after their destruction: at once here, and elsewhere after the age of the cache', async () => {
    const owner = randomUUID();
    await one.create(owner);
    await other.find(owner);
    await one.destroy(owner);
    expect(await one.find(owner)).toBeUndefined();
    expect(await uncached.find(owner)).toBeUndefined();
    expect((await one.findMany([owner])).size).toBe(0);
    clockMs += MAX_AGE_MS - 1;
    expect(await other.find(owner)).toBeDefined();
    clockMs += 1;
    expect(await other.find(owner)).toBeUndefined();
    await one.destroy(owner);
  });

  test('are not cached by a read that overlaps the destruction', async () => {
    const owner = randomUUID();
    await uncached.create(owner);
    const reading = one.find(owner);
    await one.destroy(owner);
    await reading;
    expect(await one.find(owner)).toBeUndefined();
  });

  test('fail with an error when the stored bytes are damaged', async () => {
    const owner = randomUUID();
    await one.create(owner);
    const options = { scope: 'service' as const, cause: {}, now: new Date() };
    await records.update(owner, options, (record) => {
      const bytes = Buffer.from(record.bytes);
      bytes[20]! ^= 1;
      return { document: { ...record, bytes }, events: [] };
    });
    await expect(uncached.find(owner)).rejects.toThrow();
    await expect(uncached.create(owner)).rejects.toThrow();
  });
});
