import { setImmediate as turn } from 'node:timers/promises';
import type { ReceivedEvent, RefusedMessage } from '@cups/contracts';
import { eventOf, eventually, keepLog } from '@cups/testing';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Gathering } from '../src/consume/gathering.ts';
import type { Handled } from '../src/consume/handled.ts';
import type { Message } from '../src/consume/reader.ts';
import { Work } from '../src/consume/work.ts';
import { encode } from '../src/envelope.ts';
import { memoryPark } from './memory-park.ts';

const topic = 'agency.asp.replies';

const messageOf = (key: string, offset: number): Message => {
  const { value, headers } = encode(eventOf({ topic, key, type: 'x', subject: key, id: `${key}-${offset}` }));
  return { key: Buffer.from(key), value, headers, offset: String(offset), timestamp: '0', attributes: 0 };
};

/** Works on the messages of one partition, by many at once. */
function openWork(handleMany: (events: ReceivedEvent[]) => Promise<(Handled | undefined)[]>, poison = '') {
  const applied: string[] = [];
  const refused: RefusedMessage[] = [];
  const stopping = new AbortController();
  let committed = 0;
  const options = {
    prefix: '',
    topics: [topic],
    log: keepLog().log,
    expects: {},
    patience: { tries: 1, hangMs: 500, lookMs: 1 },
    park: memoryPark(),
    handleMany,
    async handle({ id }: ReceivedEvent): Promise<Handled> {
      await turn();
      if (id === poison) throw new TypeError('no text of an error is kept');
      applied.push(id);
      return 'done';
    },
    keepRefused: (messages: RefusedMessage[]) => Promise.resolve(void refused.push(...messages)),
  };
  const work = new Work(options, stopping.signal, {
    commit: ([at]) => Promise.resolve(void (committed = Number(at?.offset))),
    roomy: () => {},
    reads: () => true,
  });
  work.begin();
  return {
    work,
    applied,
    refused,
    async until(count: number) {
      await eventually(async () => {
        await work.flush();
        return committed === count;
      });
      stopping.abort();
      work.end();
    },
  };
}

const of = (ids: string[], key: string) => ids.filter((id) => id.startsWith(`${key}-`));
const offsetsOf = (ids: string[]) => ids.map((id) => Number(id.split('-')[1]));

describe('messages that are handled many at once', () => {
  test('are each handled once, those of one key in order, whatever is left to be handled one by one', async () => {
    const keys = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(keys, fc.infiniteStream(fc.nat({ max: 3 })), async (order, chance) => {
        const applied: string[] = [];
        const running = openWork(async (events) => {
          await turn();
          if (chance.next().value === 0) throw new Error('not together');
          const left = new Set<string>();
          return events.map(({ key, id }) => {
            if (chance.next().value === 0) left.add(key);
            if (left.has(key)) return undefined;
            applied.push(id);
            running.applied.push(id);
            return 'done';
          });
        });
        const messages = order.map(messageOf);
        for (let at = 0; at < messages.length; at += 7) {
          const some = messages.slice(at, at + 7);
          running.work.take(topic, 0, some, BigInt(at + some.length - 1));
          await turn();
        }
        await running.until(messages.length);
        expect(running.applied).toHaveLength(messages.length);
        for (const key of 'abc') {
          const offsets = offsetsOf(of(running.applied, key));
          expect(offsets).toEqual(offsets.toSorted((one, other) => one - other));
        }
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  test('park with their key what can never be handled, and the others are done', async () => {
    const running = openWork(
      (events) => Promise.resolve(events.map(({ key }) => (key === 'a' ? undefined : 'done'))),
      'a-0',
    );
    const messages = ['a', 'b', 'a', 'c'].map(messageOf);
    running.work.take(topic, 0, messages, 3n);
    await running.until(4);
    expect(running.applied).toEqual([]);
  });

  test('that hang together are handled one by one', async () => {
    const running = openWork(() => new Promise(() => {}));
    running.work.take(topic, 0, ['a', 'b', 'a'].map(messageOf), 2n);
    await running.until(3);
    expect(running.applied.toSorted()).toEqual(['a-0', 'a-2', 'b-1']);
  });
});

test('a gathering hands over in order, within its bounds, and at least one', async () => {
  const seen: number[][] = [];
  const gathering = new Gathering<{ n: number; bytes: number }>({ count: 3, bytes: 100 }, async (items) => {
    seen.push(items.map(({ n }) => n));
    await turn();
  });
  for (const [n, bytes] of [10, 10, 10, 10, 500, 60, 60].entries()) gathering.add({ n, bytes });
  await gathering.settled();
  expect(seen).toEqual([[0, 1, 2], [3], [4], [5], [6]]);
});
