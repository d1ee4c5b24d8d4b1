import { describe, expect, test } from '@jest/globals';
import type { mongo } from 'mongoose';
import { captureLog, captureMetrics } from '@cups/testing';
import { boundCalls, LostCallError } from '../src/connection/bounded-collection.ts';
import { groupUpdates } from '../src/documents/grouped-writes.ts';
import type { StoredDocument } from '../src/documents/document.ts';

const never = () => new Promise<never>(() => {});

/** A collection of the driver that settles no call but those given. */
function lostCollection(given: object = {}): {
  collection: mongo.Collection<StoredDocument>;
  lines: unknown[];
  text: () => Promise<string>;
} {
  const cursor = { sort: () => cursor, toArray: never };
  const calls = { updateOne: never, bulkWrite: never, findOne: never, find: () => cursor };
  const { log, lines } = captureLog();
  const driver = { collectionName: 'mandates', ...calls, ...given } as unknown as mongo.Collection<StoredDocument>;
  const { metrics, text } = captureMetrics();
  const lostCalls = metrics.counter('store_calls_lost_total', 'Lost calls', []);
  return { collection: boundCalls(driver, { log, lostCalls, maxCallMs: 50 }), lines, text };
}

describe('a call that the driver loses', () => {
  test.each<[string, (collection: mongo.Collection<StoredDocument>) => Promise<unknown>]>([
    ['findOne', (collection) => collection.findOne({})],
    ['find.sort.toArray', (collection) => collection.find({}).sort({ _id: 1 }).toArray()],
  ])('%s fails, and the log names it', async (method, call) => {
    const { collection, lines, text } = lostCollection();
    await expect(call(collection)).rejects.toThrow(LostCallError);
    expect(lines).toMatchObject([{ level: 'error', event: 'store-call-lost', resource: `mandates.${method}` }]);
    expect(await text()).toMatch(/^store_calls_lost_total.* 1$/m);
  });

  test('fails all writes that it carried, and is not sent again', async () => {
    const { collection } = lostCollection({ updateOne: () => Promise.reject(new Error('It was sent again.')) });
    const update = groupUpdates(() => collection);
    const time = new Date();
    const writes = ['A', 'B'].map((id) => update({ id, revision: 1, operators: {}, time, cause: {} }));
    const outcomes = await Promise.allSettled(writes);
    expect(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason)).toEqual([
      expect.any(LostCallError),
      expect.any(LostCallError),
    ]);
  });
});

test('results, failures and properties of other calls pass through', async () => {
  const failure = new Error('no');
  const { collection, lines } = lostCollection({
    findOne: () => Promise.resolve({ _id: 'A' }),
    updateOne: () => Promise.reject(failure),
  });
  expect(await collection.findOne({})).toEqual({ _id: 'A' });
  await expect(collection.updateOne({}, {})).rejects.toBe(failure);
  expect(collection.collectionName).toBe('mandates');
  expect(lines).toEqual([]);
});
