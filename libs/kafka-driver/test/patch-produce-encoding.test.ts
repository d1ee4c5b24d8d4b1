import { afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import produce, { type ProduceParameters } from 'kafkajs/src/protocol/requests/produce/index.js';
import type { OutgoingMessage } from '../src/encode-batch.ts';
import { patchProduceEncoding } from '../src/index.ts';

const create = produce.protocol({ version: 7 });
let createPatched: typeof create;

beforeAll(() => {
  patchProduceEncoding();
  createPatched = produce.protocol({ version: 7 });
});
afterEach(() => void jest.restoreAllMocks());

const buildParameters = (
  partitions: OutgoingMessage[][],
  more: Partial<ProduceParameters> = {},
): ProduceParameters => ({
  acks: -1,
  timeout: 30_000,
  compression: 0,
  transactionalId: null,
  topicData: [{ topic: 'things', partitions: partitions.map((messages, partition) => ({ partition, messages })) }],
  ...more,
});

/** Encodes with kafkajs and with the patch, at the same time. */
async function encodeBoth(parameters: ProduceParameters): Promise<[string, string]> {
  jest.spyOn(Date, 'now').mockReturnValue(1_795_884_486_329);
  const [own, patched] = [create(parameters), createPatched(parameters)];
  return [(await own.request.encode()).buffer.toString('hex'), (await patched.request.encode()).buffer.toString('hex')];
}

const bytes = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.uint8Array({ maxLength: 300 }).map((value) => Buffer.from(value)),
);
const message = fc.record({
  key: fc.option(bytes),
  value: fc.option(bytes),
  headers: fc.dictionary(fc.string(), fc.oneof(bytes, fc.array(bytes, { maxLength: 3 })), { maxKeys: 12 }),
});

describe('a request to produce', () => {
  test('has the bytes of kafkajs, whatever the messages', async () => {
    const partitions = fc.array(fc.array(message, { minLength: 1, maxLength: 5 }), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(partitions, async (given) => {
        const [own, patched] = await encodeBoth(buildParameters(given));
        expect(patched).toBe(own);
      }),
      { numRuns: 60 },
    );
  });

  test.each<[string, OutgoingMessage[], Partial<ProduceParameters>]>([
    ['without headers', [{ value: 'x' }], {}],
    [
      'with 200 messages and a large one',
      Array.from({ length: 200 }, (_, at) => ({ value: Buffer.alloc(at * 99) })),
      {},
    ],
    ['of an idempotent producer', [{ value: 'x' }], { producerId: 7_000_001 }],
    ['compressed', [{ value: 'x'.repeat(500) }], { compression: 1 }],
    ['with times of its own', [{ value: 'x', timestamp: '1795884400000' }, { value: 'y' }], {}],
  ])('%s has the bytes of kafkajs', async (_, messages, more) => {
    const [own, patched] = await encodeBoth(buildParameters([messages], more));
    expect(patched).toBe(own);
  });

  test('is encoded without the encoder of kafkajs', async () => {
    const alloc = jest.spyOn(Buffer, 'alloc');
    await createPatched(buildParameters([[{ value: 'x', headers: { a: 'b' } }]])).request.encode();
    expect(alloc.mock.calls.length).toBeLessThan(4);
  });
});
