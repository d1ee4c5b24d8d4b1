import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { StoredEvent } from '@cups/contracts';
import {
  beginPass,
  createQueue,
  endPass,
  QUEUE_LIMITS,
  nextBatch,
  scheduleCleanup,
  findOldestPending,
  settleBatch,
  enqueue,
  takeCleanups,
  type OutboxQueue,
} from '../src/outbox/queue.ts';
import { computeSweepInterval } from '../src/outbox/sweep.ts';

const at = (id: string) => ({ collection: 'cases', id });
/** An entry created at `time`, in ms. */
const entry = (id: string, n: number, size = 10, time = n) =>
  ({ n, key: id, data: Buffer.alloc(size), time: new Date(time) }) as StoredEvent;
const createEntries = (id: string, last: number, from = 1) =>
  Array.from({ length: last - from + 1 }, (_, index) => entry(id, from + index));
const listBatch = (queue: OutboxQueue) =>
  nextBatch(queue).map(({ documentKey, entries }) => [documentKey.id, ...entries.map(({ n }) => n)]);
const all = { rejected: [] };

describe('enqueue', () => {
  test.each([
    ['the outbox of a new document', [['a', 1, 2]], [['a', 1, 2]]],
    [
      'additions to a pending document',
      [
        ['a', 1],
        ['a', 1, 2, 3],
      ],
      [['a', 1, 2, 3]],
    ],
    [
      'nothing twice and nothing of an older read',
      [
        ['a', 1, 2],
        ['a', 1],
      ],
      [['a', 1, 2]],
    ],
    [
      'documents in order of arrival',
      [
        ['b', 1],
        ['a', 1],
        ['b', 1, 2],
      ],
      [
        ['b', 1, 2],
        ['a', 1],
      ],
    ],
    ['nothing of an empty outbox', [['a']], []],
  ] as [string, [string, ...number[]][], unknown][])('takes %s', (_name, enqueued, expected) => {
    const queue = createQueue();
    for (const [id, ...numbers] of enqueued)
      enqueue(
        queue,
        at(id),
        numbers.map((n) => entry(id, n)),
      );
    expect(listBatch(queue)).toEqual(expected);
  });

  test('takes only later entries after an acknowledgement and cleans up the rest', () => {
    const queue = createQueue();
    enqueue(queue, at('a'), createEntries('a', 2));
    settleBatch(queue, nextBatch(queue), all);
    expect(takeCleanups(queue)).toMatchObject([{ documentKey: at('a'), n: 2 }]);
    enqueue(queue, at('a'), createEntries('a', 2));
    expect(listBatch(queue)).toEqual([]);
    expect(takeCleanups(queue)).toMatchObject([{ documentKey: at('a'), n: 2, entries: [] }]);
    enqueue(queue, at('a'), createEntries('a', 3));
    expect(listBatch(queue)).toEqual([['a', 3]]);
  });

  test('leaves documents above the memory limit to the store', () => {
    const queue = createQueue();
    for (const id of ['a', 'b', 'c']) enqueue(queue, at(id), createEntries(id, 1), { ...QUEUE_LIMITS, documents: 2 });
    expect([queue.pending.size, queue.hasOverflow, [...queue.droppedCollections]]).toEqual([2, true, ['cases']]);
    enqueue(queue, at('a'), createEntries('a', 2), { ...QUEUE_LIMITS, documents: 2 });
    expect(listBatch(queue)).toEqual([
      ['a', 1, 2],
      ['b', 1],
    ]);
  });
});

describe('nextBatch', () => {
  test('limits documents and bytes but includes at least one entry', () => {
    const queue = createQueue();
    for (const id of ['a', 'b', 'c']) enqueue(queue, at(id), [entry(id, 1, 300)]);
    expect(nextBatch(queue, { ...QUEUE_LIMITS, batchDocuments: 2 })).toHaveLength(2);
    expect(nextBatch(queue, { ...QUEUE_LIMITS, batchBytes: 2_100 })).toHaveLength(2);
    expect(nextBatch(queue, { ...QUEUE_LIMITS, batchBytes: 1 })).toHaveLength(1);
  });

  test('is empty while too many cleanups are pending', () => {
    const queue = createQueue();
    enqueue(queue, at('a'), createEntries('a', 1));
    scheduleCleanup(queue, { documentKey: at('b'), n: 1, entries: [] });
    expect(nextBatch(queue, { ...QUEUE_LIMITS, cleanups: 1 })).toEqual([]);
    takeCleanups(queue);
    expect(nextBatch(queue, { ...QUEUE_LIMITS, cleanups: 1 })).toHaveLength(1);
  });
});

describe('settleBatch', () => {
  test.each([
    ['all acknowledged', {}, { done: 3, n: 3, held: [], isolated: [] }],
    ['the second rejected permanently', { rejected: 2 }, { done: 1, n: 1, held: [], isolated: ['CAUSE'] }],
    ['the second deferred', { later: 2 }, { done: 1, n: 1, held: [], isolated: [] }],
    ['the first rejected permanently', { rejected: 1 }, { done: 0, n: undefined, held: [], isolated: ['CAUSE'] }],
  ] as const)('settles a batch with %s', (_name, fate, expected) => {
    const queue = createQueue();
    enqueue(queue, at('a'), createEntries('a', 3));
    const batch = nextBatch(queue);
    const entries = batch[0]?.entries ?? [];
    const selectEntries = (n: number | undefined) => entries.filter((one) => one.n === n);
    const settled = settleBatch(queue, batch, {
      rejected: selectEntries('rejected' in fate ? fate.rejected : undefined).map((one) => ({
        entry: one,
        cause: 'CAUSE',
      })),
      later: selectEntries('later' in fate ? fate.later : undefined),
    });
    expect({
      done: settled.done.reduce((sum, { entries }) => sum + entries.length, 0),
      n: takeCleanups(queue)[0]?.n,
      held: listBatch(queue),
      isolated: settled.isolated.map(({ cause }) => cause),
    }).toEqual(expected);
    expect(settled.hasDeferred).toBe('later' in fate);
  });

  test('takes nothing of an isolated document until its flag is stored', () => {
    const queue = createQueue();
    enqueue(queue, at('a'), createEntries('a', 1));
    const batch = nextBatch(queue);
    settleBatch(queue, batch, { rejected: [{ entry: batch[0]?.entries[0] as StoredEvent, cause: 'X' }] });
    enqueue(queue, at('a'), createEntries('a', 2));
    expect(listBatch(queue)).toEqual([]);
    queue.refused.clear();
    enqueue(queue, at('a'), createEntries('a', 2));
    expect(listBatch(queue)).toEqual([['a', 1, 2]]);
  });
});

test('merges the cleanups of a document, entries in order, also after a failure', () => {
  const queue = createQueue();
  scheduleCleanup(queue, { documentKey: at('a'), n: 2, entries: createEntries('a', 2) });
  const refused = takeCleanups(queue);
  scheduleCleanup(queue, { documentKey: at('a'), n: 4, entries: createEntries('a', 4, 3) });
  for (const pull of refused) scheduleCleanup(queue, pull);
  const [pull, ...others] = takeCleanups(queue);
  expect([pull?.n, pull?.entries.map(({ n }) => n), others]).toEqual([4, [1, 2, 3, 4], []]);
});

describe('findOldestPending', () => {
  const few = { ...QUEUE_LIMITS, documents: 1 };

  test('is undefined if nothing is pending', () => {
    expect(findOldestPending(createQueue())).toBeUndefined();
  });

  test('covers all pending documents until they are acknowledged', () => {
    const queue = createQueue();
    enqueue(queue, at('a'), [entry('a', 1, 10, 700), entry('a', 2, 10, 900)]);
    enqueue(queue, at('b'), [entry('b', 1, 10, 800)]);
    expect(findOldestPending(queue)).toBe(700);
    const [a] = nextBatch(queue);
    settleBatch(queue, [a!], all);
    expect(findOldestPending(queue)).toBe(800);
    settleBatch(queue, nextBatch(queue), all);
    expect(findOldestPending(queue)).toBeUndefined();
  });

  test('covers an event with a missing topic across sweeps until it is sent', () => {
    const queue = createQueue();
    const outbox = [entry('a', 1, 10, 500)];
    for (let round = 0; round < 3; round += 1) {
      beginPass(queue, 'cases');
      enqueue(queue, at('a'), [...outbox]);
      endPass(queue, 'cases', new Date(10_000));
      settleBatch(queue, nextBatch(queue), { rejected: [], later: outbox });
      expect(findOldestPending(queue)).toBe(500);
    }
    beginPass(queue, 'cases');
    expect(findOldestPending(queue)).toBe(500);
    enqueue(queue, at('a'), [...outbox]);
    endPass(queue, 'cases', undefined);
    settleBatch(queue, nextBatch(queue), all);
    expect(findOldestPending(queue)).toBeUndefined();
  });

  test('covers an event above the memory limit until a complete pass misses it', () => {
    const queue = createQueue();
    enqueue(queue, at('a'), [entry('a', 1, 10, 900)], few);
    enqueue(queue, at('b'), [entry('b', 1, 10, 300)], few);
    settleBatch(queue, nextBatch(queue), all);
    expect(findOldestPending(queue)).toBe(300);
    beginPass(queue, 'cases');
    expect(findOldestPending(queue)).toBe(300);
    endPass(queue, 'cases', new Date(200));
    expect(findOldestPending(queue)).toBe(300);
    beginPass(queue, 'cases');
    endPass(queue, 'cases', new Date(10_000));
    expect(findOldestPending(queue)).toBeUndefined();
  });

  test('ignores a document that Kafka rejects permanently', () => {
    const queue = createQueue();
    enqueue(queue, at('a'), [entry('a', 1)]);
    const batch = nextBatch(queue);
    settleBatch(queue, batch, { rejected: [{ entry: batch[0]!.entries[0]!, cause: 'X' }] });
    expect(findOldestPending(queue)).toBeUndefined();
  });
});

test('increases the pause with the duration of a sweep, up to five minutes', () => {
  expect([0, 100, 1_000, 10_000, 600_000].map((durationMs) => computeSweepInterval(durationMs))).toEqual([
    30_000, 30_000, 200_000, 300_000, 300_000,
  ]);
});

/** A store and a broker in memory, driven by a list of commands. */
function runScript(commands: string[]) {
  const small = { ...QUEUE_LIMITS, documents: 3, batchDocuments: 2, batchBytes: 3_000, acknowledged: 4, cleanups: 5 };
  const queue = createQueue(small);
  const stored = new Map<string, { last: number; outbox: StoredEvent[] }>();
  const sent: [string, number][] = [];
  const unsent = new Map<string, StoredEvent>();
  let clock = 1_000;
  const commit = (id: string) => {
    const one = stored.get(id) ?? { last: 0, outbox: [] };
    one.last += 1;
    const made = entry(id, one.last, 10, (clock += 1));
    one.outbox.push(made);
    unsent.set(`${id}/${one.last}`, made);
    stored.set(id, one);
    enqueue(queue, at(id), [...one.outbox], small);
  };
  const publish = (works: (one: StoredEvent) => boolean) => {
    const batch = nextBatch(queue, small);
    // Like the publisher, it also defers the later entries of the same key.
    const later = batch.flatMap(({ entries }) => {
      const stuck = entries.findIndex((one) => !works(one));
      return stuck < 0 ? [] : entries.slice(stuck);
    });
    settleBatch(queue, batch, { rejected: [], later });
    const published = batch.flatMap(({ entries }) => entries).filter((one) => !later.includes(one));
    sent.push(...published.map((one): [string, number] => [one.key, one.n]));
    for (const { key, n } of published) unsent.delete(`${key}/${n}`);
  };
  const pull = (works: boolean) => {
    for (const one of takeCleanups(queue, small)) {
      if (!works) scheduleCleanup(queue, one);
      const there = stored.get(one.documentKey.id);
      if (works && there) there.outbox = there.outbox.filter(({ n }) => n > one.n);
    }
  };
  const sweep = () => {
    beginPass(queue, 'cases');
    stored.forEach(({ outbox }, id) => enqueue(queue, at(id), [...outbox], small));
    endPass(queue, 'cases', undefined);
  };
  const reportsOldest = () => {
    const times = [...unsent.values()].map(({ time }) => time.getTime());
    return times.length === 0 || findOldestPending(queue)! <= Math.min(...times);
  };
  let alwaysTold = true;
  for (const command of commands) {
    if (command === 'publish') publish(() => true);
    else if (command === 'half') publish(({ n }) => n % 2 === 1);
    else if (command === 'pull') pull(true);
    else if (command === 'refused') pull(false);
    else if (command === 'sweep') sweep();
    else commit(command);
    alwaysTold &&= reportsOldest();
  }
  for (let round = 0; round < 60; round += 1) {
    publish(() => true);
    pull(true);
    sweep();
  }
  return { stored, sent, alwaysTold, waits: findOldestPending(queue) };
}

test('publishes each document in order and empties every outbox, for any commands', () => {
  const command = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'publish', 'half', 'pull', 'refused', 'sweep');
  fc.assert(
    fc.property(fc.array(command, { maxLength: 120 }), (commands) => {
      const { stored, sent, alwaysTold, waits } = runScript(commands);
      expect({ alwaysTold, waits }).toEqual({ alwaysTold: true, waits: undefined });
      for (const [id, { last, outbox }] of stored) {
        const numbers = sent.filter(([key]) => key === id).map(([, n]) => n);
        const distinct = numbers.filter((n, index) => numbers.indexOf(n) === index);
        expect(distinct).toEqual(Array.from({ length: last }, (_, index) => index + 1));
        expect(outbox).toEqual([]);
      }
    }),
    { numRuns: 500 },
  );
});
