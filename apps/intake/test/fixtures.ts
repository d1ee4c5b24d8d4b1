import { toCivilDate } from '@cups/application';
import type { Action, Content, Message, State } from '@cups/application';
import { isProblem } from '@cups/problem';
import { idnp } from '@cups/testing';
import * as complaints from '../src/domain/commands/complaints.ts';
import { correctApplication } from '../src/domain/commands/correction.ts';
import { changeContact } from '../src/domain/commands/contact.ts';
import { sendMessage } from '../src/domain/commands/messages.ts';
import * as drafts from '../src/domain/commands/draft.ts';
import { answerPassingOn } from '../src/domain/commands/passing-on.ts';
import * as filing from '../src/domain/commands/filing.ts';
import { supplyDocuments } from '../src/domain/commands/supply.ts';
import { recordPayment } from '../src/domain/commands/payment.ts';
import * as results from '../src/domain/commands/results.ts';
import * as timers from '../src/domain/commands/timers.ts';
import type { Actor, CommandResult } from '../src/domain/command.ts';
import type { NewApplication } from '../src/domain/commands/draft.ts';
import { applyAgencyUpdate } from '../src/domain/agency-updates.ts';
import type { AgencyUpdate } from '../src/domain/agency-updates.ts';
import type { Application, ServiceVersion } from '../src/domain/application.ts';
import type { WorkingTime } from '../src/domain/terms.ts';

/** Applications in every state, for tests of the domain. */

export const NOW = new Date('2026-03-10T09:00:00Z');

export const VERSION: ServiceVersion = {
  _id: 'civil-status-extract@1:0000',
  publicService: 'publicServices/civil-status-extract',
  version: '1',
  title: { ro: 'Extras', ru: 'Выписка', en: 'Extract' },
  agency: 'agencies/asp',
  evidence: [{ kind: 'identity-document', required: true }],
  costOptions: [
    { code: 'normal', centreKinds: [], term: { amount: 10, unit: 'working-days', from: 'submission' } },
    { code: 'paid', centreKinds: [], term: { amount: 1, unit: 'working-days', from: 'payment' } },
    { code: 'open', centreKinds: [] },
    { code: 'abroad', centreKinds: ['mission'] },
  ],
  form: {},
};

/** Usual working time, without holidays in the years of the tests. */
export const WORKING_TIME: WorkingTime = {
  timeZone: 'Europe/Chisinau',
  days: new Set([1, 2, 3, 4, 5]),
  opens: { hour: 8, minute: 0 },
  closes: { hour: 17, minute: 0 },
  holidays: new Map([2026, 2027].map((year) => [year, new Set<string>()])),
};

export function content(more: Partial<Content> = {}): Content {
  return {
    applicant: { idnp: idnp(1), givenName: 'Test', familyName: 'Testescu', birthDate: '1950-01-02', language: 'ro' },
    contact: { none: true },
    mandate: { kind: 'own-presence' },
    answers: { act: 'birth' },
    evidence: [{ kind: 'identity-document', number: 'B00000001', originalSeen: true }],
    costOption: 'normal',
    delivery: { kind: 'at-centre' },
    ...more,
  };
}

/** The IDNP of the operator in these tests. */
export const OWN_IDNP = idnp(99);

/** Takes no corrections of filed applications. */
export const AGENCY_WITHOUT_CORRECTIONS = 'agencies/mai';

/** Does not read messages of desks. */
export const AGENCY_WITHOUT_MESSAGES = 'agencies/cnas';

export const ACTOR: Actor = {
  operator: 'operators/cu-001-specialist',
  roles: ['specialist'],
  centre: 'centres/CU-001',
  now: NOW,
  cause: '0b7a1c9e-0000-4000-8000-000000000001',
  isPartyTo: ({ applicant, represented }) => [applicant?.idnp, represented?.idnp].includes(OWN_IDNP),
  acceptsCorrections: (agency) => agency !== AGENCY_WITHOUT_CORRECTIONS,
  acceptsMessages: (agency) => agency !== AGENCY_WITHOUT_MESSAGES,
};

/** A correction of the delivery. */
export const OTHER_DELIVERY = { kind: 'post', note: 'Lozova, str. Mare 1' } as const;

/** Returns the application with the operator as applicant or represented person. */
export function asOwnApplication(app: Application, as: 'applicant' | 'represented' = 'applicant'): Application {
  const operator = { ...app.content.applicant, idnp: OWN_IDNP };
  return { ...app, content: { ...app.content, [as]: operator } };
}

export function newDraft(more: Partial<NewApplication> = {}): Application {
  const fields = drafts.createDraft(
    {
      id: '01J00000000000000000000001',
      centre: 'centres/CU-001',
      centreName: 'Lozova',
      centreKind: 'town-hall',
      trackingNumber: '0000-0000-0000-00',
      version: VERSION,
      content: content(),
      ...more,
    },
    ACTOR,
  );
  return { ...fields, schemaVersion: 2, revision: 1, eventSeq: 0, createTime: NOW, updateTime: NOW };
}

/** Submits with a form that requires nothing. */
export const SUBMIT_CONTEXT = {
  version: VERSION,
  acceptsForeignDocuments: false,
  workingTime: WORKING_TIME,
  validateAnswers: () => [],
  mandateUse: { mandate: undefined, isRequired: false, isOf: () => true },
};

/** Runs an operator's action with a valid payload. */
export function runCommand(app: Application, action: Action, roles: readonly string[], now = NOW): CommandResult {
  const actor = { ...ACTOR, roles, now };
  switch (action) {
    case 'edit':
      return drafts.editDraft(app, actor, { fields: ['costOption'], update: { costOption: 'normal' } });
    case 'submit':
      return filing.submitApplication(app, actor, SUBMIT_CONTEXT);
    case 'withdraw':
      return filing.withdrawApplication(app, actor);
    case 'renew':
      return drafts.renewDraft(app, actor, VERSION);
    case 'supply-documents': {
      const kinds = app.documentRequest?.evidenceKinds ?? [];
      return supplyDocuments(
        app,
        actor,
        { evidence: kinds.map((kind) => ({ kind, originalSeen: true })) },
        SUBMIT_CONTEXT,
      );
    }
    case 'hand-over':
      return results.handOverResult(app, actor, { collectedBy: 'applicant', idDocumentKind: 'identity-document' });
    case 'confirm-arrival':
      return results.confirmArrival(app, actor);
    case 'choose-collection-centre':
      return results.chooseCollectionCentre(app, actor, {
        name: 'centres/CU-900',
        displayName: 'Another centre',
        isTraining: false,
      });
    case 'correct-submission':
      return correctApplication(
        app,
        actor,
        { fields: ['delivery'], update: { delivery: OTHER_DELIVERY } },
        SUBMIT_CONTEXT,
      );
    case 'send-message':
      return sendMessage(app, actor, { text: 'Este destulă copia?', language: 'ro' });
    case 'prepare-complaint':
      return complaints.prepareComplaint(app, actor, { ro: 'Agenția Servicii Publice' });
    case 'record-complaint':
    case 'record-complaint-answer':
      return recordOnComplaint(app, actor, action);
    case 'change-contact':
      return changeContact(app, actor, { phone: '+37369000099' });
    case 'consent-to-passing-on':
    case 'refuse-passing-on':
      return answerPassingOn(app, actor, action === 'consent-to-passing-on');
    case 'confirm-outcome':
      return results.confirmOutcome(app, actor, { needMet: true });
    case 'record-payment':
      return recordPayment(app, actor, { receiptNumber: 'CH-1', amountMinor: 11_000, currency: 'MDL' }, SUBMIT_CONTEXT);
    case 'correct':
      throw new Error('A correction opens another application.');
  }
}

/** Records the filing of the newest complaint, or its answer, on the day of the actor. */
function recordOnComplaint(
  app: Application,
  actor: Actor,
  action: 'record-complaint' | 'record-complaint-answer',
): CommandResult {
  const record = { number: app.complaints?.at(-1)?.number ?? 1, date: toCivilDate(actor.now) };
  return action === 'record-complaint'
    ? complaints.recordComplaint(app, actor, { ...record, way: 'at-agency' })
    : complaints.recordComplaintAnswer(app, actor, { ...record, outcome: 'upheld' });
}

/** Returns the application after a step of the clock of its agency that offers a complaint. */
export const withOfferedComplaint = (app: Application): Application => ({
  ...app,
  escalations: [
    {
      step: 'term-150',
      time: NOW,
      agency: app.agency,
      actions: ['mark-at-desk', 'inform-supervisor', 'offer-complaint'],
      ...(app.dueDate === undefined ? {} : { dueDate: app.dueDate }),
    },
  ],
});

let serial = 0;
/** Builds an agency message of this kind. */
export function agencyUpdate(message: Message, now = NOW): AgencyUpdate {
  serial += 1;
  return {
    message,
    agency: 'agencies/asp',
    eventId: `event-${serial}`,
    now,
    request: { id: `message-${serial}`, evidenceKinds: ['birth-certificate'], answerBy: '2026-04-10' },
    decision: { decideTime: now, reason: { ro: 'motiv' } },
    result: { resultNumber: 'R2' },
    ...(message === 'passed-on'
      ? { passOn: { competentAgency: 'agencies/cnas', isKnown: true, isCovered: true } }
      : {}),
  };
}

/** Returns an application in a state, reached through commands. */
export function applicationInState(state: State): Application {
  const submitted = () => runCommand(newDraft(), 'submit', ['specialist']).document;
  const after = (app: Application, message: Message) =>
    applyAgencyUpdate(app, agencyUpdate(message), WORKING_TIME).document;
  switch (state) {
    case 'draft':
      return newDraft();
    case 'submitted':
      return submitted();
    case 'in-progress':
      return after(submitted(), 'acknowledged');
    case 'documents-requested':
      return after(submitted(), 'documents-requested');
    case 'ready':
      return after(submitted(), 'approved');
    case 'rejected':
      return after(submitted(), 'rejected');
    case 'handed-over':
      return runCommand(applicationInState('ready'), 'hand-over', ['specialist']).document;
    case 'closed':
      return runCommand(applicationInState('handed-over'), 'confirm-outcome', ['specialist']).document;
    case 'withdrawn':
      return runCommand(submitted(), 'withdraw', ['specialist']).document;
    case 'expired':
      return timers.fireTimer(
        applicationInState('documents-requested'),
        'answer-date-passed',
        new Date('2026-04-14T00:00:00Z'),
      ).document;
  }
}

/** Returns the result, or undefined on a problem. */
export function resultOrUndefined<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (isProblem(error)) return undefined;
    throw error;
  }
}

/** Returns the problem that `run` throws. */
export function catchProblem(run: () => unknown) {
  try {
    run();
  } catch (error) {
    if (isProblem(error)) return error;
    throw error;
  }
  throw new Error('Expected a problem.');
}
