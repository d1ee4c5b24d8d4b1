import { fromMessage, REPLY_TYPES, subjectOf, toMessage } from '@cups/agency-contract';
import type { IncomingMessage } from '@cups/agency-contract';
import { decode } from '@cups/events';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { toReply } from '../src/inbound/reply-decoder.ts';

/** The bridge and the contract read headers with different code, and must agree on any headers. */

const APPLICATION = 'applications/01KAVX3Z5T8W9Q2M4N6P7R8S9T';
const validMessage = toMessage({
  id: 'asp-1',
  source: '/agencies/asp',
  subject: subjectOf(APPLICATION, 'asp'),
  time: '2026-11-25T10:00:00.000Z',
  type: REPLY_TYPES.acknowledged,
  data: { application: APPLICATION, submission: 1, agencyReference: 'A-1' },
});
type Headers = NonNullable<IncomingMessage['headers']>;
const validHeaders: Headers = Object.fromEntries(
  Object.entries(validMessage.headers).map(([name, text]) => [name, Buffer.from(text)]),
);

const bytes = fc.oneof(
  fc.constantFrom(
    null,
    Buffer.alloc(0),
    Buffer.from([0xff]),
    Buffer.alloc(300, 'x'),
    Buffer.from('1.0'),
    Buffer.from('a b'),
  ),
  fc.string({ unit: 'binary', maxLength: 6 }).map((text) => Buffer.from(text)),
);
const given = fc.oneof(
  { weight: 4, arbitrary: bytes },
  { weight: 1, arbitrary: fc.array(bytes, { minLength: 2, maxLength: 3 }) },
);
const name = fc.constantFrom(
  ...Object.keys(validMessage.headers).filter((header) => header !== 'ce_time' && header !== 'ce_source'),
  ...[
    'ce_correlationid',
    'ce_causationid',
    'traceparent',
    'CE_ID',
    'Content-Type',
    'ce_sequence',
    'ce_datacontenttype',
    'x-own',
  ],
);

test('the bridge and the contract accept the same headers and refuse others for the same cause', () => {
  fc.assert(
    fc.property(fc.dictionary(name, given, { minKeys: 1, maxKeys: 3 }), (changed) => {
      const headers = Object.assign({}, validHeaders, changed);
      const message = { key: Buffer.from(validMessage.key), value: validMessage.value, headers };
      const fromContract = fromMessage(message);
      const event = decode(
        Object.assign({ offset: '0', timestamp: '0' }, message) as never,
        'agency.asp.replies',
        0,
        false,
      );
      if (!event) return expect(fromContract).toMatchObject({ ok: false, cause: 'NOT_CLOUDEVENTS' });
      const read = toReply(event, { agency: 'asp', training: false });
      const namesOf = (fields: string[]) => [...new Set(fields)].sort();
      const [bridgeRefusal, contractRefusal] = [read.refusal, fromContract.ok ? undefined : fromContract];
      expect(bridgeRefusal?.cause).toBe(contractRefusal?.cause);
      const theirFields = namesOf((contractRefusal?.violations ?? []).map(({ field }) => field));
      expect(namesOf((bridgeRefusal?.violations ?? []).map(({ field }) => field))).toEqual(theirFields);
      return undefined;
    }),
    { numRuns: 2_000 },
  );
});
