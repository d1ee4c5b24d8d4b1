import { randomUUID } from 'node:crypto';
import { eventually, captureLog, testInfrastructure } from '@cups/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { RefusedMessage } from '@cups/contracts';
import fc from 'fast-check';
import { connectKafka, createConsumer, ensureTopics } from '../src/index.ts';
import { sendRecords, type RecordInput, type HeaderPair } from '@cups/kafka-driver/raw-records';

/** Messages that any agency may write; one consumer reads them from a real broker. */

const here = testInfrastructure();
const { log, lines } = captureLog();
const topic = 'agency.asp.replies';
const kafka = connectKafka(here.brokers, 'test');
let consumer: ReturnType<typeof createConsumer>;
/** Offsets of completed messages. */
const dealtWith = new Set<number>();
const refused: RefusedMessage[] = [];

beforeAll(async () => {
  await ensureTopics({ ...here, partitions: 1, agencies: ['asp'] });
  consumer = createConsumer({
    ...here,
    groupId: `g-${randomUUID()}`,
    topics: [topic],
    log,
    maxWaitMs: 100,
    expects: {},
    handle: ({ offset }) => Promise.resolve(void dealtWith.add(Number(offset))).then(() => 'done' as const),
    keepRefused: (messages) => {
      refused.push(...messages);
      for (const { offset } of messages) dealtWith.add(Number(offset));
      return Promise.resolve();
    },
  });
  // The first join of a group fails once on a fresh broker.
  await eventually(() => consumer.ready(), { timeoutMs: 30_000 });
  lines.length = 0;
}, 60_000);
afterAll(() => consumer.stop());

const bytes = fc.oneof(
  fc.constant(null),
  fc.constant(Buffer.alloc(0)),
  fc.constantFrom(1_000, 60_000).map((length) => Buffer.alloc(length, 'x')),
  fc.uint8Array({ maxLength: 12 }).map((array) => Buffer.from(array)),
  fc.string({ unit: 'binary', maxLength: 12 }).map((text) => Buffer.from(text)),
);
const attribute = fc
  .constantFrom('1.0', 'a-1', '/agencies/asp', '0', '-1', '9'.repeat(400))
  .map((text) => Buffer.from(text));
const name = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('ce_id', 'ce_source', 'ce_type', 'ce_specversion', 'ce_time', 'ce_subject') },
  { weight: 1, arbitrary: fc.constantFrom('traceparent', 'ce_sequence', 'CE_ID', '', '__proto__', 'ce_\u0000') },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) },
);
const whole: HeaderPair[] = [
  ['ce_specversion', '1.0'],
  ['ce_id', 'a-1'],
  ['ce_source', '/agencies/asp'],
  ['ce_type', 't'],
];
const value = fc.oneof({ weight: 3, arbitrary: attribute }, { weight: 1, arbitrary: bytes });
const headers = fc.tuple(
  fc.oneof({ weight: 2, arbitrary: fc.constant(whole) }, { weight: 1, arbitrary: fc.subarray(whole) }),
  fc.array(fc.tuple(name, value), { maxLength: 8 }),
);
const message = fc
  .record({ key: bytes, value: bytes, headers })
  .map((given): RecordInput => ({ key: given.key, value: given.value, headers: given.headers.flat() }));

/** Sends messages and waits until each is handled or refused. */
async function send(messages: RecordInput[]): Promise<void> {
  const first = await sendRecords(kafka, here.prefix + topic, messages);
  const all = messages.map((_, at) => first + at);
  await eventually(() => all.every((offset) => dealtWith.has(offset)));
}

describe('createConsumer', () => {
  test.each([
    'continues after a message with a null %s header',
    'ce_time',
    'ce_id',
    'ce_subject',
    'content-type',
    'x-own',
  ])(
    'reads on behind a message whose header %s is null',
    async (name) => {
      const nulled: HeaderPair[] = [...whole.filter(([header]) => header !== name), [name, null]];
      await send([{ headers: nulled }, { headers: whole }]);
      expect(lines.filter(({ event }) => event === 'consumer-recreated')).toEqual([]);
    },
    30_000,
  );

  test('handles or refuses every message, for any key, value and headers', async () => {
    const many = fc.array(message, { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(many, (messages) => send(messages)),
      { numRuns: 12, interruptAfterTimeLimit: 40_000, endOnFailure: true },
    );
    expect(refused.length).toBeGreaterThan(0);
    expect(lines.filter(({ event }) => event === 'consumer-recreated')).toEqual([]);
    for (const { cause, fields } of refused) {
      expect(cause).toBe('NOT_A_CLOUDEVENT');
      expect(fields.length).toBeGreaterThan(0);
    }
  }, 120_000);
});
