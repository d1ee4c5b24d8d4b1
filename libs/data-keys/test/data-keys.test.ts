import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import { openStore } from '@cups/store';
import type { Store } from '@cups/store';
import { captureLog, captureMetrics, eventually, testInfrastructure } from '@cups/testing';
import { createDataKeys } from '../src/data-keys.ts';
import type { DataKeys } from '../src/data-keys.ts';
import { openDataKeyRecords, openDestroyedKeys } from '../src/key-records.ts';
import type { DataKeyRecords, DestroyedKeys } from '../src/key-records.ts';
import { createKeyWrapper } from '../src/key-wrapper.ts';

const MAX_AGE_MS = 60_000;
const PLACE = 'threads|one|text';
const keySet = [{ kid: 'current', use: 'enc', secret: Uint8Array.from(randomBytes(32)) }];
const wrapper = createKeyWrapper(() => keySet);

describe('data keys', () => {
  let store: Store;
  let records: DataKeyRecords;
  let destroyed: DestroyedKeys;
  let log: ReturnType<typeof captureLog>;
  let counted: ReturnType<typeof captureMetrics>;
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
    destroyed = openDestroyedKeys(store);
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
    log = captureLog('some');
    counted = captureMetrics('some');
    const around = { destroyed, wrapper, log: log.log, metrics: counted.metrics, now: () => new Date() };
    const open = (more: object) => createDataKeys({ records: counting, ...around, ...more });
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

  test('are found together with one read', async () => {
    const owners = [randomUUID(), randomUUID(), randomUUID()];
    for (const owner of owners) await uncached.create(owner);
    reads = 0;
    const found = await one.findMany([...owners, owners[0]!, randomUUID()]);
    expect([...found.keys.keys()].sort()).toEqual([...owners].sort());
    expect(reads).toBe(1);
    await one.findMany(owners);
    expect(reads).toBe(1);
    expect(await one.findMany([])).toEqual({ keys: new Map(), unreadable: new Set() });
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
    expect(await one.findMany([owner])).toEqual({ keys: new Map(), unreadable: new Set() });
    expect(await uncached.isDestroyed(owner)).toBe(true);
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

  const damage = (owner: string) =>
    records.update(owner, { scope: 'service', cause: {}, now: new Date() }, (record) => {
      const bytes = Buffer.from(record.bytes);
      bytes[20]! ^= 1;
      return { document: { ...record, bytes }, events: [] };
    });

  test.each([
    ['damaged', damage],
    ['missing', (owner: string) => records.remove({ _id: owner }, { scope: 'service' })],
  ])('are unreadable when they are %s, which is reported and hides no other key', async (cause, harm) => {
    const [owner, whole] = [randomUUID(), randomUUID()];
    await uncached.create(owner);
    await uncached.create(whole);
    await harm(owner);
    await expect(uncached.find(owner)).rejects.toThrow(cause);
    const { keys, unreadable } = await uncached.findMany([owner, whole]);
    expect([...keys.keys()]).toEqual([whole]);
    expect([...unreadable]).toEqual([owner]);
    expect(await counted.text()).toMatch(new RegExp(`data_key_failures_total\\{[^}]*cause="${cause}"[^}]*\\} 2`));
    expect(log.lines).toContainEqual(
      expect.objectContaining({ event: 'data-key-unreadable', resource: `dataKeys/${owner}`, reason: cause }),
    );
  });

  test('that are damaged are not replaced', async () => {
    const owner = randomUUID();
    await uncached.create(owner);
    await damage(owner);
    await expect(uncached.create(owner)).rejects.toThrow('damaged');
  });
});
