import { createEvent } from '@cups/testing';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Event } from '@cups/contracts';
import { narrowFailure, sendOrIsolate, type PublishResult } from '../src/send-or-isolate.ts';

const entry = (key: string, sequence: number, topic = 't') =>
  createEvent({ topic, key, sequence, type: 'x', subject: key });
const failure = (type: string) => Object.assign(new Error(type), { type });

/** A broker that rejects a whole batch for any invalid entry, as Kafka does. */
function broker({
  rejects = () => false,
  closed = [],
  away: isUnavailable = () => false,
}: {
  rejects?: (one: Event) => boolean;
  closed?: string[];
  away?: () => boolean;
}) {
  const acknowledged: Event[] = [];
  const paused: string[] = [];
  return {
    taken: acknowledged,
    paused,
    send(entries: Event[]): Promise<void> {
      if (isUnavailable()) return Promise.reject(failure('ECONNREFUSED'));
      const shut = entries.some(({ topic }) => closed.includes(topic));
      if (shut) return Promise.reject(failure('UNKNOWN_TOPIC_OR_PARTITION'));
      if (entries.some(rejects)) return Promise.reject(failure('MESSAGE_TOO_LARGE'));
      acknowledged.push(...entries);
      return Promise.resolve();
    },
    pause: (topic: string) => void paused.push(topic),
  };
}

describe('narrowFailure', () => {
  const two = [entry('a', 1), entry('b', 1)];
  test.each<[string, Event[], string, object]>([
    ['draws no conclusion from an unavailable broker', two, 'ECONNREFUSED', { kind: 'unknown' }],
    ['splits by topic', [two[0]!, entry('a', 2, 'u')], 'MESSAGE_TOO_LARGE', { kind: 'parts' }],
    [
      'splits a missing topic from another',
      [two[0]!, entry('a', 2, 'u')],
      'UNKNOWN_TOPIC_OR_PARTITION',
      { kind: 'parts' },
    ],
    ['pauses a missing topic', two, 'UNKNOWN_TOPIC_OR_PARTITION', { kind: 'topic', topic: 't' }],
    ['pauses a forbidden topic', two, 'TOPIC_AUTHORIZATION_FAILED', { kind: 'topic', topic: 't' }],
    ['splits by key', two, 'MESSAGE_TOO_LARGE', { kind: 'parts', parts: [[two[0]], [two[1]]] }],
    ['searches one key entry by entry', [entry('a', 1), entry('a', 2)], 'INVALID_RECORD', { kind: 'one-by-one' }],
  ])('%s', (_name, entries, cause, expected) => {
    expect(narrowFailure(entries, cause)).toMatchObject(expected);
  });
});

describe('sendOrIsolate', () => {
  const keys = ['a', 'b', 'c', 'd', 'e'];
  const topics = ['t', 'u', 'shut'];
  /** Entries in the sequence of their keys, as from outboxes; some are too large. */
  const batches = fc
    .array(fc.record({ key: fc.constantFrom(...keys), topic: fc.constantFrom(...topics), large: fc.boolean() }), {
      maxLength: 40,
    })
    .map((all) => all.map(({ key, topic, large }, at) => ({ entry: entry(key, at + 1, topic), large })));

  test('stops only the key of a rejected entry, keeps the order and sends nothing twice', async () => {
    await fc.assert(
      fc.asyncProperty(batches, async (batch) => {
        const large = new Set(batch.filter((one) => one.large).map((one) => one.entry));
        const to = broker({ rejects: (one) => large.has(one), closed: ['shut'] });
        const sent: PublishResult<Event> = { rejected: [], later: [] };
        const all = batch.map((one) => one.entry);
        await sendOrIsolate(all, to, sent);

        const expected: { taken: Event[]; rejected: Event[]; later: Event[] } = { taken: [], rejected: [], later: [] };
        const stopped = new Set<string>();
        for (const one of all) {
          const lane = `${one.topic}/${one.key}`;
          if (one.topic === 'shut' || stopped.has(lane)) expected.later.push(one);
          else if (large.has(one)) {
            expected.rejected.push(one);
            stopped.add(lane);
          } else expected.taken.push(one);
        }
        expect(new Set(to.taken)).toEqual(new Set(expected.taken));
        expect(to.taken).toHaveLength(expected.taken.length);
        expect(new Set(sent.rejected.map((one) => one.entry))).toEqual(new Set(expected.rejected));
        expect(new Set(sent.later)).toEqual(new Set(expected.later));
        expect(sent.later).toHaveLength(expected.later.length);
        for (const key of keys) {
          const order = to.taken.filter((one) => one.key === key && one.topic === 't').map(({ sequence }) => sequence);
          expect(order).toEqual([...order].sort((one, other) => Number(one) - Number(other)));
        }
      }),
    );
  });

  test('rethrows the error of an unavailable broker without a search', async () => {
    const sent: PublishResult<Event> = { rejected: [], later: [] };
    const to = broker({ away: () => true });
    await expect(sendOrIsolate([entry('a', 1), entry('b', 1)], to, sent)).rejects.toThrow('ECONNREFUSED');
    expect(sent).toEqual({ rejected: [], later: [] });
  });

  test('rejects nothing if the broker becomes unavailable during the search', async () => {
    let calls = 0;
    const first = entry('a', 1);
    const to = broker({ rejects: () => true, away: () => (calls += 1) > 1 });
    const sent: PublishResult<Event> = { rejected: [], later: [] };
    await expect(sendOrIsolate([first, entry('a', 2)], to, sent)).rejects.toThrow('ECONNREFUSED');
    expect(sent.rejected).toEqual([]);
  });
});
