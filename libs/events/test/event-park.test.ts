import { setImmediate as turn } from 'node:timers/promises';
import type { ReceivedEvent, RefusedMessage } from '@cups/contracts';
import { createEvent, eventually, captureLog } from '@cups/testing';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { encode } from '../src/envelope.ts';
import type { HandlerResult } from '../src/consume/handler-result.ts';
import { MAX_PARKED } from '../src/consume/event-park.ts';
import { FailureHistory } from '../src/consume/retry-policy.ts';
import type { ConsumedMessage } from '../src/consume/message-reader.ts';
import { MessageProcessor } from '../src/consume/message-processor.ts';
import { createMemoryPark } from './memory-park.ts';

const topic = 'cups.deliveries';
const KEYS = ['a', 'b', 'c'];
/** The timeout is longer than a busy machine stops this process: a handler that works must not count as hanging. */
const RETRY_POLICY = { maxAttempts: 1, handlerTimeoutMs: 2_500, releasePollIntervalMs: 1 };

/** The messages of a partition with alternating keys. */
const createPartition = (length: number, keys: string[]) =>
  Array.from({ length }, (_, offset): ConsumedMessage => {
    const key = keys[offset % keys.length] ?? '';
    const event = createEvent({ topic, key, type: 'x', subject: `deliveries/${key}`, id: `${key}-${offset}` });
    const { value, headers } = encode(event);
    return { key: Buffer.from(key), value, headers, offset: String(offset), timestamp: '0', attributes: 0 };
  });
const partition = createPartition(24, KEYS);
type HandlerFault = 'throws' | 'hangs';

/**
 * A service whose process restarts. Its effects, its park and its committed offsets survive.
 * @param ofOne number of messages of the single key a, instead of a partition with three keys
 */
function startTestService(poison: Map<string, HandlerFault>, ofOne = 0) {
  const messagesOf = ofOne > 0 ? createPartition(ofOne, ['a']) : partition;
  const park = createMemoryPark();
  const applied: string[] = [];
  const skipped: string[] = [];
  const refused: RefusedMessage[] = [];
  const { log } = captureLog();
  let committed = 0;
  let stopping = new AbortController();

  async function handle(event: ReceivedEvent): Promise<HandlerResult> {
    await turn();
    const failure = poison.get(event.id);
    if (failure === 'hangs') return new Promise(() => {});
    if (failure === 'throws') throw new TypeError('no text of an error is kept');
    // Detects a repeat by its ID, as the services do.
    if (!applied.includes(event.id)) applied.push(event.id);
    await turn();
    return 'done';
  }
  function start(): MessageProcessor {
    stopping = new AbortController();
    const skip = (event: ReceivedEvent) => Promise.resolve(void skipped.push(event.id));
    const work = new MessageProcessor(
      {
        prefix: '',
        topics: [topic],
        log,
        expects: {},
        handle,
        skip,
        keepRefused: (messages) => Promise.resolve(void refused.push(...messages)),
        park,
        retryPolicy: RETRY_POLICY,
      },
      stopping.signal,
      {
        commit: async (offsets) => {
          await turn();
          committed = Math.max(committed, Number(offsets[0]?.offset ?? 0));
        },
        onRoom: () => {},
        isAssigned: () => true,
      },
    );
    work.begin();
    return work;
  }
  let work = start();
  let read = 0;
  return {
    park,
    applied,
    skipped,
    refused,
    /** Fetches some more messages. */
    take(count: number): void {
      const messages = messagesOf.slice(read, read + count);
      if (messages.length === 0) return;
      read += messages.length;
      work.accept(topic, 0, messages, BigInt(read - 1));
    },
    flush: () => work.flush(),
    /** Simulates kill -9: work in progress is abandoned. */
    crash(): void {
      stopping.abort();
      work.end();
      read = committed;
      work = start();
    },
    async release(key: string): Promise<void> {
      await park.release({ topic, key });
    },
    stop(): void {
      stopping.abort();
      work.end();
    },
    isAtRest: () => park.parked.size === 0 && read === messagesOf.length && committed === messagesOf.length,
  };
}

const selectKey = (key: string, ids: string[]) => ids.filter((id) => id.startsWith(`${key}-`));
const all = (key: string) =>
  partition.flatMap(({ offset }) => (KEYS[Number(offset) % KEYS.length] === key ? [`${key}-${offset}`] : []));

describe('an event whose handler fails', () => {
  const ids = partition.map(({ offset }) => `${KEYS[Number(offset) % KEYS.length]}-${offset}`);

  test('is parked with its key while others flow, and applied in order after a release', async () => {
    const poison = new Map<string, HandlerFault>([
      ['a-3', 'throws'],
      ['b-10', 'hangs'],
    ]);
    const service = startTestService(poison);
    service.take(24);
    await eventually(() => service.park.parked.size === 7 + 5);
    expect(selectKey('c', service.applied)).toEqual(all('c'));
    await eventually(() => service.flush().then(() => service.applied.length === 8 + 1 + 3));
    const causes = [...service.park.parked.values()].map(({ cause }) => cause);
    expect(new Set(causes)).toEqual(new Set(['HANDLER_THREW', 'HANDLER_HANGS', 'BEHIND']));

    // Released before the cause is fixed, it stays parked.
    await service.release('a');
    await eventually(() => [...service.park.parked.values()].every(({ released }) => !released));
    expect(selectKey('a', service.applied)).toEqual(['a-0']);
    poison.clear();
    for (const key of KEYS) await service.release(key);
    await eventually(async () => (await service.flush(), service.isAtRest()));
    for (const key of KEYS) expect(selectKey(key, service.applied)).toEqual(all(key));
    service.stop();
  });

  test('blocks its key at the park limit and continues after a release', async () => {
    const poison = new Map<string, HandlerFault>([['a-0', 'throws']]);
    const service = startTestService(poison, MAX_PARKED.events + 20);
    service.take(MAX_PARKED.events + 20);
    await eventually(async () => (await service.flush(), service.park.parked.size === MAX_PARKED.events), {
      timeoutMs: 30_000,
    });
    poison.clear();
    await service.release('a');
    await eventually(async () => (await service.flush(), service.isAtRest()), { timeoutMs: 30_000 });
    expect(service.applied).toEqual(Array.from({ length: MAX_PARKED.events + 20 }, (_, offset) => `a-${offset}`));
    service.stop();
  }, 60_000);

  test('is counted but not applied after a drop, in its turn', async () => {
    const service = startTestService(new Map([['a-3', 'throws']]));
    service.take(24);
    await eventually(() => service.park.parked.size === 7);
    for (const one of service.park.parked.values()) one.dropped = one.event.id === 'a-3';
    await service.release('a');
    await eventually(async () => (await service.flush(), service.isAtRest()));
    expect(service.skipped).toEqual(['a-3']);
    expect(selectKey('a', service.applied)).toEqual(all('a').filter((id) => id !== 'a-3'));
    service.stop();
  });

  test('is never lost, duplicated or reordered by restarts and releases', async () => {
    const act = fc.oneof(
      fc.record({ act: fc.constant('take' as const), count: fc.integer({ min: 1, max: 10 }) }),
      fc.record({ act: fc.constant('turns' as const), count: fc.integer({ min: 1, max: 30 }) }),
      fc.record({ act: fc.constantFrom('flush' as const, 'crash' as const) }),
      fc.record({ act: fc.constant('mend' as const), id: fc.constantFrom(...ids) }),
      fc.record({ act: fc.constant('release' as const), key: fc.constantFrom(...KEYS) }),
    );
    const failingIds = fc.uniqueArray(fc.constantFrom(...ids), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(failingIds, fc.array(act, { maxLength: 40 }), async (poisoned, acts) => {
        const poison = new Map<string, HandlerFault>(poisoned.map((id) => [id, 'throws']));
        const service = startTestService(poison);
        for (const one of acts) {
          if (one.act === 'take') service.take(one.count);
          if (one.act === 'turns') for (let at = 0; at < one.count; at += 1) await turn();
          if (one.act === 'flush') void service.flush();
          if (one.act === 'crash') service.crash();
          if (one.act === 'mend') poison.delete(one.id);
          if (one.act === 'release') await service.release(one.key);
        }
        poison.clear();
        await eventually(async () => {
          for (const key of KEYS) await service.release(key);
          service.take(24);
          await service.flush();
          return service.isAtRest();
        });
        service.stop();
        for (const key of KEYS) expect(selectKey(key, service.applied)).toEqual(all(key));
      }),
      { numRuns: 150 },
    );
  }, 60_000);
});

describe('FailureHistory', () => {
  test('counts only failures of the event, described by class and code location', () => {
    const unavailable = new Error('away');
    const faults = new FailureHistory(3, (error) => error === unavailable);
    const own = new RangeError('2900000000001');
    expect([own, unavailable, own, unavailable, unavailable].map((error) => faults.recordFailure(error))).toEqual(
      Array(5).fill(undefined),
    );
    const failure = faults.recordFailure(own);
    expect(failure).toMatchObject({
      cause: 'HANDLER_THREW',
      detail: expect.stringMatching(/^RangeError at .*park\.test/),
    });
    expect(JSON.stringify(failure)).not.toContain('2900');
  });
});
