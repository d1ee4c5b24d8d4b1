import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import type { SecretKey } from '@cups/rpc';
import { openStore } from '@cups/store';
import type { Store } from '@cups/store';
import { captureLog, captureMetrics, eventually, testInfrastructure } from '@cups/testing';
import { createDataKeys } from '../src/data-keys.ts';
import { openDataKeyRecords, openDestroyedKeys } from '../src/key-records.ts';
import type { DataKeyRecords, DestroyedKeys } from '../src/key-records.ts';
import { createKeyWrapper } from '../src/key-wrapper.ts';
import { Rewrap } from '../src/rewrap.ts';

const PLACE = 'threads|one|text';
const SETTLE_MS = 300_000;
const keyOf = (kid: string): SecretKey => ({ kid, use: 'enc', secret: Uint8Array.from(randomBytes(32)) });
const [one, two, lost] = [keyOf('one'), keyOf('two'), keyOf('lost')];
const now = () => new Date();
let store: Store;
let records: DataKeyRecords;
let marks: DestroyedKeys;

beforeAll(async () => {
  const { mongoUri, prefix } = testInfrastructure();
  store = openStore({ uri: mongoUri, database: `${prefix}cups-rewrapped-keys`, log: captureLog('some').log });
  records = openDataKeyRecords(store);
  marks = openDestroyedKeys(store);
  await eventually(() => store.ready());
});
afterAll(() => store.close());

const countWrapped = async ({ kid }: SecretKey): Promise<number> =>
  (await records.countEach([{ keyId: kid }], { scope: 'service', limit: 1_000 }))[0]!;

test('wraps all keys again after a rotation, once the key set has settled', async () => {
  let keySet: SecretKey[] = [one];
  let clockMs = 0;
  const log = captureLog('some');
  const wrapper = createKeyWrapper(() => keySet);
  const { metrics, text } = captureMetrics('some');
  const keys = createDataKeys({ records, destroyed: marks, wrapper, log: log.log, metrics, now });
  const rewrap = new Rewrap({
    ...{ records, wrapper, log: log.log, metrics, now },
    settleMs: SETTLE_MS,
    clock: () => clockMs,
  });
  const owners = Array.from({ length: 120 }, () => randomUUID());
  const sealed = new Map<string, Buffer>();
  await Promise.all(
    owners.map(async (owner) => sealed.set(owner, (await keys.create(owner)).seal(PLACE, Buffer.from(owner)))),
  );
  const assertReadable = async () => {
    const { keys: found } = await keys.findMany(owners);
    for (const owner of owners) expect(found.get(owner)!.open(PLACE, sealed.get(owner)!).toString()).toBe(owner);
  };
  await rewrap.run();
  expect(await rewrap.inspect()).toEqual({ kids: ['one'], pending: 0, unreadable: 0 });

  // Published, not active.
  keySet = [one, two];
  expect(await rewrap.inspect()).toEqual({ kids: ['one', 'two'], pending: 0, unreadable: 0 });
  keySet = [two, one];
  await rewrap.run();
  clockMs += SETTLE_MS - 1;
  await rewrap.run();
  expect(await rewrap.inspect()).toEqual({ kids: ['two', 'one'], pending: 120, unreadable: 0 });
  expect(await text()).toMatch(/data_keys_rewrap_pending\{[^}]*\} 120/);
  clockMs += 1;
  // Two replicas, and a key that is destroyed meanwhile.
  const destroyed = owners.pop()!;
  await Promise.all([rewrap.run(), rewrap.run(), keys.destroy(destroyed)]);
  expect(await rewrap.inspect()).toEqual({ kids: ['two', 'one'], pending: 0, unreadable: 0 });
  expect(await countWrapped(two)).toBe(119);
  expect(await keys.find(destroyed)).toBeUndefined();
  await assertReadable();
  keySet = [two];
  await assertReadable();
  await rewrap.run();
  expect(await text()).toMatch(/data_keys_rewrap_pending\{[^}]*\} 0/);
  expect(log.lines.filter(({ event }) => event === 'data-keys-damaged')).toEqual([]);
});

test('leaves damaged keys and those of an unknown key as they are, and reports them', async () => {
  await records.remove({}, { scope: 'service' });
  const log = captureLog('some');
  const { metrics, text } = captureMetrics('some');
  const around = { records, destroyed: marks, log: log.log, metrics, now };
  const open = (...set: SecretKey[]) => createDataKeys({ ...around, wrapper: createKeyWrapper(() => set) });
  const [whole, damaged, unknown] = [randomUUID(), randomUUID(), randomUUID()];
  await open(one).create(whole);
  await open(one).create(damaged);
  await open(lost).create(unknown);
  await records.update(damaged, { scope: 'service', cause: {}, now: now() }, (record) => {
    return { document: { ...record, bytes: randomBytes(60) }, events: [] };
  });
  const wrapper = createKeyWrapper(() => [two, one]);
  const rewrap = new Rewrap({ records, wrapper, log: log.log, metrics, now, settleMs: 0, clock: () => 0 });
  await rewrap.run();
  expect(await rewrap.inspect()).toEqual({ kids: ['two', 'one'], pending: 2, unreadable: 1 });
  expect(await text()).toMatch(/data_keys_unreadable\{[^}]*\} 1/);
  expect(log.lines).toContainEqual(expect.objectContaining({ event: 'data-keys-damaged', count: 1 }));
  expect(await open(two).find(whole)).toBeDefined();
});
