import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { fromMessage, REPLY_TYPES, REQUEST_TYPES } from '@cups/agency-contract';
import type { AgencyEvent, Decided } from '@cups/agency-contract';
import fc from 'fast-check';
import { encodeTime } from 'ulid';
import { BEHAVIOURS } from '../src/domain/behaviour.ts';
import type { Behaviour } from '../src/domain/behaviour.ts';
import { planReplies } from '../src/domain/plan.ts';
import { referenceOf } from '../src/domain/replies.ts';
import type { SubmissionEvent } from '../src/domain/replies.ts';
import { requestOf as build } from './requests.ts';

const APPLICATION = `applications/${encodeTime(Date.parse('2026-11-24T09:30:00Z'), 10)}T8W9Q2M4N6P7R8S9`;
const options = { seed: '1', hourMs: 1000, answerDays: 14 };

const requestOf = (submission: number, over = {}) => build(APPLICATION, submission, over);
const eventsOf = (behaviour: Behaviour, request: SubmissionEvent, agency = 'asp'): (AgencyEvent | string)[] =>
  planReplies(request, agency, behaviour, options).replies.map(({ message }) => {
    const read = fromMessage(message);
    return read.ok ? read.event : read.cause;
  });
const summarize = (event: AgencyEvent | string): string =>
  typeof event === 'string'
    ? event
    : event.type === REPLY_TYPES.decided
      ? event.data.outcome
      : event.type.replace(/^md\.cups\.reply\.(.*)\.v1$/, '$1');

describe('planReplies', () => {
  test.each<[Behaviour, number, string[]]>([
    ['quick', 1, ['acknowledged', 'approved']],
    ['slow', 1, ['acknowledged', 'progressed', 'approved']],
    ['asks-for-documents', 1, ['acknowledged', 'documents-requested']],
    ['asks-for-documents', 2, ['acknowledged', 'approved']],
    ['asks-for-documents', 3, ['acknowledged', 'approved']],
    ['asks-twice', 1, ['acknowledged', 'documents-requested']],
    ['asks-twice', 2, ['acknowledged', 'documents-requested']],
    ['asks-twice', 3, ['acknowledged', 'approved']],
    ['rejects', 1, ['acknowledged', 'rejected']],
    ['silent', 1, []],
    ['garbage', 1, ['NOT_CLOUDEVENTS', 'NOT_JSON', 'CONTENT_INVALID', 'acknowledged', 'approved']],
    ['sends-twice', 1, ['acknowledged', 'acknowledged', 'approved', 'approved']],
    ['out-of-order', 1, ['approved', 'acknowledged']],
    ['decides-anyway', 1, ['acknowledged', 'approved']],
    ['corrects-result', 1, ['acknowledged', 'approved', 'result-corrected']],
    ['revokes-result', 1, ['acknowledged', 'approved', 'result-revoked']],
  ])('plans the replies of %s to submission %d', (behaviour, submission, expected) => {
    expect(eventsOf(behaviour, requestOf(submission)).map(summarize)).toEqual(expected);
  });
  test.each(BEHAVIOURS)('acknowledges a correction, and leaves the other replies of %s to their plan', (behaviour) => {
    const correction = { ...requestOf(2), type: REQUEST_TYPES.corrected } as SubmissionEvent;
    expect(planReplies(correction, 'asp', behaviour, options).replies.map(({ kind }) => kind)).toEqual(
      behaviour === 'silent' ? [] : ['acknowledged'],
    );
  });
  test('stops at a withdrawal, except with decides-anyway', () => {
    const hurrying = BEHAVIOURS.filter(
      (behaviour) => planReplies(requestOf(1), 'asp', behaviour, options).afterEnd === 'hurry',
    );
    expect(hurrying).toEqual(['decides-anyway']);
  });
  test('repeats a duplicate byte for byte', () => {
    const [acknowledged, again, decided, decidedAgain] = planReplies(
      requestOf(1),
      'asp',
      'sends-twice',
      options,
    ).replies;
    expect(again!.message).toEqual(acknowledged!.message);
    expect(decidedAgain!.message).toEqual(decided!.message);
    expect(decided!.message).not.toEqual(acknowledged!.message);
  });
});

describe('a reply', () => {
  const find = (behaviour: Behaviour, request: SubmissionEvent, type: string, agency = 'asp') =>
    eventsOf(behaviour, request, agency).find((reply) => typeof reply !== 'string' && reply.type === type);

  test('has the same reference of the agency and year for a delivery', () => {
    expect(referenceOf(APPLICATION, 'asp')).toMatch(/^ASP-2026-\d{6}$/);
    expect(referenceOf(APPLICATION, 'mai')).not.toBe(referenceOf(APPLICATION, 'asp').replace('ASP', 'MAI'));
    const references = eventsOf('slow', requestOf(1)).map((event) => (event as { data: object }).data);
    expect(references).toEqual(
      Array(3).fill(expect.objectContaining({ agencyReference: referenceOf(APPLICATION, 'asp') })),
    );
  });
  test('requests documents without a seen original, by a date in Chisinau', () => {
    expect(find('asks-for-documents', requestOf(1), REPLY_TYPES.documentsRequested)).toMatchObject({
      causationid: requestOf(1).id,
      data: { documents: [{ kind: 'birth-certificate' }], answerBy: '2026-12-09', message: { ru: expect.any(String) } },
    });
  });
  test('reports progress with the day of the expected decision in Chisinau', () => {
    const progressed = find('slow', requestOf(1), REPLY_TYPES.progressed) as { time: string } | undefined;
    const day = new Date(Date.parse(progressed!.time) + 14 * 86_400_000);
    expect(progressed).toMatchObject({
      data: { expectedDecisionDate: day.toLocaleDateString('sv-SE', { timeZone: 'Europe/Chisinau' }) },
    });
  });
  test('requests an identity document if there is no evidence', () => {
    const bare = requestOf(1, { evidence: [] });
    expect(find('asks-for-documents', bare, REPLY_TYPES.documentsRequested)).toMatchObject({
      data: { documents: [{ kind: 'identity-document' }] },
    });
  });
  test('has the reason of a rejection in three languages', () => {
    const text = expect.any(String);
    expect(find('rejects', requestOf(1), REPLY_TYPES.decided)).toMatchObject({
      data: {
        outcome: 'rejected',
        reason: { ro: text, ru: text, en: text },
        appeal: {
          how: { ro: text, ru: text, en: text },
          until: expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/) as unknown,
        },
      },
    });
  });
  test('has a verification code, and a validity of 90 days on paper', () => {
    const decided = find('quick', requestOf(1), REPLY_TYPES.decided) as { time: string; data: Decided };
    const { verificationCode, validUntil } = decided.data.result!;
    expect(verificationCode).toMatch(/^\w{10}$/);
    const days = (Date.parse(validUntil!) - Date.parse(decided.time)) / 86_400_000;
    expect(Math.round(days)).toBeGreaterThanOrEqual(89);
    expect(Math.round(days)).toBeLessThanOrEqual(90);
  });
  test('has an address of verification at the host that the file of the agency lists', () => {
    const file = readFileSync(join(import.meta.dirname, '../../../data/agencies/asp.yaml'), 'utf8');
    const host = /^verificationHosts: \[(.*)\]$/m.exec(file)?.[1];
    const decided = find('quick', requestOf(1), REPLY_TYPES.decided) as { data: Decided };
    const corrected = find('corrects-result', requestOf(1), REPLY_TYPES.resultCorrected) as { data: Decided };
    for (const { result } of [decided.data, corrected.data])
      expect(result?.verificationUrl).toBe(`https://${host}/${result?.number}`);
    expect(JSON.stringify(eventsOf('quick', requestOf(1), 'cnas'))).not.toContain('verificationUrl');
  });
  test('has the requested kind of result; a payment for a pension or an allowance', () => {
    const electronic = requestOf(1, { delivery: { kind: 'electronic' } });
    expect(find('quick', electronic, REPLY_TYPES.decided)).toMatchObject({
      data: { result: { kind: 'electronic', number: expect.stringMatching(/^ASP-R-\d{8}$/) } },
    });
    const title = { ro: 'Pensie', ru: 'Пенсия', en: 'Pension' };
    const pension = requestOf(1, { publicService: { code: 'old-age-pension', version: '1', title } });
    expect(find('quick', pension, REPLY_TYPES.decided)).toMatchObject({ data: { result: { kind: 'payment' } } });
  });
});

describe('for every request', () => {
  const time = fc.date({ min: new Date('2020-01-01'), max: new Date('2060-01-01'), noInvalidDate: true });
  const ulids = fc
    .tuple(time, fc.array(fc.constantFrom(...'0123456789ABCDEFGHJKMNPQRSTVWXYZ'), { minLength: 16, maxLength: 16 }))
    .map(([at, rest]) => `applications/${encodeTime(at.getTime(), 10)}${rest.join('')}`);
  const requests = fc
    .tuple(ulids, fc.integer({ min: 1, max: 4 }), time)
    .map(([application, n, at]) => ({ ...build(application, n), time: at.toISOString() }));
  const anyBehaviour = fc.constantFrom(...BEHAVIOURS);

  test('replies are deterministic and ordered by delay', () => {
    fc.assert(
      fc.property(requests, anyBehaviour, fc.string(), (request, behaviour, seed) => {
        const once = planReplies(request, 'asp', behaviour, { ...options, seed });
        expect(planReplies(structuredClone(request), 'asp', behaviour, { ...options, seed })).toEqual(once);
        const delays = once.replies.map(({ afterMs }) => afterMs);
        expect(delays).toEqual([...delays].sort((a, b) => a - b));
      }),
    );
  });
  test('valid behaviours send valid replies, with distinct IDs unless duplicated', () => {
    fc.assert(
      fc.property(requests, anyBehaviour, (request, behaviour) => {
        const { replies } = planReplies(request, 'asp', behaviour, options);
        const seen = new Map<string, string>();
        for (const { kind, message } of replies) {
          if (kind === 'bytes') continue;
          expect(fromMessage(message).ok).toBe(!['halfMessage', 'brokenReply'].includes(kind));
          const id = message.headers['ce_id']!;
          expect(seen.get(id) ?? message.value.toString()).toBe(message.value.toString());
          seen.set(id, message.value.toString());
        }
      }),
    );
  });
  test('replies contain no form data', () => {
    fc.assert(
      fc.property(requests, anyBehaviour, (request, behaviour) => {
        const { replies } = planReplies(request, 'asp', behaviour, options);
        const text = replies.map(({ message }) => `${JSON.stringify(message.headers)}${message.value}`).join();
        expect(text).not.toMatch(/2900000000012|Exemplu|1954-03-09/);
      }),
    );
  });
});
