import { describe, expect, test } from '@jest/globals';
import documentsSupplied from '../samples/application.documents-supplied.json' with { type: 'json' };
import submitted from '../samples/application.submitted.json' with { type: 'json' };
import decided from '../samples/reply.decided.json' with { type: 'json' };
import documentsRequested from '../samples/reply.documents-requested.json' with { type: 'json' };
import progressed from '../samples/reply.progressed.json' with { type: 'json' };
import { MAX_ANSWERS_BYTES, MAX_REQUEST_BYTES, REPLY_TYPES, REQUEST_TYPES } from '../src/index.ts';
import { validateReply, validateRequest } from '../src/index.ts';
import type { ReplyType, RequestType } from '../src/index.ts';

const { submitted: SUBMITTED, documentsSupplied: SUPPLIED } = REQUEST_TYPES;
const { decided: DECIDED, documentsRequested: REQUESTED, progressed: PROGRESSED } = REPLY_TYPES;
const rejected = { ...decided, outcome: 'rejected', result: undefined, reason: { ro: 'Nu.' } };

describe('validation names the field and the rule of', () => {
  test.each<[string, RequestType | ReplyType, object, string, string]>([
    [
      'a short IDNP',
      SUBMITTED,
      { ...submitted, applicant: { ...submitted.applicant, idnp: '290' } },
      'applicant.idnp',
      'pattern',
    ],
    ['an impossible date', SUBMITTED, { ...submitted, dueDate: '2026-02-30' }, 'dueDate', 'format'],
    ['a time without offset', SUBMITTED, { ...submitted, submitTime: '2026-01-01T10:00:00' }, 'submitTime', 'format'],
    ['no centre', SUBMITTED, { ...submitted, centre: undefined }, 'centre', 'required'],
    ['a contact', SUBMITTED, { ...submitted, contact: { email: 'a@example.md' } }, 'contact', 'additionalProperties'],
    [
      'an unknown part deep inside',
      SUBMITTED,
      { ...submitted, evidence: [{ kind: 'x', originalSeen: true, a: 1 }] },
      'evidence.0.a',
      'additionalProperties',
    ],
    ['a second submission as a first', SUBMITTED, { ...submitted, submission: 2 }, 'submission', 'const'],
    [
      'a broken fee',
      SUBMITTED,
      { ...submitted, costOption: { code: 'a', fee: { amountMinor: 1.5, currency: 'MDL' } } },
      'costOption.fee.amountMinor',
      'type',
    ],
    [
      'a name that is no resource name',
      SUBMITTED,
      { ...submitted, application: '01KAVX3Z5T8W9Q2M4N6P7R8S9T' },
      'application',
      'pattern',
    ],
    [
      'an unavailable paper without a kind',
      SUPPLIED,
      { ...documentsSupplied, unavailable: [{}] },
      'unavailable.0.kind',
      'required',
    ],
    ['a first submission as supplied', SUPPLIED, { ...documentsSupplied, submission: 1 }, 'submission', 'minimum'],
    [
      'supplied for nothing',
      SUPPLIED,
      { ...documentsSupplied, answersRequest: undefined },
      'answersRequest',
      'required',
    ],
    ['a rejection without reason', DECIDED, { ...rejected, reason: undefined }, 'reason', 'required'],
    ['a rejection with a result', DECIDED, { ...rejected, result: decided.result }, 'result', 'false schema'],
    ['a reason without Romanian', DECIDED, { ...rejected, reason: { en: 'No.' } }, 'reason.ro', 'required'],
    [
      'an appeal that says not how',
      DECIDED,
      { ...rejected, appeal: { until: '2026-12-24' } },
      'appeal.how',
      'required',
    ],
    [
      'an appeal until no day',
      DECIDED,
      { ...rejected, appeal: { how: { ro: 'Aici.' }, until: 'never' } },
      'appeal.until',
      'format',
    ],
    ['an unknown outcome', DECIDED, { ...decided, outcome: 'maybe' }, 'outcome', 'enum'],
    [
      'a document kind that is not a code',
      REQUESTED,
      { ...documentsRequested, documents: [{ kind: 'Act de identitate' }] },
      'documents.0.kind',
      'pattern',
    ],
    [
      'an expected decision on no date',
      PROGRESSED,
      { ...progressed, expectedDecisionDate: 'curând' },
      'expectedDecisionDate',
      'format',
    ],
    [
      'an expected decision as a number',
      PROGRESSED,
      { ...progressed, expectedDecisionDate: 20261218 },
      'expectedDecisionDate',
      'type',
    ],
    ['a request for no documents', REQUESTED, { ...documentsRequested, documents: [] }, 'documents', 'minItems'],
  ])('%s', (_name, type, data, field, rule) => {
    const content: unknown = JSON.parse(JSON.stringify(data));
    const checked = type.includes('.reply.')
      ? validateReply(type as ReplyType, content)
      : validateRequest(type as RequestType, content);
    expect(checked).toEqual({ ok: false, violations: [{ field, rule }] });
  });

  test('no violation in a rejection with a reason', () => {
    expect(validateReply(DECIDED, JSON.parse(JSON.stringify(rejected))).ok).toBe(true);
    const appeal = { how: { ro: 'Cerere prealabilă.' }, until: '2026-12-24' };
    expect(validateReply(DECIDED, JSON.parse(JSON.stringify({ ...rejected, appeal }))).ok).toBe(true);
  });
  test('all violations at once', () => {
    const checked = validateRequest(SUBMITTED, {});
    expect(checked.ok ? 0 : checked.violations.length).toBe(10);
  });
  test('two unexpected properties, each with its path', () => {
    const checked = validateReply(DECIDED, { ...decided, fee: 1, result: { ...decided.result, printedBy: 'x' } });
    expect(checked).toEqual({
      ok: false,
      violations: [
        { field: 'fee', rule: 'additionalProperties' },
        { field: 'result.printedBy', rule: 'additionalProperties' },
      ],
    });
  });
  test.each(['2900000000012', 'a b', 'Ana Exemplu', 'x'.repeat(65), 'n2900000000012', 'a.b', '<b>', ''])(
    'a property whose name may be content, as *: %p',
    (name) => {
      const checked = validateReply(DECIDED, { ...decided, [name]: 1 });
      expect(checked).toEqual({ ok: false, violations: [{ field: '*', rule: 'additionalProperties' }] });
    },
  );
  test('violations without values, or names that could be values', () => {
    const canary = 'Canary2900000000012';
    const checked = validateRequest(SUBMITTED, {
      ...submitted,
      dueDate: canary,
      [canary]: canary,
      applicant: { [canary]: 1 },
    });
    expect(checked.ok).toBe(false);
    expect(JSON.stringify(checked)).not.toContain(canary);
  });
  test.each([null, undefined, 1, 'text', []])('content that is not an object: %p', (content) => {
    expect(validateRequest(SUBMITTED, content)).toEqual({ ok: false, violations: [{ field: '', rule: 'type' }] });
    expect(validateReply(DECIDED, content).ok).toBe(false);
  });
  test('an event of the other direction', () => {
    expect(validateRequest(DECIDED as never, decided)).toEqual({
      ok: false,
      violations: [{ field: '', rule: 'type' }],
    });
    expect(validateReply(SUBMITTED as never, submitted).ok).toBe(false);
  });
});

describe('size limits', () => {
  const withAnswers = (bytes: number) => ({ ...submitted, answers: { a: 'x'.repeat(bytes - '{"a":""}'.length) } });

  test('accept answers of 64 KiB, and no byte more', () => {
    expect(validateRequest(SUBMITTED, withAnswers(MAX_ANSWERS_BYTES)).ok).toBe(true);
    expect(validateRequest(SUBMITTED, withAnswers(MAX_ANSWERS_BYTES + 1))).toEqual({
      ok: false,
      violations: [{ field: 'answers', rule: 'maxBytes' }],
    });
  });
  test('count bytes, not characters', () => {
    expect(validateRequest(SUBMITTED, { ...submitted, answers: { a: 'ș'.repeat(MAX_ANSWERS_BYTES / 2) } }).ok).toBe(
      false,
    );
  });
  test('reject a request over 256 KiB', () => {
    expect(validateRequest(SUBMITTED, withAnswers(MAX_REQUEST_BYTES))).toEqual({
      ok: false,
      violations: [{ field: '', rule: 'maxBytes' }],
    });
  });
});
