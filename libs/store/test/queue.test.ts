import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { StoredEvent } from '@cups/contracts';
import {
  beginPass,
  emptyQueue,
  endPass,
  limits,
  nextBatch,
  notePull,
  oldestWaiting,
  settle,
  take,
  takePulls,
  type Queue,
} from '../src/outbox/queue.ts';
import { sweepPause } from '../src/outbox/sweep.ts';

const at = (id: string) => ({ collection: 'cases', id });
/** Made at `time`, in ms. */
const entry = (id: string, n: number, size = 10, time = n) =>
  ({ n, key: id, data: Buffer.alloc(size), time: new Date(time) }) as StoredEvent;
const upTo = (id: string, last: number, from = 1) =>
  Array.from({ length: last - from + 1 }, (_, index) => entry(id, from + index));
const shown = (queue: Queue) => nextBatch(queue).map(({ place, entries }) => [place.id, ...entries.map(({ n }) => n)]);
const all = { rejected: [] };

describe('what is taken up', () => {
  test.each([
    ['the outbox of a new document', [['a', 1, 2]], [['a', 1, 2]]],
    [
      'what was added to a document that is held',
      [
        ['a', 1],
        ['a', 1, 2, 3],
      ],
      [['a', 1, 2, 3]],
    ],
    [
      'nothing twice, and nothing of an older view',
      [
        ['a', 1, 2],
        ['a', 1],
      ],
      [['a', 1, 2]],
    ],
    [
      'documents in the order in which they came',
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
  ] as [string, [string, ...number[]][], unknown][])('is %s', (_name, taken, expected) => {
    const queue = emptyQueue();
    for (const [id, ...numbers] of taken)
      take(
        queue,
        at(id),
        numbers.map((n) => entry(id, n)),
      );
    expect(shown(queue)).toEqual(expected);
  });

  test('after an acknowledgement is only what came later; what is still there is to be taken out again', () => {
    const queue = emptyQueue();
    take(queue, at('a'), upTo('a', 2));
    settle(queue, nextBatch(queue), all);
    expect(takePulls(queue)).toMatchObject([{ place: at('a'), n: 2 }]);
    take(queue, at('a'), upTo('a', 2));
    expect(shown(queue)).toEqual([]);
    expect(takePulls(queue)).toMatchObject([{ place: at('a'), n: 2, entries: [] }]);
    take(queue, at('a'), upTo('a', 3));
    expect(shown(queue)).toEqual([['a', 3]]);
  });

  test('beyond what memory holds is left to the store', () => {
    const queue = emptyQueue();
    for (const id of ['a', 'b', 'c']) take(queue, at(id), upTo(id, 1), { ...limits, documents: 2 });
    expect([queue.held.size, queue.overflow, [...queue.dropped]]).toEqual([2, true, ['cases']]);
    take(queue, at('a'), upTo('a', 2), { ...limits, documents: 2 });
    expect(shown(queue)).toEqual([
      ['a', 1, 2],
      ['b', 1],
    ]);
  });
});

describe('a batch', () => {
  test('holds at most so many documents and so many bytes, and at least one entry', () => {
    const queue = emptyQueue();
    for (const id of ['a', 'b', 'c']) take(queue, at(id), [entry(id, 1, 300)]);
    expect(nextBatch(queue, { ...limits, batchDocuments: 2 })).toHaveLength(2);
    expect(nextBatch(queue, { ...limits, batchBytes: 2_100 })).toHaveLength(2);
    expect(nextBatch(queue, { ...limits, batchBytes: 1 })).toHaveLength(1);
  });

  test('is empty while too many documents wait for the store', () => {
    const queue = emptyQueue();
    take(queue, at('a'), upTo('a', 1));
    notePull(queue, { place: at('b'), n: 1, entries: [] });
    expect(nextBatch(queue, { ...limits, pulls: 1 })).toEqual([]);
    takePulls(queue);
    expect(nextBatch(queue, { ...limits, pulls: 1 })).toHaveLength(1);
  });
});

describe('a settled batch', () => {
  test.each([
    ['all acknowledged', {}, { done: 3, n: 3, held: [], isolated: [] }],
    ['the second refused for good', { rejected: 2 }, { done: 1, n: 1, held: [], isolated: ['CAUSE'] }],
    ['the second not now', { later: 2 }, { done: 1, n: 1, held: [], isolated: [] }],
    ['the first refused for good', { rejected: 1 }, { done: 0, n: undefined, held: [], isolated: ['CAUSE'] }],
  ] as const)('%s', (_name, fate, expected) => {
    const queue = emptyQueue();
    take(queue, at('a'), upTo('a', 3));
    const batch = nextBatch(queue);
    const entries = batch[0]?.entries ?? [];
    const pick = (n: number | undefined) => entries.filter((one) => one.n === n);
    const settled = settle(queue, batch, {
      rejected: pick('rejected' in fate ? fate.rejected : undefined).map((one) => ({ entry: one, cause: 'CAUSE' })),
      later: pick('later' in fate ? fate.later : undefined),
    });
    expect({
      done: settled.done.reduce((sum, { entries }) => sum + entries.length, 0),
      n: takePulls(queue)[0]?.n,
      held: shown(queue),
      isolated: settled.isolated.map(({ cause }) => cause),
    }).toEqual(expected);
    expect(settled.waits).toBe('later' in fate);
  });

  test('of an isolated document takes nothing more until its flag is written', () => {
    const queue = emptyQueue();
    take(queue, at('a'), upTo('a', 1));
    const batch = nextBatch(queue);
    settle(queue, batch, { rejected: [{ entry: batch[0]?.entries[0] as StoredEvent, cause: 'X' }] });
    take(queue, at('a'), upTo('a', 2));
    expect(shown(queue)).toEqual([]);
    queue.refused.clear();
    take(queue, at('a'), upTo('a', 2));
    expect(shown(queue)).toEqual([['a', 1, 2]]);
  });
});

test('pulls of one document become one, with the entries in order, also when a refused one comes back', () => {
  const queue = emptyQueue();
  notePull(queue, { place: at('a'), n: 2, entries: upTo('a', 2) });
  const refused = takePulls(queue);
  notePull(queue, { place: at('a'), n: 4, entries: upTo('a', 4, 3) });
  for (const pull of refused) notePull(queue, pull);
  const [pull, ...others] = takePulls(queue);
  expect([pull?.n, pull?.entries.map(({ n }) => n), others]).toEqual([4, [1, 2, 3, 4], []]);
});

describe('the oldest event that waits', () => {
  const few = { ...limits, documents: 1 };

  test('is nothing where nothing waits', () => {
    expect(oldestWaiting(emptyQueue())).toBeUndefined();
  });

  test('is that of all documents held, until it is acknowledged', () => {
    const queue = emptyQueue();
    take(queue, at('a'), [entry('a', 1, 10, 700), entry('a', 2, 10, 900)]);
    take(queue, at('b'), [entry('b', 1, 10, 800)]);
    expect(oldestWaiting(queue)).toBe(700);
    const [a] = nextBatch(queue);
    settle(queue, [a!], all);
    expect(oldestWaiting(queue)).toBe(800);
    settle(queue, nextBatch(queue), all);
    expect(oldestWaiting(queue)).toBeUndefined();
  });

  test('is one whose topic is missing, from one sweep to the next and until it could go', () => {
    const queue = emptyQueue();
    const outbox = [entry('a', 1, 10, 500)];
    for (let round = 0; round < 3; round += 1) {
      beginPass(queue, 'cases');
      take(queue, at('a'), [...outbox]);
      endPass(queue, 'cases', new Date(10_000));
      settle(queue, nextBatch(queue), { rejected: [], later: outbox });
      expect(oldestWaiting(queue)).toBe(500);
    }
    beginPass(queue, 'cases');
    expect(oldestWaiting(queue)).toBe(500);
    take(queue, at('a'), [...outbox]);
    endPass(queue, 'cases', undefined);
    settle(queue, nextBatch(queue), all);
    expect(oldestWaiting(queue)).toBeUndefined();
  });

  test('is one that memory has no room for, until a whole pass of sweeps has not met it', () => {
    const queue = emptyQueue();
    take(queue, at('a'), [entry('a', 1, 10, 900)], few);
    take(queue, at('b'), [entry('b', 1, 10, 300)], few);
    settle(queue, nextBatch(queue), all);
    expect(oldestWaiting(queue)).toBe(300);
    beginPass(queue, 'cases');
    expect(oldestWaiting(queue)).toBe(300);
    endPass(queue, 'cases', new Date(200));
    expect(oldestWaiting(queue)).toBe(300);
    beginPass(queue, 'cases');
    endPass(queue, 'cases', new Date(10_000));
    expect(oldestWaiting(queue)).toBeUndefined();
  });

  test('is none of a document that Kafka refuses for good: it is counted by itself', () => {
    const queue = emptyQueue();
    take(queue, at('a'), [entry('a', 1)]);
    const batch = nextBatch(queue);
    settle(queue, batch, { rejected: [{ entry: batch[0]!.entries[0]!, cause: 'X' }] });
    expect(oldestWaiting(queue)).toBeUndefined();
  });
});

test('the pause after a sweep grows with what the sweep took, up to five minutes', () => {
  expect([0, 100, 1_000, 10_000, 600_000].map((took) => sweepPause(took, 30_000))).toEqual([
    30_000, 30_000, 200_000, 300_000, 300_000,
  ]);
});

/** A store and a broker in memory, driven by a list of words. */
function play(words: string[]) {
  const small = { ...limits, documents: 3, batchDocuments: 2, batchBytes: 3_000, acked: 4, pulls: 5 };
  const queue = emptyQueue(small);
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
    take(queue, at(id), [...one.outbox], small);
  };
  const publish = (works: (one: StoredEvent) => boolean) => {
    const batch = nextBatch(queue, small);
    // As the publisher does it: what stands behind an entry that cannot go now, of the same key, does not go either.
    const later = batch.flatMap(({ entries }) => {
      const stuck = entries.findIndex((one) => !works(one));
      return stuck < 0 ? [] : entries.slice(stuck);
    });
    settle(queue, batch, { rejected: [], later });
    const gone = batch.flatMap(({ entries }) => entries).filter((one) => !later.includes(one));
    sent.push(...gone.map((one): [string, number] => [one.key, one.n]));
    for (const { key, n } of gone) unsent.delete(`${key}/${n}`);
  };
  const pull = (works: boolean) => {
    for (const one of takePulls(queue, small)) {
      if (!works) notePull(queue, one);
      const there = stored.get(one.place.id);
      if (works && there) there.outbox = there.outbox.filter(({ n }) => n > one.n);
    }
  };
  const sweep = () => {
    beginPass(queue, 'cases');
    stored.forEach(({ outbox }, id) => take(queue, at(id), [...outbox], small));
    endPass(queue, 'cases', undefined);
  };
  const tellsOfTheOldest = () => {
    const times = [...unsent.values()].map(({ time }) => time.getTime());
    return times.length === 0 || oldestWaiting(queue)! <= Math.min(...times);
  };
  let alwaysTold = true;
  for (const word of words) {
    if (word === 'publish') publish(() => true);
    else if (word === 'half') publish(({ n }) => n % 2 === 1);
    else if (word === 'pull') pull(true);
    else if (word === 'refused') pull(false);
    else if (word === 'sweep') sweep();
    else commit(word);
    alwaysTold &&= tellsOfTheOldest();
  }
  for (let round = 0; round < 60; round += 1) {
    publish(() => true);
    pull(true);
    sweep();
  }
  return { stored, sent, alwaysTold, waits: oldestWaiting(queue) };
}

test('whatever happens in between, each document is published without a gap and in order, the oldest event that waits is known, and every outbox becomes empty', () => {
  const word = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'publish', 'half', 'pull', 'refused', 'sweep');
  fc.assert(
    fc.property(fc.array(word, { maxLength: 120 }), (words) => {
      const { stored, sent, alwaysTold, waits } = play(words);
      expect({ alwaysTold, waits }).toEqual({ alwaysTold: true, waits: undefined });
      for (const [id, { last, outbox }] of stored) {
        const numbers = sent.filter(([key]) => key === id).map(([, n]) => n);
        const firsts = numbers.filter((n, index) => numbers.indexOf(n) === index);
        expect(firsts).toEqual(Array.from({ length: last }, (_, index) => index + 1));
        expect(outbox).toEqual([]);
      }
    }),
    { numRuns: 500 },
  );
});
