import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { Content, Message } from '@cups/application';
import { applyAgencyUpdate } from '../src/domain/agency-updates.ts';
import type { Application } from '../src/domain/application.ts';
import { correctApplication } from '../src/domain/commands/correction.ts';
import type { Correction } from '../src/domain/commands/correction.ts';
import {
  ACTOR,
  agencyUpdate,
  applicationInState,
  catchProblem,
  content,
  newDraft,
  NOW,
  OTHER_DELIVERY,
  runCommand,
  SUBMIT_CONTEXT,
  WORKING_TIME,
} from './fixtures.ts';
import { content as contentMessage, useIntake } from './world.ts';

const scene = useIntake();
const { at } = scene;
const LATER = new Date(NOW.getTime() + 3_600_000);

const correct = (app: Application, correction: Correction, now = LATER) =>
  correctApplication(app, { ...ACTOR, now }, correction, SUBMIT_CONTEXT);
const otherDelivery: Correction = { fields: ['delivery'], update: { delivery: OTHER_DELIVERY } };
const decided = (app: Application, decideTime: Date, now = LATER) =>
  applyAgencyUpdate(app, { ...agencyUpdate('approved', now), decision: { decideTime } }, WORKING_TIME).document;
const alertsOf = ({ deskAlerts }: Application) => deskAlerts.map(({ kind }) => kind);

describe('correctApplication', () => {
  const filed = applicationInState('submitted');

  test('freezes the next submission, and leaves the former, the state and the due date as they are', () => {
    const { document, events } = correct(filed, otherDelivery);
    expect(document).toMatchObject({
      state: 'submitted',
      dueDate: filed.dueDate,
      content: { delivery: OTHER_DELIVERY },
    });
    expect(document.submissions[0]).toBe(filed.submissions[0]);
    expect(document.submissions[1]).toMatchObject({
      number: 2,
      submitTime: LATER,
      dueDate: filed.dueDate,
      correctedFields: ['delivery'],
      content: { delivery: OTHER_DELIVERY, applicant: filed.content.applicant },
    });
    expect(document.submissions[1]!.content).not.toHaveProperty('contact');
    expect(document.history.at(-1)).toMatchObject({ kind: 'correct-submission', submission: 2, fields: ['delivery'] });
    expect(events).toEqual([{ type: 'ApplicationCorrected', submission: 2 }]);
  });

  test('records nothing for the same content', () => {
    const { delivery, evidence } = JSON.parse(JSON.stringify(filed.content)) as Content;
    const same = { fields: ['delivery', 'evidence'] as const, update: { delivery, evidence } as Content };
    expect(correct(filed, same)).toEqual({ document: filed, events: [] });
  });

  test.each(['applicant', 'represented', 'contact', 'costOption'] as const)('never corrects %s', (field) => {
    const update = { fields: ['delivery', field], update: { ...content(), delivery: OTHER_DELIVERY } } as Correction;
    expect(catchProblem(() => correct(filed, update)).violations).toMatchObject([
      { field: `/${field}`, rule: 'NOT_ALLOWED' },
    ]);
  });

  test('requires complete content, as at filing', () => {
    const { violations } = catchProblem(() => correct(filed, { fields: ['evidence', 'delivery'], update: {} }));
    expect(violations).toMatchObject([
      { field: '/evidence', rule: 'EVIDENCE_MISSING' },
      { field: '/delivery', rule: 'REQUIRED' },
    ]);
  });

  test('keeps an open request for documents, and what was supplied for it', () => {
    const identity = content().evidence![0]!;
    const supplied = { kind: 'birth-certificate', originalSeen: true };
    const requested = { ...agencyUpdate('documents-requested'), request: undefined };
    const request = { id: 'message', evidenceKinds: ['birth-certificate', 'diploma'], answerBy: '2026-04-10' };
    const open = applyAgencyUpdate(filed, { ...requested, request }, WORKING_TIME).document;
    const partial: Application = {
      ...open,
      content: { ...open.content, evidence: [identity, supplied] },
      documentRequest: { ...open.documentRequest!, suppliedKinds: ['birth-certificate'] },
    };
    const { document } = correct(partial, otherDelivery);
    expect(document).toMatchObject({ state: 'documents-requested', documentRequest: partial.documentRequest });
    expect(document.timer).toBe(partial.timer);
    const dropping: Correction = { fields: ['evidence'], update: { evidence: [identity] } };
    expect(catchProblem(() => correct(partial, dropping)).violations).toMatchObject([
      { field: '/evidence', rule: 'EVIDENCE_MISSING' },
    ]);
    const answered = runCommand(document, 'supply-documents', ['specialist'], LATER).document;
    expect(answered.submissions.map(({ number, correctedFields }) => [number, correctedFields])).toEqual([
      [1, undefined],
      [2, ['delivery']],
      [3, undefined],
    ]);
    expect(answered.submissions[2]!.content.delivery).toEqual(OTHER_DELIVERY);
  });

  test('keeps at most 20 corrections', () => {
    let app: Application = filed;
    const next = (n: number) =>
      correct(app, { fields: ['delivery'], update: { delivery: { kind: 'post', note: `Lozova ${n}` } } });
    for (let n = 0; n < 20; n += 1) app = next(n).document;
    expect(catchProblem(() => next(20)).violations).toMatchObject([{ rule: 'TOO_MANY_CHANGES' }]);
  });
});

describe('a decision that crosses a correction', () => {
  const filed = applicationInState('submitted');

  test('stands if it was recorded first: nothing is corrected any more', () => {
    const app = decided(filed, NOW);
    expect(catchProblem(() => correct(app, otherDelivery)).reason).toBe('ACTION_NOT_ALLOWED');
  });

  test('stands if it was recorded second, with an alert when the agency decided before the correction', () => {
    const { document: corrected } = correct(filed, otherDelivery);
    const crossing = decided(corrected, NOW);
    expect(crossing.state).toBe('ready');
    expect(alertsOf(crossing)).toEqual(['decided-before-correction']);
    expect(alertsOf(decided(corrected, LATER))).toEqual([]);
    expect(alertsOf(decided(filed, NOW))).toEqual([]);
  });

  test('raises no alert without a correction', () => {
    const draft = newDraft();
    expect(alertsOf(decided(runCommand(draft, 'submit', ['specialist']).document, NOW))).toEqual([]);
  });
});

describe('a message of an agency that had seen an earlier submission', () => {
  const filed = applicationInState('submitted');
  const open = applyAgencyUpdate(filed, agencyUpdate('documents-requested'), WORKING_TIME).document;
  const supplied = runCommand(open, 'supply-documents', ['specialist'], LATER).document;
  const receive = (app: Application, message: Message, seenSubmission?: number) =>
    applyAgencyUpdate(
      app,
      { ...agencyUpdate(message, new Date(LATER.getTime() + 1_000)), ...(seenSubmission ? { seenSubmission } : {}) },
      WORKING_TIME,
    ).document;
  const ALERT = 'answered-earlier-submission';

  test.each(['approved', 'rejected', 'documents-requested', 'passed-on'] as const)(
    'counts, with an alert: %s',
    (message) => {
      const document = receive(supplied, message, 1);
      expect(alertsOf(document)).toContain(ALERT);
      expect(document.state).toBe(receive(supplied, message, 2).state);
      expect(alertsOf(receive(supplied, message, 2))).not.toContain(ALERT);
      // An earlier release of the bridge does not know it.
      expect(alertsOf(receive(supplied, message))).not.toContain(ALERT);
    },
  );

  test.each(['acknowledged', 'progressed'] as const)('has no alert if it depends on no content: %s', (message) => {
    expect(alertsOf(receive(supplied, message, 1))).not.toContain(ALERT);
  });

  test('has the alert of a crossing instead if it decided before a correction', () => {
    const { document: corrected } = correct(filed, otherDelivery);
    const update = { ...agencyUpdate('rejected', LATER), decision: { decideTime: NOW }, seenSubmission: 1 };
    const crossing = applyAgencyUpdate(corrected, update, WORKING_TIME).document;
    expect(alertsOf(crossing)).toEqual(['decided-before-correction']);
  });
});

describe('CorrectApplication', () => {
  const delivery = { kind: 'DELIVERY_CHOICE_KIND_POST', note: 'Lozova' } as const;
  const request = (app: { name: string; etag: string }, more: object = {}) => ({
    requestId: randomUUID(),
    name: app.name,
    etag: app.etag,
    content: { delivery },
    updateFields: ['delivery'],
    ...more,
  });

  test('serves the correction to the bridge, and the former submission unchanged', async () => {
    const app = await at().file(1);
    expect(app.allowedActions).toContain('ACTION_CORRECT_SUBMISSION');
    const corrected = request(app);
    const { application } = await at().correctApplication(corrected);
    expect(application).toMatchObject({ state: 'STATE_SUBMITTED', submissionCount: 2, content: { delivery } });
    expect((await at().correctApplication(corrected)).replayed).toBe(true);
    const bridge = scene.world.clientAt(scene.port, 'agency-bridge');
    const read = (number: number) => bridge.getSubmission({ name: `${app.name}/submissions/${number}` });
    expect(await read(2)).toMatchObject({
      correctedFields: ['delivery'],
      content: { delivery, contact: null },
      dueDate: app.dueDate,
      answersRequest: '',
    });
    expect(await read(1)).toMatchObject({ correctedFields: [], content: { delivery: app.content!.delivery } });
    expect((await at().history(app.name)).at(-1)).toMatchObject({ kind: 'correct-submission', fields: ['delivery'] });
  });

  test('requires the current etag', async () => {
    const app = await at().file(2);
    await expect(at().correctApplication(request(app, { etag: '' }))).rejects.toMatchObject({ reason: 'ETAG_MISSING' });
    await at().addNote({ requestId: randomUUID(), name: app.name, text: 'meanwhile' });
    await expect(at().correctApplication(request(app))).rejects.toMatchObject({ reason: 'ETAG_STALE' });
  });

  test('rejects fields that are not corrected, and unknown ones', async () => {
    const app = await at().file(3);
    for (const [updateFields, rule] of [
      [['applicant'], 'NOT_ALLOWED'],
      [['public_service'], 'UNKNOWN_VALUE'],
      [[], 'REQUIRED'],
    ] as const) {
      const rejected = at().correctApplication(request(app, { updateFields, content: contentMessage(3) }));
      await expect(rejected).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT', violations: [{ rule }] });
    }
  });
});
