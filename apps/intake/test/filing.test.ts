import { describe, expect, test } from '@jest/globals';
import * as drafts from '../src/domain/acts/draft.ts';
import * as filing from '../src/domain/acts/filing.ts';
import { supplyDocuments } from '../src/domain/acts/supply.ts';
import { receive } from '../src/domain/agency.ts';
import { UNKNOWN_WORKING_TIME } from '../src/domain/terms.ts';
import { act, ACTOR, content, WORKING, inState, newDraft, PARTS, problemOf, VERSION, word } from './people.ts';

/** What is filed, when it is due, and what must be complete: the acts of a desk as functions. */

describe('Submitting', () => {
  test('Submitting freezes submission 1, gives the due date, and says so once.', () => {
    const { document, events } = filing.submit(newDraft(), ACTOR, PARTS);
    expect(document).toMatchObject({
      dueDate: '2026-03-24',
      submissions: [{ number: 1, content: { costOption: 'normal' } }],
    });
    const { contact, ...frozen } = document.content;
    expect([contact, document.submissions[0]!.content]).toEqual([{ none: true }, frozen]);
    expect(events.map((event) => event.type)).toEqual(['ApplicationSubmitted']);
  });

  test.each([
    ['open', 'no-term'],
    ['paid', 'awaiting-payment'],
  ])('Under the cost option %s there is no due date: %s.', (costOption, noDueDateReason) => {
    const { document } = filing.submit(newDraft({ content: content({ costOption }) }), ACTOR, PARTS);
    expect(document.dueDate).toBeUndefined();
    expect(document.noDueDateReason).toBe(noDueDateReason);
  });

  test('An empty draft is told everything that is missing at once.', () => {
    const problem = problemOf(() => filing.submit(newDraft({ content: {} }), ACTOR, PARTS));
    expect(problem.reason).toBe('FILE_INCOMPLETE');
    expect(problem.violations.map((violation) => violation.field)).toEqual([
      '/applicant/idnp',
      '/applicant/givenName',
      '/applicant/familyName',
      '/applicant/birthDate',
      '/applicant/language',
      '/contact',
      '/mandate',
      '/evidence',
      '/costOption',
      '/delivery',
    ]);
  });

  test('A cost option of consulates is not offered at a town hall.', () => {
    const app = newDraft({ content: content({ costOption: 'abroad' }) });
    expect(problemOf(() => filing.submit(app, ACTOR, PARTS)).violations).toMatchObject([
      { field: '/costOption', rule: 'ONE_OF' },
    ]);
  });

  test('Acting for another needs more than presence.', () => {
    const { idnp: _unknown, ...represented } = content().applicant!;
    const app = newDraft({ content: content({ represented }) });
    const fields = problemOf(() => filing.submit(app, ACTOR, PARTS)).violations.map(({ field }) => field);
    expect(fields).toEqual(['/represented/idnp', '/mandate/kind']);
  });

  test('A draft whose version has ended is refused, and filed once it is renewed.', () => {
    const old = { ...VERSION, validTo: '2026-03-09' };
    const app = newDraft({ version: old });
    expect(problemOf(() => filing.submit(app, ACTOR, PARTS)).reason).toBe('SERVICE_VERSION_EXPIRED');
    const renewed = drafts.renew(app, ACTOR, VERSION).document;
    expect(filing.submit(renewed, ACTOR, PARTS).document.state).toBe('submitted');
  });

  test('A draft whose version ended at midnight is filed just after it, where that is said at once, and not later.', () => {
    const created = new Date('2026-03-08T09:00:00Z');
    const app = { ...newDraft({ version: { ...VERSION, validTo: '2026-03-09' } }), createTime: created };
    // Midnight in Chisinau.
    const occurTime = new Date('2026-03-09T21:59:00Z');
    const told = (now: string) => filing.submit(app, { ...ACTOR, occurTime, now: new Date(now) }, PARTS).document;
    expect(told('2026-03-09T22:02:00Z').submitTime).toEqual(occurTime);
    expect(problemOf(() => told('2026-03-09T22:05:00Z')).violations).toMatchObject([{ rule: 'OCCUR_TIME_RANGE' }]);
  });

  test('A bad IDNP is refused in a draft already.', () => {
    const applicant = { ...content().applicant, idnp: '2900000000018' };
    expect(problemOf(() => newDraft({ content: content({ applicant }) })).reason).toBe('IDNP_INVALID');
  });

  test('Answers over 64 KiB are refused.', () => {
    const answers = { text: 'x'.repeat(70_000) };
    expect(problemOf(() => newDraft({ content: content({ answers }) })).reason).toBe('ANSWERS_TOO_LARGE');
  });
});

describe('Documents that were asked for', () => {
  test('All papers that were asked for must come.', () => {
    const app = inState('documents-requested');
    const problem = problemOf(() => supplyDocuments(app, ACTOR, { evidence: [] }, PARTS));
    expect(problem.violations).toMatchObject([
      { field: '/evidence', rule: 'EVIDENCE_MISSING', params: { kind: 'birth-certificate' } },
    ]);
  });

  test('Supplying freezes submission 2, names what it answers, and starts the clock again.', () => {
    const asked = inState('documents-requested');
    expect(asked).toMatchObject({ noDueDateReason: 'clock-stopped', termLeft: { amount: 10 } });
    const later = new Date('2026-03-17T09:00:00Z');
    const { document, events } = act(asked, 'supply-documents', ['specialist'], later);
    expect(document.submissions.map(({ number }) => number)).toEqual([1, 2]);
    expect(document.submissions[1]!.answersRequest).toBe(asked.documentRequest!.id);
    expect(document.history.at(-1)).toMatchObject({ kind: 'supply-documents', answers: asked.documentRequest!.id });
    expect(document.dueDate).toBe('2026-03-31');
    expect(document.documentRequest).toBeUndefined();
    expect(events[0]).toMatchObject({ type: 'DocumentsSupplied', submission: 2 });
  });

  test('While documents are asked for a second time, the clock stays stopped.', () => {
    const again = receive(inState('documents-requested'), word('documents-requested'), WORKING).document;
    expect(again).toMatchObject({ noDueDateReason: 'clock-stopped', termLeft: { amount: 10 } });
  });
});

describe('A term that reaches a year whose days off are not known', () => {
  const unknown = { ...PARTS, working: UNKNOWN_WORKING_TIME };

  test('An application whose term reaches an unknown year is filed without a due date, and says why.', () => {
    const { document } = filing.submit(newDraft(), ACTOR, unknown);
    expect(document).toMatchObject({ state: 'submitted', noDueDateReason: 'calendar-unknown' });
    expect(document.dueDate).toBeUndefined();
  });

  test('Papers are asked for also by an agency whose file is gone: then the term is not counted any more.', () => {
    const filed = filing.submit(newDraft(), ACTOR, PARTS).document;
    const asked = receive(filed, word('documents-requested'), UNKNOWN_WORKING_TIME).document;
    expect(asked).toMatchObject({ state: 'documents-requested', noDueDateReason: 'calendar-unknown' });
    expect([asked.dueDate, asked.termLeft]).toEqual([undefined, undefined]);
  });

  test('Papers that were asked for are supplied also when the term reaches an unknown year.', () => {
    const asked = receive(
      filing.submit(newDraft(), ACTOR, PARTS).document,
      word('documents-requested'),
      WORKING,
    ).document;
    const evidence = [{ kind: 'birth-certificate', originalSeen: true }];
    const { document } = supplyDocuments(asked, ACTOR, { evidence }, unknown);
    expect(document).toMatchObject({ state: 'in-progress', noDueDateReason: 'calendar-unknown' });
  });
});
