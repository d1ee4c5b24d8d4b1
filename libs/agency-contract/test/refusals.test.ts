import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import sample from '../samples/reply.refused.json' with { type: 'json' };
import {
  agencySubjectOf,
  DELIVERY_LIFECYCLE,
  fromMessage,
  isRefusalCause,
  plainId,
  PLATFORM_SOURCE,
  REFUSALS,
  REPLY_TYPES,
  REQUEST_TYPES,
  sourceOf,
  STAGES,
  subjectOf,
  toMessage,
  validateRequest,
} from '../src/index.ts';
import type { AgencyEvent, ReplyRefused } from '../src/index.ts';

const { application, ...withoutDelivery } = sample as ReplyRefused;
const event = (subject: string, data: ReplyRefused, more: object = {}): AgencyEvent =>
  Object.assign(
    { id: 'r1', source: PLATFORM_SOURCE, type: REQUEST_TYPES.replyRefused, subject, time: sample.time, data },
    more,
  );
const ofDelivery = event(subjectOf(sample.application, 'asp'), sample as ReplyRefused, { causationid: 'reply-1' });
const ofAgency = event(agencySubjectOf('asp'), withoutDelivery);

describe('a refusal', () => {
  test.each([ofDelivery, ofAgency])('about $subject is read as written', (written) => {
    expect(fromMessage(toMessage(written))).toEqual({ ok: true, event: written });
  });
  test('has the delivery as its key, or the agency', () => {
    expect([ofDelivery, ofAgency].map((event) => toMessage(event).key)).toEqual([
      '01KAVX3Z5T8W9Q2M4N6P7R8S9T-asp',
      'asp',
    ]);
  });
  test.each<[string, AgencyEvent, string]>([
    ['comes from an agency', Object.assign({}, ofAgency, { source: sourceOf('asp') }), 'NOT_CLOUDEVENTS'],
    ['names an application and no delivery', event(agencySubjectOf('asp'), sample as ReplyRefused), 'KEY_MISMATCH'],
    ['names a delivery and no application', event(ofDelivery.subject, withoutDelivery), 'KEY_MISMATCH'],
    ['is about something else', event('centres/PC-001', withoutDelivery), 'NOT_CLOUDEVENTS'],
  ])('is not understood when it %s', (_name, wrong, cause) => {
    expect(fromMessage(toMessage(wrong))).toMatchObject({ ok: false, cause });
  });
  test('of another type must be about a delivery', () => {
    const withdrawn = Object.assign({}, ofAgency, {
      type: REQUEST_TYPES.withdrawn,
      data: { application, withdrawTime: sample.time },
    });
    expect(fromMessage(toMessage(withdrawn as AgencyEvent))).toMatchObject({ ok: false, cause: 'NOT_CLOUDEVENTS' });
  });
  test('of 1.1 has no remedy and is valid', () => {
    const { remedy: _added, ...old } = sample as ReplyRefused;
    expect(validateRequest(REQUEST_TYPES.replyRefused, old).ok).toBe(true);
  });
  test('may have each cause of the table, and an unknown one', () => {
    for (const [cause, { handling, remedy }] of Object.entries(REFUSALS)) {
      const data = Object.assign({}, sample, { cause, handling, mend: remedy, remedy });
      expect([cause, validateRequest(REQUEST_TYPES.replyRefused, data).ok]).toEqual([cause, true]);
    }
    expect([isRefusalCause('KEY_MISMATCH'), isRefusalCause('TOMORROW'), isRefusalCause('toString')]).toEqual([
      true,
      false,
      false,
    ]);
    const later = Object.assign({}, sample, { cause: 'TOMORROW' });
    expect(validateRequest(REQUEST_TYPES.replyRefused, later).ok).toBe(true);
  });
});

test('has one sentence each for the meaning and the remedy', () => {
  for (const { meaning, remedy } of Object.values(REFUSALS)) {
    for (const sentence of [meaning, remedy]) expect(sentence).toMatch(/^[A-Zac-z][^\n]{15,250}[^.]\.$/);
  }
});

test('plainId returns plain identifiers only', () => {
  for (const id of ['01KAVX3Z5T8W9Q2M4N6P7R8S9T', 'asp:2026/1', 'x'.repeat(200)]) expect(plainId(id)).toBe(id);
  for (const id of [undefined, '', ' x', 'Ana Exemplu', '<b>', 'ă', 'x'.repeat(201), 'a\nb', '-x']) {
    expect(plainId(id)).toBeUndefined();
  }
  fc.assert(
    fc.property(fc.string(), (id) => {
      const data = Object.assign({}, sample, { message: Object.assign({}, sample.message, { id }) });
      expect(validateRequest(REQUEST_TYPES.replyRefused, data).ok).toBe(plainId(id) !== undefined);
    }),
  );
});

test('DELIVERY_LIFECYCLE has an effect of each reply in each stage, by the table of refusals', () => {
  for (const stage of STAGES) {
    expect(Object.keys(DELIVERY_LIFECYCLE[stage]).sort()).toEqual(Object.values(REPLY_TYPES).sort());
    for (const { cause } of Object.values(DELIVERY_LIFECYCLE[stage])) {
      if (cause)
        expect(REFUSALS[cause].handling).toBe(['nothing-sent', 'passed-on'].includes(stage) ? 'refused' : 'recorded');
    }
  }
});
