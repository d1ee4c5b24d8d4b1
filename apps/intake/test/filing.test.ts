import { describe, expect, test } from '@jest/globals';
import * as drafts from '../src/domain/commands/draft.ts';
import * as filing from '../src/domain/commands/filing.ts';
import { supplyDocuments } from '../src/domain/commands/supply.ts';
import { applyAgencyUpdate } from '../src/domain/agency-updates.ts';
import { UNKNOWN_WORKING_TIME } from '../src/domain/terms.ts';
import {
  runCommand,
  ACTOR,
  content,
  WORKING_TIME,
  applicationInState,
  newDraft,
  SUBMIT_CONTEXT,
  catchProblem,
  VERSION,
  agencyUpdate,
} from './fixtures.ts';

/** What is filed, when it is due, and what must be complete: the acts of a desk as functions. */

describe('Submitting', () => {
  test('Submitting freezes submission 1, gives the due date, and says so once.', () => {
    const { document, events } = filing.submitApplication(newDraft(), ACTOR, SUBMIT_CONTEXT);
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
    const { document } = filing.submitApplication(
      newDraft({ content: content({ costOption }) }),
      ACTOR,
      SUBMIT_CONTEXT,
    );
    expect(document.dueDate).toBeUndefined();
    expect(document.noDueDateReason).toBe(noDueDateReason);
  });

  test('An empty draft is told everything that is missing at once.', () => {
    const problem = catchProblem(() => filing.submitApplication(newDraft({ content: {} }), ACTOR, SUBMIT_CONTEXT));
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
    expect(catchProblem(() => filing.submitApplication(app, ACTOR, SUBMIT_CONTEXT)).violations).toMatchObject([
      { field: '/costOption', rule: 'ONE_OF' },
    ]);
  });

  test('Acting for another needs more than presence.', () => {
    const { idnp: _unknown, ...represented } = content().applicant!;
    const app = newDraft({ content: content({ represented }) });
    const fields = catchProblem(() => filing.submitApplication(app, ACTOR, SUBMIT_CONTEXT)).violations.map(
      ({ field }) => field,
    );
    expect(fields).toEqual(['/represented/idnp', '/mandate/kind']);
  });

  test('A draft whose version has ended is refused, and filed once it is renewed.', () => {
    const old = { ...VERSION, validTo: '2026-03-09' };
    const app = newDraft({ version: old });
    expect(catchProblem(() => filing.submitApplication(app, ACTOR, SUBMIT_CONTEXT)).reason).toBe(
      'SERVICE_VERSION_EXPIRED',
    );
    const renewed = drafts.renewDraft(app, ACTOR, VERSION).document;
    expect(filing.submitApplication(renewed, ACTOR, SUBMIT_CONTEXT).document.state).toBe('submitted');
  });

  test('A draft whose version ended at midnight is filed just after it, where that is said at once, and not later.', () => {
    const created = new Date('2026-03-08T09:00:00Z');
    const app = { ...newDraft({ version: { ...VERSION, validTo: '2026-03-09' } }), createTime: created };
    // Midnight in Chisinau.
    const occurTime = new Date('2026-03-09T21:59:00Z');
    const told = (now: string) =>
      filing.submitApplication(app, { ...ACTOR, occurTime, now: new Date(now) }, SUBMIT_CONTEXT).document;
    expect(told('2026-03-09T22:02:00Z').submitTime).toEqual(occurTime);
    expect(catchProblem(() => told('2026-03-09T22:05:00Z')).violations).toMatchObject([{ rule: 'OCCUR_TIME_RANGE' }]);
  });

  test('A bad IDNP is refused in a draft already.', () => {
    const applicant = { ...content().applicant, idnp: '2900000000018' };
    expect(catchProblem(() => newDraft({ content: content({ applicant }) })).reason).toBe('IDNP_INVALID');
  });

  test('Answers over 64 KiB are refused.', () => {
    const answers = { text: 'x'.repeat(70_000) };
    expect(catchProblem(() => newDraft({ content: content({ answers }) })).reason).toBe('ANSWERS_TOO_LARGE');
  });
});

describe('Documents that were asked for', () => {
  test('All papers that were asked for must come.', () => {
    const app = applicationInState('documents-requested');
    const problem = catchProblem(() => supplyDocuments(app, ACTOR, { evidence: [] }, SUBMIT_CONTEXT));
    expect(problem.violations).toMatchObject([
      { field: '/evidence', rule: 'EVIDENCE_MISSING', params: { kind: 'birth-certificate' } },
    ]);
  });

  test('Supplying freezes submission 2, names what it answers, and starts the clock again.', () => {
    const asked = applicationInState('documents-requested');
    expect(asked).toMatchObject({ noDueDateReason: 'clock-stopped', termLeft: { amount: 10 } });
    const later = new Date('2026-03-17T09:00:00Z');
    const { document, events } = runCommand(asked, 'supply-documents', ['specialist'], later);
    expect(document.submissions.map(({ number }) => number)).toEqual([1, 2]);
    expect(document.submissions[1]!.answersRequest).toBe(asked.documentRequest!.id);
    expect(document.history.at(-1)).toMatchObject({ kind: 'supply-documents', answers: asked.documentRequest!.id });
    expect(document.dueDate).toBe('2026-03-31');
    expect(document.documentRequest).toBeUndefined();
    expect(events[0]).toMatchObject({ type: 'DocumentsSupplied', submission: 2 });
  });

  test('While documents are asked for a second time, the clock stays stopped.', () => {
    const again = applyAgencyUpdate(
      applicationInState('documents-requested'),
      agencyUpdate('documents-requested'),
      WORKING_TIME,
    ).document;
    expect(again).toMatchObject({ noDueDateReason: 'clock-stopped', termLeft: { amount: 10 } });
  });
});

describe('A term that reaches a year whose days off are not known', () => {
  const unknown = { ...SUBMIT_CONTEXT, workingTime: UNKNOWN_WORKING_TIME };

  test('An application whose term reaches an unknown year is filed without a due date, and says why.', () => {
    const { document } = filing.submitApplication(newDraft(), ACTOR, unknown);
    expect(document).toMatchObject({ state: 'submitted', noDueDateReason: 'calendar-unknown' });
    expect(document.dueDate).toBeUndefined();
  });

  test('Papers are asked for also by an agency whose file is gone: then the term is not counted any more.', () => {
    const filed = filing.submitApplication(newDraft(), ACTOR, SUBMIT_CONTEXT).document;
    const asked = applyAgencyUpdate(filed, agencyUpdate('documents-requested'), UNKNOWN_WORKING_TIME).document;
    expect(asked).toMatchObject({ state: 'documents-requested', noDueDateReason: 'calendar-unknown' });
    expect([asked.dueDate, asked.termLeft]).toEqual([undefined, undefined]);
  });

  test('Papers that were asked for are supplied also when the term reaches an unknown year.', () => {
    const asked = applyAgencyUpdate(
      filing.submitApplication(newDraft(), ACTOR, SUBMIT_CONTEXT).document,
      agencyUpdate('documents-requested'),
      WORKING_TIME,
    ).document;
    const evidence = [{ kind: 'birth-certificate', originalSeen: true }];
    const { document } = supplyDocuments(asked, ACTOR, { evidence }, unknown);
    expect(document).toMatchObject({ state: 'in-progress', noDueDateReason: 'calendar-unknown' });
  });
});
