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

describe('submitApplication', () => {
  test('freezes submission 1, sets the due date and publishes one event', () => {
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
  ])('sets no due date for the cost option %s: %s', (costOption, noDueDateReason) => {
    const { document } = filing.submitApplication(
      newDraft({ content: content({ costOption }) }),
      ACTOR,
      SUBMIT_CONTEXT,
    );
    expect(document.dueDate).toBeUndefined();
    expect(document.noDueDateReason).toBe(noDueDateReason);
  });

  test('reports everything that an empty draft lacks', () => {
    const problem = catchProblem(() => filing.submitApplication(newDraft({ content: {} }), ACTOR, SUBMIT_CONTEXT));
    expect(problem.reason).toBe('APPLICATION_INCOMPLETE');
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

  test('rejects a cost option of missions at a town hall', () => {
    const app = newDraft({ content: content({ costOption: 'abroad' }) });
    expect(catchProblem(() => filing.submitApplication(app, ACTOR, SUBMIT_CONTEXT)).violations).toMatchObject([
      { field: '/costOption', rule: 'ONE_OF' },
    ]);
  });

  test('requires a mandate other than own presence for a represented person', () => {
    const { idnp: _unknown, ...represented } = content().applicant!;
    const app = newDraft({ content: content({ represented }) });
    const fields = catchProblem(() => filing.submitApplication(app, ACTOR, SUBMIT_CONTEXT)).violations.map(
      ({ field }) => field,
    );
    expect(fields).toEqual(['/represented/idnp', '/mandate/kind']);
  });

  test('rejects a draft of an ended version until it is renewed', () => {
    const old = { ...VERSION, validTo: '2026-03-09' };
    const app = newDraft({ version: old });
    expect(catchProblem(() => filing.submitApplication(app, ACTOR, SUBMIT_CONTEXT)).reason).toBe(
      'SERVICE_VERSION_EXPIRED',
    );
    const renewed = drafts.renewDraft(app, ACTOR, VERSION).document;
    expect(filing.submitApplication(renewed, ACTOR, SUBMIT_CONTEXT).document.state).toBe('submitted');
  });

  test('files a version that ended at midnight by its claimed time, within five minutes', () => {
    const created = new Date('2026-03-08T09:00:00Z');
    const app = { ...newDraft({ version: { ...VERSION, validTo: '2026-03-09' } }), createTime: created };
    // Midnight in Chisinau.
    const occurTime = new Date('2026-03-09T21:59:00Z');
    const submitAt = (now: string) =>
      filing.submitApplication(app, { ...ACTOR, occurTime, now: new Date(now) }, SUBMIT_CONTEXT).document;
    expect(submitAt('2026-03-09T22:02:00Z').submitTime).toEqual(occurTime);
    expect(catchProblem(() => submitAt('2026-03-09T22:05:00Z')).violations).toMatchObject([
      { rule: 'OCCUR_TIME_RANGE' },
    ]);
  });

  test('rejects an invalid IDNP in a draft', () => {
    const applicant = { ...content().applicant, idnp: '2900000000018' };
    expect(catchProblem(() => newDraft({ content: content({ applicant }) })).reason).toBe('IDNP_INVALID');
  });

  test('rejects answers over 64 KiB', () => {
    const answers = { text: 'x'.repeat(70_000) };
    expect(catchProblem(() => newDraft({ content: content({ answers }) })).reason).toBe('ANSWERS_TOO_LARGE');
  });
});

describe('supplyDocuments', () => {
  test('reports a requested document that is missing', () => {
    const app = applicationInState('documents-requested');
    const problem = catchProblem(() => supplyDocuments(app, ACTOR, { evidence: [] }, SUBMIT_CONTEXT));
    expect(problem.violations).toMatchObject([
      { field: '/evidence', rule: 'EVIDENCE_MISSING', params: { kind: 'birth-certificate' } },
    ]);
  });

  test('freezes submission 2, references the request and restarts the clock', () => {
    const requested = applicationInState('documents-requested');
    expect(requested).toMatchObject({ noDueDateReason: 'clock-stopped', termLeft: { amount: 10 } });
    const later = new Date('2026-03-17T09:00:00Z');
    const { document, events } = runCommand(requested, 'supply-documents', ['specialist'], later);
    expect(document.submissions.map(({ number }) => number)).toEqual([1, 2]);
    expect(document.submissions[1]!.answersRequest).toBe(requested.documentRequest!.id);
    expect(document.history.at(-1)).toMatchObject({ kind: 'supply-documents', answers: requested.documentRequest!.id });
    expect(document.dueDate).toBe('2026-03-31');
    expect(document.documentRequest).toBeUndefined();
    expect(events[0]).toMatchObject({ type: 'DocumentsSupplied', submission: 2 });
  });

  test('keeps the clock stopped at a second request', () => {
    const again = applyAgencyUpdate(
      applicationInState('documents-requested'),
      agencyUpdate('documents-requested'),
      WORKING_TIME,
    ).document;
    expect(again).toMatchObject({ noDueDateReason: 'clock-stopped', termLeft: { amount: 10 } });
  });
});

describe('term in a year without a calendar', () => {
  const unknown = { ...SUBMIT_CONTEXT, workingTime: UNKNOWN_WORKING_TIME };

  test('files without a due date and stores the reason', () => {
    const { document } = filing.submitApplication(newDraft(), ACTOR, unknown);
    expect(document).toMatchObject({ state: 'submitted', noDueDateReason: 'calendar-unknown' });
    expect(document.dueDate).toBeUndefined();
  });

  test('accepts a document request, and drops the remaining term', () => {
    const filed = filing.submitApplication(newDraft(), ACTOR, SUBMIT_CONTEXT).document;
    const requested = applyAgencyUpdate(filed, agencyUpdate('documents-requested'), UNKNOWN_WORKING_TIME).document;
    expect(requested).toMatchObject({ state: 'documents-requested', noDueDateReason: 'calendar-unknown' });
    expect([requested.dueDate, requested.termLeft]).toEqual([undefined, undefined]);
  });

  test('accepts a supply without a due date', () => {
    const requested = applyAgencyUpdate(
      filing.submitApplication(newDraft(), ACTOR, SUBMIT_CONTEXT).document,
      agencyUpdate('documents-requested'),
      WORKING_TIME,
    ).document;
    const evidence = [{ kind: 'birth-certificate', originalSeen: true }];
    const { document } = supplyDocuments(requested, ACTOR, { evidence }, unknown);
    expect(document).toMatchObject({ state: 'in-progress', noDueDateReason: 'calendar-unknown' });
  });
});
