import { captureLog, createEvent, eventually, testInfrastructure } from '@cups/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ReceivedEvent } from '@cups/contracts';
import { openEventPark, openStore, type Store } from '../src/index.ts';

const DAY_MS = 86_400_000;
const start = Date.parse('2026-01-01T00:00:00Z');
const here = testInfrastructure();
let store: Store;
let clock = start;
let park: ReturnType<typeof openEventPark>;
beforeAll(async () => {
  store = openStore({ uri: here.mongoUri, database: `${here.prefix}cups-park`, log: captureLog().log });
  park = openEventPark(store, { now: () => new Date(clock) });
  await eventually(() => store.ready());
});
afterAll(() => store.close());

let offset = 0;
const received = (topic: string, key: string): ReceivedEvent =>
  ({
    ...createEvent({ topic, key, type: 'Some', sequence: 2, data: Buffer.from('text of an agency') }),
    partition: 0,
    offset: String((offset += 1)),
  }) as unknown as ReceivedEvent;
const before = (days: number) => new Date(start + days * DAY_MS);
const failure = { cause: 'HANDLER_THREW', detail: '' };

test('ends parked events at their term: gaps are removed, failed ones are dropped so that the lane continues', async () => {
  const lane = { topic: 'replies', key: 'one' };
  await park.put(received('events', 'gap'));
  await park.hold(received(lane.topic, lane.key), failure);
  clock = start + 10 * DAY_MS;
  await park.hold(received(lane.topic, lane.key), { cause: 'BEHIND', detail: '' });
  expect(await park.expire(before(0), 10)).toBe(0);
  expect(await park.expire(before(1), 10)).toBe(2);
  expect(await park.subjects()).toEqual([]);
  const [first, second] = await park.listEvents(lane);
  expect(first).toMatchObject({ released: true, dropped: true });
  expect(second).toMatchObject({ dropped: false });
  // Once is enough, although the lane has not continued yet.
  expect(await park.expire(before(1), 10)).toBe(0);
  await park.complete(first!);
  expect(await park.listEvents(lane)).toHaveLength(1);
  // The record of the dropped one ends too.
  expect(await park.expire(before(1), 10)).toBe(1);
});

test('ends at most the given number, and removes the events of an erased subject', async () => {
  for (let count = 0; count < 3; count += 1) await park.put(received('events', `many-${count}`));
  expect(await park.expire(before(20), 2)).toBe(2);
  const [lane, other] = [
    { topic: 'replies', key: 'erased' },
    { topic: 'replies', key: 'other' },
  ];
  await park.hold(received(lane.topic, lane.key), failure);
  await park.hold(received(other.topic, other.key), failure);
  expect(await park.removeSubject('erased')).toBe(1);
  expect(await park.listEvents(lane)).toEqual([]);
  expect(await park.listEvents(other)).toHaveLength(1);
});
