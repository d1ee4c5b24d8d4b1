import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { COMPLAINT_OUTCOMES, COMPLAINT_WAYS, MAX_COMPLAINTS } from '@cups/application';
import type { EscalationAction, EscalationStep } from '@cups/application/escalation';
import { applyAgencyUpdate } from '../src/domain/agency-updates.ts';
import type { Application } from '../src/domain/application.ts';
import { findComplaintGuards } from '../src/domain/complaints.ts';
import { prepareComplaint, recordComplaint, recordComplaintAnswer } from '../src/domain/commands/complaints.ts';
import { eraseApplication } from '../src/domain/data-end.ts';
import { isOperatorResponse, resolveQueueStatus } from '../src/domain/queue.ts';
import { rehash } from '../src/journal.ts';
import {
  ACTOR,
  agencyUpdate,
  applicationInState,
  asOwnApplication,
  catchProblem,
  content,
  NOW,
  runCommand,
  withOfferedComplaint,
  WORKING_TIME,
} from './fixtures.ts';

/** Complaints about a silent agency: when one is offered, what it says, and what is recorded about it. */

const AGENCY = { ro: 'Agenția Servicii Publice', ru: 'Агентство публичных услуг', en: 'Public Services Agency' };
const DAY = 86_400_000;
const later = (days: number) => ({ ...ACTOR, now: new Date(NOW.getTime() + days * DAY) });
const offered = withOfferedComplaint(applicationInState('in-progress'));
const prepare = (app: Application = offered, actor = ACTOR) => prepareComplaint(app, actor, AGENCY).document;
const file = (app: Application, { number = 1, date = '2026-03-11', actor = later(1) } = {}) =>
  recordComplaint(app, actor, { number, date, way: 'by-post', registrationNumber: 'P-77' }).document;
const answer = (app: Application, { number = 1, date = '2026-03-20', actor = later(10) } = {}) =>
  recordComplaintAnswer(app, actor, { number, date, outcome: 'partly-upheld', text: 'Decizia vine.' }).document;
const escalated = (step: EscalationStep, actions: EscalationAction[], more: Partial<Application> = {}): Application => {
  const app = applicationInState('submitted');
  const dueDate = app.dueDate!;
  return { ...app, escalations: [{ step, time: NOW, agency: 'agencies/asp', actions, dueDate }], ...more };
};

describe('a complaint is offered', () => {
  test.each<[string, boolean, Application]>([
    ['after a step that offers it', true, escalated('term-150', ['offer-complaint'])],
    ['after an earlier step, by a rule', true, escalated('unacknowledged', ['offer-complaint'])],
    ['not after a step that does not', false, escalated('term-150', ['mark-at-desk'])],
    ['not after another due date', false, escalated('term-150', ['offer-complaint'], { dueDate: '2026-05-01' })],
    ['not about a former agency', false, escalated('term-150', ['offer-complaint'], { agency: 'agencies/cnas' })],
    ['not without a step', false, applicationInState('submitted')],
    ['not while documents are requested', false, withOfferedComplaint(applicationInState('documents-requested'))],
    ['not after the decision', false, withOfferedComplaint(applicationInState('ready'))],
    ['not while one waits for an answer', false, file(prepare())],
    ['again after an answer', true, answer(file(prepare()))],
    ['again while one is not signed', true, prepare()],
  ])('%s', (_name, isOffered, app) => {
    expect(findComplaintGuards(app).includes('complaint-offered')).toBe(isOffered);
    if (!isOffered) expect(catchProblem(() => prepare(app, later(20))).reason).toBe('ACTION_NOT_ALLOWED');
  });

  test('at most ten times', () => {
    let app = offered;
    for (let n = 0; n < MAX_COMPLAINTS; n += 1) app = prepare(app);
    expect(app.complaints!.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(catchProblem(() => prepare(app)).reason).toBe('ACTION_NOT_ALLOWED');
  });

  test('to a colleague only, about an own application', () => {
    expect(catchProblem(() => prepare(asOwnApplication(offered))).reason).toBe('OWN_APPLICATION');
  });
});

describe('the text of a complaint', () => {
  test('says what the file says, to the head of the agency, and cites no law', () => {
    const [complaint] = prepare({ ...offered, agencyReference: 'ASP-7' }, later(30)).complaints!;
    expect(complaint).toMatchObject({
      number: 1,
      agency: 'agencies/asp',
      step: 'term-150',
      preparedBy: ACTOR.operator,
    });
    const lines = complaint!.text.ro!.split('\n');
    expect(lines[0]).toBe('Către conducătorul instituției: Agenția Servicii Publice');
    expect(lines[2]).toMatch(/^Eu, Test Testescu \(IDNP 2900\d{9}\), am depus la 10\.03\.2026, prin centrul „Lozova”/);
    expect(lines[2]).toContain(offered._id);
    expect(lines[3]).toBe('Numărul cererii la instituție: ASP-7.');
    expect(lines[4]).toBe('Termenul legal a trecut la 24.03.2026. Până la 09.04.2026 nu am primit o decizie.');
    expect(complaint!.text.ro).not.toMatch(/Legea|Codul administrativ|116/);
    // A secret of the person, which the agency does not have.
    expect(complaint!.text.ro).not.toContain(offered.trackingNumber);
  });

  test('mentions a missing acknowledgement and the reminders', () => {
    const app = escalated('unacknowledged', ['remind-agency', 'offer-complaint']);
    const text = prepare(app).complaints![0]!.text.ro!;
    expect(text).toContain('Instituția nu a confirmat că a primit cererea.');
    expect(text).toContain('prin platforma centrelor: 1.');
    expect(text).toContain('Până la 10.03.2026 nu am primit o decizie.');
    expect(text).not.toContain('Termenul legal');
  });

  test('is in Romanian and in the language of the person, with aligned lines, and names a represented person', () => {
    const { applicant } = content();
    const parties = {
      applicant: { ...applicant, language: 'ru' as const },
      represented: { ...applicant, givenName: 'Ana' },
    };
    const [complaint] = prepare({ ...offered, content: content(parties) }).complaints!;
    const { ro, ru, en } = complaint!.text;
    expect(en).toBeUndefined();
    expect(ru!.split('\n')).toHaveLength(ro!.split('\n').length);
    expect(ro).toContain('în numele persoanei Ana Testescu');
    expect(ru).toContain('Агентство публичных услуг');
    const hash = createHash('sha256').update(`${ro}\n${ru}`).digest('hex');
    expect(complaint!.textSha256).toBe(hash);
  });
});

describe('the record of a complaint', () => {
  test('keeps the frozen text, adds the filing and the answer, and events without content', () => {
    const prepared = prepareComplaint(offered, ACTOR, AGENCY);
    expect(prepared.events).toEqual([{ type: 'ApplicationComplaintChanged', number: 1, change: 'prepared' }]);
    const app = answer(file(prepared.document));
    const [before] = prepared.document.complaints!;
    expect(app.complaints).toEqual([
      {
        ...before,
        filing: {
          date: '2026-03-11',
          way: 'by-post',
          registrationNumber: 'P-77',
          recordedBy: ACTOR.operator,
          recordTime: later(1).now,
        },
        answer: {
          date: '2026-03-20',
          outcome: 'partly-upheld',
          text: 'Decizia vine.',
          recordedBy: ACTOR.operator,
          recordTime: later(10).now,
        },
      },
    ]);
    const rows = app.history.slice(-3);
    expect(rows.map(({ kind, complaintNumber }) => [kind, complaintNumber])).toEqual([
      ['prepare-complaint', 1],
      ['record-complaint', 1],
      ['record-complaint-answer', 1],
    ]);
    expect(JSON.stringify(rows)).not.toMatch(/P-77|Decizia|Testescu/);
    expect(rows.some(isOperatorResponse)).toBe(false);
    expect(app).toMatchObject({ state: offered.state, dueDate: offered.dueDate, submissions: offered.submissions });
  });

  test.each([...COMPLAINT_WAYS])('takes the way %s', (way) => {
    const record = { number: 1, date: '2026-03-10', way };
    expect(recordComplaint(prepare(), ACTOR, record).document.complaints![0]!.filing).toMatchObject({ way });
  });

  test.each([...COMPLAINT_OUTCOMES])('takes the outcome %s', (outcome) => {
    const record = { number: 1, date: '2026-03-20', outcome };
    const { document } = recordComplaintAnswer(file(prepare()), later(10), record);
    expect(document.complaints![0]!.answer).toMatchObject({ outcome });
  });

  test.each([
    ['a filing before the preparation', () => file(prepare(), { date: '2026-03-09' }), '/date', 'NOT_BEFORE'],
    ['a filing in the future', () => file(prepare(), { date: '2026-03-12' }), '/date', 'NOT_AFTER'],
    ['a filing of an older complaint', () => file(prepare(prepare()), { number: 1 }), '/number', 'INVALID'],
    ['an answer before the filing', () => answer(file(prepare()), { date: '2026-03-10' }), '/date', 'NOT_BEFORE'],
    ['an answer in the future', () => answer(file(prepare()), { date: '2026-03-21' }), '/date', 'NOT_AFTER'],
    ['an answer to another complaint', () => answer(file(prepare()), { number: 2 }), '/number', 'INVALID'],
  ])('rejects %s', (_name, run, field, rule) => {
    expect(catchProblem(run).violations).toMatchObject([{ field, rule }]);
  });

  test.each([
    ['a filing without a complaint', () => file(offered)],
    ['a second filing', () => file(file(prepare()))],
    ['an answer before the filing', () => answer(prepare())],
    ['a second answer', () => answer(answer(file(prepare())))],
  ])('does not allow %s', (_name, run) => {
    expect(catchProblem(run).reason).toBe('ACTION_NOT_ALLOWED');
  });

  test('takes an answer after the decision and after the end', () => {
    const decided = applyAgencyUpdate(file(prepare()), agencyUpdate('approved', later(5).now), WORKING_TIME).document;
    expect(answer(decided).state).toBe('ready');
    const withdrawn = runCommand(file(prepare()), 'withdraw', ['specialist'], later(5).now).document;
    expect(answer(withdrawn).complaints).toMatchObject([{ answer: { outcome: 'partly-upheld' } }]);
  });

  test('is open in the queue and for supervisors until it is answered', () => {
    const open = file(prepare());
    expect(resolveQueueStatus(open)).toMatchObject({
      complaintDate: '2026-03-11',
      oversight: { time: NOW, step: 'term-150' },
    });
    const decided = applyAgencyUpdate(open, agencyUpdate('approved', later(5).now), WORKING_TIME).document;
    expect(resolveQueueStatus(decided)).toMatchObject({
      complaintDate: '2026-03-11',
      oversight: { time: later(1).now },
    });
    expect(resolveQueueStatus(decided)?.oversight?.step).toBeUndefined();
    expect(resolveQueueStatus(answer(decided))).not.toHaveProperty('oversight');
    expect(resolveQueueStatus(prepare())).not.toHaveProperty('complaintDate');
    expect(resolveQueueStatus(runCommand(open, 'withdraw', ['specialist']).document)).toBeUndefined();
  });

  test('ends with the application, and a changed text or answer changes the hash of its action', () => {
    const app = { ...answer(file(prepare())), journalSalt: 'a'.repeat(32) };
    const hashes = [...rehash(app, app.history).values()];
    const changed = (complaint: object): Application => ({
      ...app,
      complaints: [{ ...app.complaints![0]!, ...complaint }],
    });
    const differences = (other: Application) =>
      [...rehash(other, app.history).values()].filter((hash, n) => Buffer.compare(hash, hashes[n]!) !== 0).length;
    expect(differences(app)).toBe(0);
    expect(differences(changed({ text: { ro: 'Altceva' } }))).toBe(1);
    expect(differences(changed({ answer: { ...app.complaints![0]!.answer!, text: 'Altceva' } }))).toBe(1);
    const erasure = { rule: 'closed-applications' as const, cause: 'expired' as const, startTime: NOW };
    const erased = JSON.stringify(eraseApplication({ ...app, erasure }, NOW));
    expect(erased).not.toMatch(/P-77|Decizia vine|conducătorul/);
  });
});
