import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import submitted from '../samples/application.submitted.json' with { type: 'json' };
import decided from '../samples/reply.decided.json' with { type: 'json' };
import {
  fromMessage,
  findCloudEventViolations,
  parseContent,
  PLATFORM_SOURCE,
  readAttributes,
  readContent,
  REPLY_TYPES,
  REQUEST_TYPES,
  sourceOf,
  subjectOf,
  toMessage,
} from '../src/index.ts';
import type { AgencyEvent, ApplicationSubmitted, Decided, IncomingMessage, OutgoingMessage } from '../src/index.ts';

const request: AgencyEvent = {
  id: 'request-1',
  source: PLATFORM_SOURCE,
  type: REQUEST_TYPES.submitted,
  subject: subjectOf(submitted.application, 'asp'),
  time: '2026-11-24T09:30:01Z',
  correlationid: 'b2d3',
  data: submitted as ApplicationSubmitted,
};
const reply: AgencyEvent = {
  id: 'reply-1',
  source: sourceOf('asp'),
  type: REPLY_TYPES.decided,
  subject: request.subject,
  time: '2026-12-01T13:15:01Z',
  causationid: 'request-1',
  data: decided as Decided,
};

// As a Kafka client returns it: every header as bytes.
const received = (message: OutgoingMessage): IncomingMessage & { headers: Record<string, Buffer> } => ({
  key: Buffer.from(message.key),
  value: message.value,
  headers: Object.fromEntries(Object.entries(message.headers).map(([name, text]) => [name, Buffer.from(text)])),
});
const withHeader = (event: AgencyEvent, name: string, value: string | undefined) => {
  const { headers, ...rest } = toMessage(event);
  const { [name]: _gone, ...others } = headers;
  return { ...rest, headers: value === undefined ? others : { ...others, [name]: value } };
};

describe('toMessage and fromMessage', () => {
  test.each([request, reply])('read an event of type $type as written', (event) => {
    expect(fromMessage(received(toMessage(event)))).toEqual({ ok: true, event });
  });
  test('use the delivery as the key, and no content in headers', () => {
    const { key, headers } = toMessage(request);
    expect(key).toBe('01KAVX3Z5T8W9Q2M4N6P7R8S9T-asp');
    expect(headers['ce_dataschema']).toBe('urn:cups:agency:v1:application.submitted');
    expect(JSON.stringify([key, headers])).not.toContain(submitted.applicant.idnp);
  });
  test('ignore unknown headers', () => {
    const message = received(toMessage(reply));
    expect(fromMessage({ ...message, headers: { ...message.headers, traceparent: Buffer.from('00-1') } }).ok).toBe(
      true,
    );
  });
  test('ignore unknown properties in requests, and reject them in replies', () => {
    const { applicant, ...rest } = submitted;
    const later = { ...rest, applicant: { ...applicant, title: 'dr.' }, priority: 'high' };
    const asAgency = fromMessage(received(toMessage({ ...request, data: later as unknown as ApplicationSubmitted })));
    expect(asAgency).toMatchObject({ ok: true, event: { data: later } });
    const asPlatform = fromMessage(
      received(toMessage({ ...reply, data: { ...decided, priority: 'high' } as Decided })),
    );
    expect(asPlatform).toMatchObject({ ok: false, cause: 'CONTENT_INVALID' });
  });
});

const marked = (value: Buffer): Buffer => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), value]);

describe('headers', () => {
  const message = toMessage(reply);
  const withHeaders = (more: IncomingMessage['headers']) =>
    fromMessage({ ...message, headers: { ...message.headers, ...more } });

  test.each(['ce_id', 'ce_subject', 'ce_time', 'content-type', 'ce_correlationid', 'ce_causationid'])(
    'are refused by name if %s is repeated, in any case, or not UTF-8',
    (name) => {
      const bytes = Buffer.from('a');
      const inCapitals = { [name]: bytes, [name.toUpperCase()]: bytes };
      for (const twice of [{ [name]: [bytes, bytes] }, { [name]: [bytes, null] }, inCapitals]) {
        const read = withHeaders(twice);
        expect(read).toEqual({ ok: false, cause: 'NOT_CLOUDEVENTS', violations: [{ field: name, rule: 'once' }] });
      }
      expect(withHeaders({ [name]: Buffer.from([0xff]) })).toMatchObject({
        violations: [{ field: name, rule: 'utf8' }],
      });
    },
  );

  test('count as absent if null or empty', () => {
    for (const empty of [null, Buffer.alloc(0)]) {
      expect(withHeaders({ ce_correlationid: empty, traceparent: empty }).ok).toBe(true);
      expect(withHeaders({ ce_id: empty })).toMatchObject({ violations: [{ field: 'ce_id', rule: 'required' }] });
    }
  });

  test('accept a repeated trace context, and anything under an unknown name', () => {
    const read = withHeaders({
      traceparent: [Buffer.from('a'), null],
      'x-own': [Buffer.from([0xff])],
      ce_sequence: null,
    });
    expect(read).toMatchObject({ ok: true });
    expect(read.ok && 'traceparent' in read.event).toBe(false);
  });

  test('are all named if they are missing', () => {
    const names = findCloudEventViolations({ key: 'k', value: Buffer.from('x') }).map(({ field }) => field);
    expect(names.sort()).toEqual([
      ...['ce_dataschema', 'ce_id', 'ce_source', 'ce_specversion', 'ce_subject', 'ce_time', 'ce_type', 'content-type'],
    ]);
    expect(findCloudEventViolations(message)).toEqual([]);
  });
});

describe('a message is refused for', () => {
  const other = 'applications/01KAVX3Z5T8W9Q2M4N6P7R8S9V';
  test.each<[string, IncomingMessage, string, ...string[]]>([
    ['an empty message', { key: null, value: null }, 'NOT_CLOUDEVENTS', 'ce_id'],
    ['bytes without headers', { key: 'k', value: Buffer.from([0xff, 0x00]) }, 'NOT_CLOUDEVENTS', 'ce_specversion'],
    ['another specversion', withHeader(reply, 'ce_specversion', '0.3'), 'NOT_CLOUDEVENTS', 'ce_specversion'],
    ['no id', withHeader(reply, 'ce_id', undefined), 'NOT_CLOUDEVENTS', 'ce_id'],
    ['an overlong id', withHeader(reply, 'ce_id', 'x'.repeat(201)), 'NOT_CLOUDEVENTS', 'ce_id'],
    ['an invalid time', withHeader(reply, 'ce_time', 'yesterday'), 'NOT_CLOUDEVENTS', 'ce_time'],
    ['another content type', withHeader(reply, 'content-type', 'text/xml'), 'NOT_CLOUDEVENTS', 'content-type'],
    [
      'the schema of another type',
      withHeader(reply, 'ce_dataschema', 'urn:cups:agency:v1:reply.x'),
      'NOT_CLOUDEVENTS',
      'ce_dataschema',
    ],
    [
      'a subject that is no delivery',
      withHeader(reply, 'ce_subject', 'applications/1'),
      'NOT_CLOUDEVENTS',
      'ce_subject',
    ],
    [
      'a header twice',
      { ...toMessage(reply), headers: { ...toMessage(reply).headers, ce_id: ['a', 'b'] } },
      'NOT_CLOUDEVENTS',
      'ce_id',
    ],
    ['a type of a later version', withHeader(reply, 'ce_type', 'md.cups.reply.decided.v2'), 'UNKNOWN_TYPE'],
    ['a type named like an object property', withHeader(reply, 'ce_type', 'constructor'), 'UNKNOWN_TYPE'],
    ["another agency's delivery", withHeader(reply, 'ce_source', sourceOf('cnas')), 'SOURCE_MISMATCH'],
    ['a request from an agency', withHeader(request, 'ce_source', sourceOf('asp')), 'SOURCE_MISMATCH'],
    ['a reply from the platform', withHeader(reply, 'ce_source', PLATFORM_SOURCE), 'SOURCE_MISMATCH'],
    ['another key', { ...toMessage(reply), key: '01KAVX3Z5T8W9Q2M4N6P7R8S9V-asp' }, 'KEY_MISMATCH'],
    ['no key', { ...toMessage(reply), key: null }, 'KEY_MISMATCH'],
    [
      'content about another application',
      toMessage({ ...reply, data: { ...decided, application: other } } as AgencyEvent),
      'KEY_MISMATCH',
    ],
    ['a tombstone', { ...toMessage(reply), value: null }, 'NOT_CLOUDEVENTS', ''],
    ['a byte order mark', { ...toMessage(reply), value: marked(toMessage(reply).value) }, 'NOT_JSON'],
    ['half a message', { ...toMessage(reply), value: toMessage(reply).value.subarray(0, 40) }, 'NOT_JSON'],
    ['invalid UTF-8', { ...toMessage(reply), value: Buffer.from([0x22, 0xff, 0x22]) }, 'NOT_JSON'],
    ['too much', { ...toMessage(reply), value: Buffer.alloc(64 * 1024 + 1, 32) }, 'TOO_LARGE'],
    [
      'content against the schema',
      toMessage({ ...reply, data: { ...decided, outcome: 'maybe' } } as unknown as AgencyEvent),
      'CONTENT_INVALID',
      'outcome',
    ],
  ])('%s', (_name, message, cause, ...fields) => {
    const read = fromMessage(message);
    expect(read).toMatchObject({ ok: false, cause });
    if (!read.ok) expect(read.violations.map(({ field }) => field)).toEqual(expect.arrayContaining(fields));
  });
});

describe('readAttributes and readContent', () => {
  const { id, source, type, subject, time } = reply;
  const attributes = {
    specversion: '1.0',
    id,
    source,
    type,
    subject,
    time,
    dataschema: 'urn:cups:agency:v1:reply.decided',
    datacontenttype: 'application/json',
  };
  const key = '01KAVX3Z5T8W9Q2M4N6P7R8S9T-asp';
  const envelope = readAttributes(attributes, key);
  if (!envelope.ok) throw new Error(envelope.cause);
  const bytes = Buffer.from(JSON.stringify(decided));

  test('read attributes first, then the parsed content', () => {
    expect(envelope).toMatchObject({ type, key, application: decided.application });
    const content = parseContent(bytes, bytes.length);
    expect(readContent(envelope, content)).toEqual({ ok: true, event: { ...reply, causationid: undefined } });
  });
  test.each([
    ['subject', undefined, 'NOT_CLOUDEVENTS', 'ce_subject'],
    ['subject', '', 'NOT_CLOUDEVENTS', 'ce_subject'],
    ['datacontenttype', 'text/plain', 'NOT_CLOUDEVENTS', 'content-type'],
    ['type', 'md.cups.reply.maybe.v1', 'UNKNOWN_TYPE', undefined],
    ['source', sourceOf('cnas'), 'SOURCE_MISMATCH', undefined],
  ])('refuse an attribute %s of %p as %s, by its header name', (name, value, cause, field) => {
    const read = readAttributes({ ...attributes, [name]: value }, key);
    expect(read).toMatchObject({ ok: false, cause, violations: field ? [{ field }] : [] });
  });
  test('refuse the key of another delivery', () => {
    expect(readAttributes(attributes, undefined)).toMatchObject({ ok: false, cause: 'KEY_MISMATCH' });
  });
  test('validate normalized content', () => {
    const content = { bytes: bytes.length, value: { ...decided, outcome: 'maybe' } };
    expect(readContent(envelope, content)).toMatchObject({ ok: false, cause: 'CONTENT_INVALID' });
    expect(readContent(envelope, { bytes: 64 * 1024 + 1, value: decided })).toMatchObject({ cause: 'TOO_LARGE' });
  });
  test('do not parse content over the limit', () => {
    expect(parseContent(bytes, bytes.length - 1)).toEqual({ bytes: bytes.length, value: undefined });
    expect(parseContent(null, 10)).toEqual({ bytes: 0, value: undefined });
  });
});

describe('for every message', () => {
  const symbols = [...'0123456789ABCDEFGHJKMNPQRSTVWXYZ'];
  const ulid = fc
    .tuple(fc.constantFrom(...'01234567'), fc.array(fc.constantFrom(...symbols), { minLength: 25, maxLength: 25 }))
    .map(([first, rest]) => first + rest.join(''));
  const text = (max: number) =>
    fc.string({ minLength: 1, maxLength: max, unit: 'grapheme' }).filter((s) => [...s].length <= max);
  const date = fc.date({ min: new Date('1930-01-01'), max: new Date('2090-01-01'), noInvalidDate: true });
  const day = date.map((at) => at.toISOString().slice(0, 10));
  const instant = date.map((at) => at.toISOString());
  // Typed, so that the generator matches the declared types.
  const content = (application: string): fc.Arbitrary<ApplicationSubmitted> =>
    fc.record(
      {
        application: fc.constant(application),
        submission: fc.constant(1),
        centre: fc.record({
          code: fc.constantFrom('CU-001', 'MISSION-09'),
          name: text(50),
          kind: fc.constant('town-hall'),
        }),
        publicService: fc.record({
          code: fc.constant('criminal-record'),
          version: text(20),
          title: fc.record({ ro: text(50), ru: text(50), en: text(50) }),
        }),
        applicant: fc.record({
          idnp: fc.constantFrom('2900000000012', '2900000000023'),
          givenName: text(30),
          familyName: text(30),
          birthDate: day,
          language: fc.constantFrom('ro', 'ru', 'en'),
        }),
        mandate: fc.record(
          {
            kind: fc.constantFrom('own-presence', 'mpower', 'notarial', 'kinship', 'guardianship'),
            reference: text(20),
            date: day,
          },
          { requiredKeys: ['kind'] },
        ),
        answers: fc.dictionary(
          text(10).filter((key) => key !== '__proto__'),
          fc.jsonValue({ maxDepth: 2, noUnicodeString: false }) as fc.Arbitrary<unknown>,
          { noNullPrototype: true },
        ),
        evidence: fc.array(
          fc.record(
            {
              kind: fc.constant('identity-document'),
              originalSeen: fc.boolean(),
              number: text(10),
              issueDate: day,
              copy: text(10),
            },
            { requiredKeys: ['kind', 'originalSeen'] },
          ),
          { maxLength: 5 },
        ),
        costOption: fc.record(
          {
            code: fc.constant('urgent'),
            fee: fc.record({ amountMinor: fc.nat(), currency: fc.constantFrom('MDL', 'USD', 'EUR') }),
          },
          { requiredKeys: ['code'] },
        ),
        delivery: fc.record(
          { kind: fc.constantFrom('at-centre', 'electronic', 'post'), note: text(20) },
          { requiredKeys: ['kind'] },
        ),
        submitTime: instant,
        dueDate: day,
        corrects: ulid.map((id) => `applications/${id}`),
      },
      {
        requiredKeys: [
          'application',
          'submission',
          'centre',
          'publicService',
          'applicant',
          'mandate',
          'answers',
          'evidence',
          'delivery',
          'submitTime',
        ],
      },
    ) as fc.Arbitrary<ApplicationSubmitted>;
  const events = ulid.chain((id) =>
    content(`applications/${id}`).chain((data) =>
      fc
        .record({ id: fc.uuid(), time: instant, causationid: fc.uuid() }, { requiredKeys: ['id', 'time'] })
        .map((attributes): AgencyEvent => ({
          ...attributes,
          source: PLATFORM_SOURCE,
          subject: subjectOf(data.application, 'cnas'),
          type: REQUEST_TYPES.submitted,
          data,
        })),
    ),
  );

  test('content of the declared types survives a round trip to Kafka', () => {
    fc.assert(
      fc.property(events, (event) => {
        expect(fromMessage(received(toMessage(event)))).toEqual({ ok: true, event: JSON.parse(JSON.stringify(event)) });
      }),
      { numRuns: 150 },
    );
  });
  test('bytes and headers never make the reader throw', () => {
    const header = fc.oneof(
      fc.string(),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    );
    fc.assert(
      fc.property(
        fc.option(fc.uint8Array()),
        fc.dictionary(fc.constantFrom(...Object.keys(toMessage(reply).headers)), header),
        fc.boolean(),
        (value, headers, overReal) => {
          const real = overReal ? toMessage(reply).headers : {};
          const read = fromMessage({ key: 'k', value: value && Buffer.from(value), headers: { ...real, ...headers } });
          expect(read.ok).toBe(false);
        },
      ),
      { numRuns: 300 },
    );
  });
});
