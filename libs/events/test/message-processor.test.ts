import { setImmediate as turn } from 'node:timers/promises';
import type { ReceivedEvent, RefusedMessage } from '@cups/contracts';
import { createEvent, eventually, captureLog } from '@cups/testing';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Batcher } from '../src/consume/batcher.ts';
import type { HandlerResult } from '../src/consume/handler-result.ts';
import type { ConsumedMessage } from '../src/consume/message-reader.ts';
import { MessageProcessor } from '../src/consume/message-processor.ts';
import { encode } from '../src/envelope.ts';
import { createMemoryPark } from './memory-park.ts';

const topic = 'agency.asp.replies';

const createMessage = (key: string, offset: number): ConsumedMessage => {
  const { value, headers } = encode(createEvent({ topic, key, type: 'x', subject: key, id: `${key}-${offset}` }));
  return { key: Buffer.from(key), value, headers, offset: String(offset), timestamp: '0', attributes: 0 };
};

/** Processes the messages of one partition in batches. */
function startProcessor(handleMany: (events: ReceivedEvent[]) => Promise<(HandlerResult | undefined)[]>, poison = '') {
  const applied: string[] = [];
  const refused: RefusedMessage[] = [];
  const stopping = new AbortController();
  let committed = 0;
  const options = {
    prefix: '',
    topics: [topic],
    log: captureLog().log,
    expects: {},
    retryPolicy: { maxAttempts: 1, handlerTimeoutMs: 500, releasePollIntervalMs: 1 },
    park: createMemoryPark(),
    handleMany,
    async handle({ id }: ReceivedEvent): Promise<HandlerResult> {
      await turn();
      if (id === poison) throw new TypeError('no text of an error is kept');
      applied.push(id);
      return 'done';
    },
    keepRefused: (messages: RefusedMessage[]) => Promise.resolve(void refused.push(...messages)),
  };
  const work = new MessageProcessor(options, stopping.signal, {
    commit: ([at]) => Promise.resolve(void (committed = Number(at?.offset))),
    onRoom: () => {},
    isAssigned: () => true,
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

const selectKey = (ids: string[], key: string) => ids.filter((id) => id.startsWith(`${key}-`));
const offsetsOf = (ids: string[]) => ids.map((id) => Number(id.split('-')[1]));

describe('MessageProcessor with handleMany', () => {
  test('handles each event once, in order of its key, also when some are handled singly', async () => {
    const keys = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(keys, fc.infiniteStream(fc.nat({ max: 3 })), async (order, chance) => {
        const applied: string[] = [];
        const running = startProcessor(async (events) => {
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
        const messages = order.map(createMessage);
        for (let at = 0; at < messages.length; at += 7) {
          const batch = messages.slice(at, at + 7);
          running.work.accept(topic, 0, batch, BigInt(at + batch.length - 1));
          await turn();
        }
        await running.until(messages.length);
        expect(running.applied).toHaveLength(messages.length);
        for (const key of 'abc') {
          const offsets = offsetsOf(selectKey(running.applied, key));
          expect(offsets).toEqual(offsets.toSorted((one, other) => one - other));
        }
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  test('parks the key of a failing event and completes the others', async () => {
    const running = startProcessor(
      (events) => Promise.resolve(events.map(({ key }) => (key === 'a' ? undefined : 'done'))),
      'a-0',
    );
    const messages = ['a', 'b', 'a', 'c'].map(createMessage);
    running.work.accept(topic, 0, messages, 3n);
    await running.until(4);
    expect(running.applied).toEqual([]);
  });

  test('handles events singly after a batch that hangs', async () => {
    const running = startProcessor(() => new Promise(() => {}));
    running.work.accept(topic, 0, ['a', 'b', 'a'].map(createMessage), 2n);
    await running.until(3);
    expect(running.applied.toSorted()).toEqual(['a-0', 'a-2', 'b-1']);
  });
});

test('Batcher hands items over in order, within its limits, at least one at a time', async () => {
  const batches: number[][] = [];
  const gathering = new Batcher<{ n: number; bytes: number }>({ count: 3, bytes: 100 }, async (items) => {
    batches.push(items.map(({ n }) => n));
    await turn();
  });
  for (const [n, bytes] of [10, 10, 10, 10, 500, 60, 60].entries()) gathering.add({ n, bytes });
  await gathering.settled();
  expect(batches).toEqual([[0, 1, 2], [3], [4], [5], [6]]);
});
