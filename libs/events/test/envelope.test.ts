import { expect, describe, test } from '@jest/globals';
import fc from 'fast-check';
import { readBatches } from '@cups/kafka-driver';
import { encodeBatch, type HeaderPair } from '@cups/kafka-driver/raw-records';
import { decode, readEvent } from '../src/envelope.ts';

/** Values that anyone may write into a header, key or value. */
const bytes = fc.oneof(
  fc.constant(null),
  fc.constant(Buffer.alloc(0)),
  fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array)),
  fc.string({ unit: 'binary', maxLength: 20 }).map((text) => Buffer.from(text)),
  fc
    .constantFrom('1.0', '0', '-1', 'NaN', '2026-11-25T10:00:00Z', '\ufeff1.0', '\u0000')
    .map((text) => Buffer.from(text)),
  fc.nat({ max: 70_000 }).map((length) => Buffer.alloc(length, 'x')),
);
const name = fc.oneof(
  fc.constantFrom(
    ...['ce_specversion', 'ce_id', 'ce_source', 'ce_type', 'ce_subject', 'ce_time', 'ce_sequence', 'ce_dataschema'],
    ...['ce_correlationid', 'ce_causationid', 'ce_datacontenttype', 'content-type', 'traceparent', 'ce_traceparent'],
    ...['CE_ID', 'Ce_Time', 'ce_', '', '__proto__', 'constructor', 'ce___proto__', 'ce_$where', 'ce_a.b', 'ce_\u0000'],
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
);
const headers = fc.array(fc.tuple(name, bytes), { maxLength: 24 });
const whole: HeaderPair[] = [
  ['ce_specversion', Buffer.from('1.0')],
  ['ce_id', Buffer.from('a-1')],
  ['ce_source', Buffer.from('/agencies/asp')],
  ['ce_type', Buffer.from('md.cups.reply.acknowledged.v1')],
];

const recordOf = async (key: Buffer | null, value: Buffer | null, given: readonly HeaderPair[]) => {
  const [record] = await readBatches(encodeBatch([{ key, value, headers: given }]), { bytes: 0, records: 0 });
  return record!;
};

describe('readEvent', () => {
  test('never throws and returns an event or its errors', async () => {
    await fc.assert(
      fc.asyncProperty(
        bytes,
        bytes,
        fc.array(fc.constantFrom(...whole)),
        headers,
        async (key, value, required, more) => {
          const record = await recordOf(key, value, [...required, ...more]);
          const { event, errors } = readEvent(record, 'agency.asp.replies', 0);
          expect(event === undefined).toBe(errors.length > 0);
          for (const { field, rule } of errors) {
            expect(field).toMatch(/^(ce_[a-z]+|content-type|)$/);
            expect(rule).toMatch(/^(required|once|utf8|const|pattern)$/);
          }
          for (const attribute of Object.keys(event?.extra ?? {})) expect(attribute).toMatch(/^[a-z0-9]{1,64}$/);
        },
      ),
      { numRuns: 3_000 },
    );
  });

  test('treats a null header as absent', async () => {
    const nulls: HeaderPair[] = ['traceparent', 'ce_time', 'ce_subject', 'ce_correlationid', 'ce_sequence'].map(
      (one) => [one, null],
    );
    const record = await recordOf(null, Buffer.from('{}'), [...whole, ...nulls]);
    const event = decode(record, 'agency.asp.replies', 0);
    expect(event).toMatchObject({ id: 'a-1', subject: '', correlationId: '', sequence: null, timeReplaced: true });
    expect(event).not.toHaveProperty('traceparent');
  });

  test.each(['ce_id', 'ce_source', 'ce_type', 'ce_specversion'])('reports a null, empty or missing %s', async (one) => {
    const others = whole.filter(([header]) => header !== one);
    for (const given of [[], [[one, null]], [[one, Buffer.alloc(0)]]] as HeaderPair[][]) {
      const record = await recordOf(null, Buffer.from('{}'), [...others, ...given]);
      expect(readEvent(record, 'x', 0).errors).toEqual([{ field: one, rule: 'required' }]);
    }
  });

  test.each(['ce_id', 'ce_time', 'ce_subject', 'content-type', 'ce_correlationid', 'ce_dataschema'])(
    'rejects a duplicate %s, also with a null value or in capitals',
    async (one) => {
      const others = whole.filter(([header]) => header !== one);
      const twice: HeaderPair[][] = [
        [
          [one, Buffer.from('a')],
          [one, Buffer.from('a')],
        ],
        [
          [one, null],
          [one, Buffer.from('a')],
        ],
        [
          [one, Buffer.from('a')],
          [one, null],
        ],
        [
          [one, Buffer.from('a')],
          [one.toUpperCase(), Buffer.from('b')],
        ],
      ];
      for (const given of twice) {
        const record = await recordOf(null, Buffer.from('{}'), [...others, ...given]);
        expect(readEvent(record, 'x', 0).errors).toEqual([{ field: one, rule: 'once' }]);
      }
    },
  );

  test('drops a duplicate trace context and unknown headers', async () => {
    const twice: HeaderPair[] = [
      ['traceparent', Buffer.from('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01')],
      ['traceparent', null],
      ['x-own', Buffer.from('a')],
      ['x-own', Buffer.from([255])],
    ];
    const { event, errors } = readEvent(await recordOf(null, Buffer.from('{}'), [...whole, ...twice]), 'x', 0);
    expect([errors, event?.traceparent, event?.extra]).toEqual([[], undefined, {}]);
  });

  test('rejects a header that is not UTF-8', async () => {
    const record = await recordOf(null, Buffer.from('{}'), [
      ...whole.slice(0, 1),
      ['ce_id', Buffer.from([255])],
      ...whole.slice(2),
    ]);
    expect(readEvent(record, 'x', 0).errors).toEqual([{ field: 'ce_id', rule: 'utf8' }]);
  });
});
