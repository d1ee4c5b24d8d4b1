import { describe, expect, jest, test } from '@jest/globals';
import { REPLY_TYPES, SCHEMAS } from '@cups/agency-contract';
import type { ReplyType } from '@cups/agency-contract';
import fc from 'fast-check';
import type { ReceivedEvent } from '@cups/contracts';
import { toReply } from '../src/inbound/reply-decoder.ts';

/** Tests which replies are accepted, normalized and refused. */

const ID = '01JD0000000000000000000001';
const APPLICATION = `applications/${ID}`;
const ASP = { agency: 'asp', training: false };
const SENT = new Date('2026-03-02T08:00:00Z');

function event(type: string, data: object | Buffer, more: Partial<ReceivedEvent> = {}): ReceivedEvent {
  return {
    id: 'message-1',
    source: '/agencies/asp',
    type,
    subject: `deliveries/${ID}-asp`,
    key: `${ID}-asp`,
    time: SENT,
    topic: 'agency.asp.replies',
    partition: 0,
    offset: '0',
    sequence: null,
    correlationId: '',
    causationId: '',
    contentType: 'application/json',
    dataschema: (SCHEMAS as Record<string, { $id: string }>)[type]?.$id ?? 'urn:cups:agency:v1:none',
    extra: {},
    data: Buffer.isBuffer(data) ? data : Buffer.from(JSON.stringify({ application: APPLICATION, ...data })),
    ...more,
  };
}
const decision = { outcome: 'rejected', reason: { ro: 'Nu.' }, decideTime: '2026-03-01T10:00:00Z' };
const approval = { outcome: 'approved', result: { kind: 'paper' }, decideTime: '2026-03-01T10:00:00Z' };
const decided = (data: object, more: Partial<ReceivedEvent> = {}) =>
  toReply(event(REPLY_TYPES.decided, data, more), ASP);
const takenOf = (read: ReturnType<typeof toReply>) => {
  if (!read.reply) throw new Error(`refused: ${read.refusal.cause} ${read.refusal.fields.join()}`);
  return { ...read.reply, update: read.reply.update as unknown as Record<string, never> };
};

describe('normalization of decisions', () => {
  test.each([
    ['without a zone', '2026-03-01T10:00:00'],
    ['a day only', '2026-03-01'],
    ['no date at all', 'mâine'],
    ['a number', 5],
    ['null', null],
    ['missing', undefined],
    ['a leap second', '2026-12-31T23:59:60Z'],
    ['a day that does not exist', '2026-02-30T25:00:00Z'],
  ])('replaces a decision time that is %s by the send time', (_name, decideTime) => {
    const reply = takenOf(decided({ ...decision, decideTime }));
    expect(reply.update['decideTime']).toEqual(SENT);
    expect(reply.changes).toEqual(['DECIDE_TIME_REPLACED']);
  });

  test.each(['2099-01-01T00:00:00Z', '1900-01-01T00:00:00Z'])(
    'passes on the decision time %s, which intake checks',
    (decideTime) => {
      const reply = takenOf(decided({ ...decision, decideTime }));
      expect(reply.update['decideTime']).toEqual(new Date(decideTime));
      expect(reply.changes).toEqual([]);
    },
  );

  test.each(['2027-02-30', 'never', 5, null])('drops an end of validity that is %p', (validUntil) => {
    const reply = takenOf(decided({ ...approval, result: { kind: 'paper', verificationCode: 'K7', validUntil } }));
    expect(reply.update).toMatchObject({ resultKind: 'paper', verificationCode: 'K7', validUntil: '' });
    expect(reply.changes).toEqual(['VALID_UNTIL_DROPPED']);
  });

  test.each(['2027-02-30', 'never', 5, null])('drops an end of the appeal period that is %p', (until) => {
    const reply = takenOf(decided({ ...decision, appeal: { how: { ro: 'Aici.' }, until } }));
    expect(reply.update['appeal']).toEqual({ instructions: { ro: 'Aici.', ru: '', en: '' }, deadline: '' });
    expect(reply.changes).toEqual(['APPEAL_UNTIL_DROPPED']);
  });

  test('truncates texts about an appeal', () => {
    const reply = takenOf(decided({ ...decision, appeal: { how: { ro: 'a'.repeat(2_001) }, until: '2027-02-24' } }));
    const { instructions, deadline } = reply.update['appeal'] as unknown as {
      instructions: { ro: string };
      deadline: string;
    };
    expect([instructions.ro.length, instructions.ro.at(-1), deadline, reply.changes]).toEqual([
      2_000,
      '…',
      '2027-02-24',
      ['TEXT_CUT'],
    ]);
  });

  test('truncates a reason, even if the message is too large', () => {
    const reply = takenOf(decided({ ...decision, reason: { ro: 'ș'.repeat(70_000), ru: 'нет' } }));
    const reason = reply.update['reason'] as unknown as { ro: string; ru: string };
    expect([[...reason.ro].length, reason.ro.at(-1), reason.ru]).toEqual([2_000, '…', 'нет']);
    expect(reply.changes).toEqual(['TEXT_CUT']);
  });

  test('uses the Kafka time for a message without a valid time', () => {
    expect(takenOf(decided(decision, { timeReplaced: true })).changes).toEqual(['CE_TIME_REPLACED']);
  });

  const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
  const sent = (members: string) => {
    const known = `"application":"${APPLICATION}","outcome":"rejected","reason":{"ro":"Nu."}`;
    return decided(Buffer.from(`{${known},${members}}`));
  };
  test('replaces a decision time of 200,000 nested lists, and distinguishes the messages', () => {
    const reply = takenOf(sent(`"decideTime":${deep(200_000)}`));
    expect(reply.changes).toEqual(['DECIDE_TIME_REPLACED']);
    expect(takenOf(sent(`"decideTime":${deep(200_000)}`)).digest).toBe(reply.digest);
    expect(takenOf(sent(`"decideTime":${deep(200_001)}`)).digest).not.toBe(reply.digest);
  });

  test('refuses unlimited nesting beside an invalid date without throwing', () => {
    const { refusal } = sent(`"decideTime":5,"urgency":${deep(30_000)}`);
    expect(refusal?.cause).toBe('CONTENT_INVALID');
    expect(sent(`"decideTime":5,"urgency":${deep(200_000)}`).refusal?.cause).toBe('TOO_LARGE');
  });

  test('accepts a decision with any dates and reasons', () => {
    // A text, because a blank reason is refused.
    const words = fc.string({ maxLength: 5_000, unit: 'grapheme' }).map((text) => `Nu. ${text}`);
    const anything = fc.oneof(fc.anything({ maxDepth: 1, values: [fc.string(), fc.integer()] }), fc.date().map(String));
    fc.assert(
      fc.property(anything, anything, words, (decideTime, validUntil, ro) => {
        takenOf(decided({ outcome: 'rejected', reason: { ro }, decideTime }));
        takenOf(decided({ outcome: 'approved', result: { kind: 'paper', validUntil }, decideTime }));
        const appeal = { how: { ro }, until: validUntil };
        takenOf(decided({ outcome: 'rejected', reason: { ro }, appeal, decideTime }));
      }),
      { numRuns: 300 },
    );
  });
});

describe('toReply', () => {
  const updateOf = (type: ReplyType, data: object) => takenOf(toReply(event(type, data), ASP)).update;

  test('passes on results, progress notes, requested documents and reasons', () => {
    const result = { kind: 'paper', number: 'R-1', verificationCode: 'K7Q2', validUntil: '2027-02-24' };
    const flat = { resultKind: 'paper', resultNumber: 'R-1', verificationCode: 'K7Q2', validUntil: '2027-02-24' };
    expect(updateOf(REPLY_TYPES.decided, { ...approval, result })).toMatchObject({ ...flat, appeal: null });
    const appeal = { how: { ro: 'Aici.', ru: 'Здесь.', en: 'Here.' }, until: '2027-02-24' };
    expect(updateOf(REPLY_TYPES.decided, { ...decision, appeal })).toMatchObject({
      appeal: { instructions: appeal.how, deadline: appeal.until },
    });
    const reason = { ro: 'Greșeală.', ru: 'Опечатка.', en: 'Misspelt.' };
    expect(updateOf(REPLY_TYPES.resultCorrected, { result, reason })).toMatchObject({ ...flat, reason });
    expect(updateOf(REPLY_TYPES.resultRevoked, { reason })).toEqual({ type: 'DeliveryResultRevoked', reason });
    expect(updateOf(REPLY_TYPES.progressed, { note: 'La arhivă.' })).toEqual({
      type: 'DeliveryProgressed',
      note: 'La arhivă.',
      expectedDecisionDate: '',
    });
    expect(updateOf(REPLY_TYPES.progressed, { expectedDecisionDate: '2026-04-01' })).toEqual({
      type: 'DeliveryProgressed',
      note: '',
      expectedDecisionDate: '2026-04-01',
    });
    const documents = [{ kind: 'birth-certificate', note: 'În original' }, { kind: 'power-of-attorney' }];
    expect(updateOf(REPLY_TYPES.documentsRequested, { documents, answerBy: '2026-04-01' })).toMatchObject({
      documents,
      evidenceKinds: ['birth-certificate', 'power-of-attorney'],
    });
  });
});

describe('refusals', () => {
  const own = `${ID}-asp`;
  const foreign = `${ID}-cnas`;
  test.each<[string, ReceivedEvent, object]>([
    [
      'a property too many',
      event(REPLY_TYPES.decided, { ...decision, urgency: 'high' }),
      { named: { deliveryId: own }, refusal: { cause: 'CONTENT_INVALID', fields: ['urgency'] } },
    ],
    [
      'a document kind that is not a code',
      event(REPLY_TYPES.documentsRequested, { documents: [{ kind: 'Act de identitate' }], answerBy: '2026-04-01' }),
      { named: { deliveryId: own }, refusal: { cause: 'CONTENT_INVALID', fields: ['documents.0.kind'] } },
    ],
    [
      'an expected decision on no day',
      event(REPLY_TYPES.progressed, { expectedDecisionDate: '2026-02-30' }),
      { named: { deliveryId: own }, refusal: { cause: 'CONTENT_INVALID', fields: ['expectedDecisionDate'] } },
    ],
    [
      'bytes',
      event(REPLY_TYPES.decided, Buffer.from([255, 0])),
      { named: { deliveryId: own }, refusal: { cause: 'NOT_JSON' } },
    ],
    [
      'another schema',
      event(REPLY_TYPES.decided, decision, { dataschema: 'urn:cups:agency:v1:reply.progressed' }),
      { named: { deliveryId: own }, refusal: { cause: 'NOT_CLOUDEVENTS', fields: ['ce_dataschema'] } },
    ],
    [
      'an unknown type',
      event('md.cups.reply.maybe.v1', {}),
      { named: { deliveryId: own }, refusal: { cause: 'UNKNOWN_TYPE' } },
    ],
    [
      'a request in the topic of replies',
      event('md.cups.application.withdrawn.v1', { withdrawTime: '2026-03-01T10:00:00Z' }),
      { named: { deliveryId: own }, refusal: { fields: expect.anything() } },
    ],
    [
      'another source',
      event(REPLY_TYPES.decided, decision, { source: '/agencies/cnas' }),
      { refusal: { cause: 'FOREIGN_AGENCY', fields: ['ce_source'] } },
    ],
    [
      'the source of the platform',
      event(REPLY_TYPES.decided, decision, { source: '/cups/agency-bridge' }),
      { refusal: { cause: 'FOREIGN_AGENCY', fields: ['ce_source'] } },
    ],
    [
      'the delivery of another agency',
      event(REPLY_TYPES.decided, decision, { subject: `deliveries/${foreign}`, key: foreign }),
      { refusal: { cause: 'FOREIGN_DELIVERY', fields: ['ce_subject'] } },
    ],
    [
      'an invalid subject',
      event(REPLY_TYPES.decided, decision, { subject: 'applications/x' }),
      { refusal: { cause: 'NOT_CLOUDEVENTS', fields: ['ce_subject'] } },
    ],
    [
      'another key',
      event(REPLY_TYPES.decided, decision, { key: foreign }),
      { named: { deliveryId: own }, refusal: { cause: 'KEY_MISMATCH' } },
    ],
    [
      'another application in its content',
      event(REPLY_TYPES.decided, { ...decision, application: 'applications/01JD0000000000000000000002' }),
      { named: { deliveryId: own }, refusal: { cause: 'KEY_MISMATCH' } },
    ],
  ])('name the cause, the fields and the own delivery: %s', (_name, message, expected) => {
    const read = toReply(message, ASP);
    expect(read).toMatchObject(expected);
    expect(read.reply).toBeUndefined();
    expect(read.named !== undefined).toBe('named' in expected);
  });

  test('name at most 20 fields', () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`f${n}`, 1]));
    expect(decided({ ...decision, ...many }).refusal?.fields).toHaveLength(20);
  });
});

describe('content', () => {
  const progress = { note: 'La arhivă.' };
  test.each<[string, ReceivedEvent]>([
    ['a decision as the contract wants it', event(REPLY_TYPES.decided, decision)],
    ['a decision that is put right', event(REPLY_TYPES.decided, { ...decision, decideTime: 'mâine' })],
    ['a decision that is refused', event(REPLY_TYPES.decided, { ...decision, urgency: 'high' })],
    ['a progress', event(REPLY_TYPES.progressed, progress)],
  ])('is parsed once: %s', (_name, message) => {
    toReply(message, ASP);
    const parse = jest.spyOn(JSON, 'parse');
    try {
      toReply(message, ASP);
      expect(parse.mock.calls.map(([text]) => text)).toEqual([message.data.toString()]);
    } finally {
      parse.mockRestore();
    }
  });

  test.each<[string, ReceivedEvent]>([
    ['of another source', event(REPLY_TYPES.decided, decision, { source: '/agencies/cnas' })],
    ['without a schema', event(REPLY_TYPES.decided, decision, { dataschema: 'urn:cups:agency:v1:none' })],
    ['of an unknown type', event('md.cups.reply.maybe.v1', {})],
    ['that is too long', event(REPLY_TYPES.progressed, { note: 'x'.repeat(70_000) })],
  ])('is not parsed for a message %s', (_name, message) => {
    const parse = jest.spyOn(JSON, 'parse');
    try {
      expect(toReply(message, ASP).refusal).toBeDefined();
      expect(parse).not.toHaveBeenCalled();
    } finally {
      parse.mockRestore();
    }
  });

  test('is compared as sent, and not changed by normalization', () => {
    const digest = (decideTime: string) => takenOf(decided({ ...decision, decideTime })).digest;
    expect(digest('mâine')).toBe(digest('mâine'));
    expect(digest('mâine')).not.toBe(digest('poimâine'));
  });

  test('is refused with a property __proto__, even if a date is normalized', () => {
    const sent = `{"application":"${APPLICATION}","outcome":"rejected","reason":{"ro":"Nu."},"decideTime":5,"__proto__":{}}`;
    expect(decided(Buffer.from(sent)).refusal?.cause).toBe('CONTENT_INVALID');
  });
});

describe('digest', () => {
  test('depends on type and content, not on the order of properties', () => {
    const digest = (data: object) => takenOf(decided(data)).digest;
    expect(digest({ ...decision, agencyReference: 'A' })).toBe(digest({ agencyReference: 'A', ...decision }));
    expect(digest(decision)).not.toBe(digest({ ...decision, reason: { ro: 'Altul.' } }));
  });
});
