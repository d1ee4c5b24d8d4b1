import type { ReceivedEvent, Refusal } from '@cups/contracts';
import { isResourceName, parseMessageName, parseResourceName, parseSubmissionName } from '@cups/contracts';
import { eventCodec, fromTimestamp } from '@cups/contracts/proto';
import type { DocumentsEvents } from '@cups/contracts/gen/events/cups.documents.v1.ts';
import type { IntakeEvent__Output, IntakeEvents } from '@cups/contracts/gen/events/cups.intake.v1.ts';
import { isProblem } from '@cups/problem';
import type { Reminder } from './domain/reminders.ts';

/** Boundaries of intake and documents, inbound: reads cups.applications and cups.documents. */

const intakeEvents = eventCodec<IntakeEvents>('cups.intake.v1');
const documentsEvents = eventCodec<DocumentsEvents>('cups.documents.v1');

/** Meaning of an intake event for the delivery. */
export type EventMeaning =
  /** A submission to send. */
  | { kind: 'submission'; submission: number }
  /** Another agency, or this one before, passed the application on: a submission to send as the first one. */
  | { kind: 'passed-on'; submission: number }
  /** A message of the desk to send. */
  | { kind: 'message'; number: number }
  | { kind: 'withdrawn' | 'expired'; time: Date }
  | AnswerDateChange
  /** The agency is late. */
  | { kind: 'reminder'; reminder: Reminder }
  /** The application was erased; `isRequested` by the person, and not by a rule. */
  | { kind: 'erased'; isRequested: boolean }
  /** A draft ended, which never had a delivery. */
  | { kind: 'draft-ended' }
  /** Counted without effect. */
  | { kind: 'nothing' };

/** Intake moved the answer date of the agency's message `request`; dates are yyyy-MM-dd. */
export interface AnswerDateChange {
  kind: 'date-moved';
  request: string;
  answerBy: string;
  requestedAnswerBy: string;
}

/** An intake event with the resources it names. */
export interface ApplicationEvent {
  /** applications/{id} */
  application: string;
  /** The agency's code. */
  agency: string;
  /** centres/{code} */
  centre: string;
  deliveryId: string;
  /** Whether the application is a training. */
  training: boolean;
  sequence: number;
  meaning: EventMeaning;
}

const invalid = (...fields: string[]): { refusal: Refusal } => ({ refusal: { cause: 'CONTENT_INVALID', fields } });

/**
 * Decodes an event of cups.applications, or returns why it is invalid. Unknown types are counted without effect. The
 * consumer already validated that intake sent it.
 */
export function decodeIntakeEvent(event: ReceivedEvent): { event: ApplicationEvent } | { refusal: Refusal } {
  const read = intakeEvents.decode(event);
  const ref = read?.data.ref;
  if (!read || !ref || event.sequence === null) return invalid();
  const { application, centre, training } = ref;
  try {
    const id = parseResourceName('applications', application, '/ref/application');
    const agency = parseResourceName('agencies', ref.agency, '/ref/agency');
    parseResourceName('centres', centre, '/ref/centre');
    if (event.subject !== application) return invalid('ref.application');
    const meaning = resolveMeaning(read, id, event.time);
    if (meaning === 'foreign')
      return invalid(read.type === 'cups.intake.v1.ApplicationMessageSent' ? 'message' : 'submission');
    const deliveryId = `${id}-${agency}`;
    return { event: { application, agency, centre, deliveryId, training, sequence: event.sequence, meaning } };
  } catch (error) {
    if (!isProblem(error)) throw error;
    return invalid(...error.violations.map(({ field }) => field.slice(1).replaceAll('/', '.')));
  }
}

/**
 * Returns the meaning of an event, or `foreign` if it names a submission or message of another application. Returning a value in
 * every case makes the compiler find a missing event type.
 * @throws Problem INVALID_ARGUMENT
 */
function resolveMeaning(read: IntakeEvent__Output, id: string, eventTime: Date): EventMeaning | 'foreign' {
  switch (read.type) {
    case 'cups.intake.v1.ApplicationSubmitted':
    case 'cups.intake.v1.DocumentsSupplied':
    case 'cups.intake.v1.ApplicationCorrected': {
      const { application, submission } = parseSubmissionName(read.data.submission, '/submission');
      return application === id ? { kind: 'submission', submission } : 'foreign';
    }
    case 'cups.intake.v1.ApplicationPassedOn': {
      const { application, submission } = parseSubmissionName(read.data.submission, '/submission');
      return application === id ? { kind: 'passed-on', submission } : 'foreign';
    }
    case 'cups.intake.v1.ApplicationWithdrawn': {
      const { fromState, withdrawTime } = read.data;
      if (fromState === 'STATE_DRAFT') return { kind: 'draft-ended' };
      return { kind: 'withdrawn', time: fromTimestamp(withdrawTime) ?? eventTime };
    }
    case 'cups.intake.v1.ApplicationExpired': {
      const { fromState, expireTime } = read.data;
      if (fromState === 'STATE_DRAFT') return { kind: 'draft-ended' };
      return { kind: 'expired', time: fromTimestamp(expireTime) ?? eventTime };
    }
    case 'cups.intake.v1.DocumentsRequested': {
      const { request, answerBy, requestedAnswerBy } = read.data;
      return requestedAnswerBy === ''
        ? { kind: 'nothing' }
        : { kind: 'date-moved', request, answerBy, requestedAnswerBy };
    }
    case 'cups.intake.v1.ApplicationEscalated': {
      const { step, dueDate, actions } = read.data;
      if (!actions.includes('remind-agency')) return { kind: 'nothing' };
      return { kind: 'reminder', reminder: { step, time: eventTime, ...(dueDate && { dueDate }) } };
    }
    case 'cups.intake.v1.ApplicationMessageSent': {
      const { application, number } = parseMessageName(read.data.message, '/message');
      return application === id ? { kind: 'message', number } : 'foreign';
    }
    case 'cups.intake.v1.ApplicationErased':
      return { kind: 'erased', isRequested: read.data.cause === 'requested' };
    case 'cups.intake.v1.ApplicationComplaintChanged':
    case 'cups.intake.v1.ApplicationInProgress':
    case 'cups.intake.v1.ApplicationDecided':
    case 'cups.intake.v1.ResultArrived':
    case 'cups.intake.v1.ResultChanged':
    case 'cups.intake.v1.CollectionCentreChosen':
    case 'cups.intake.v1.ResultHandedOver':
    case 'cups.intake.v1.ApplicationClosed':
    case 'cups.intake.v1.ContactChanged':
    case 'cups.intake.v1.PersonNotified':
    case 'cups.intake.v1.DeskAlertRaised':
    case 'cups.intake.v1.AgencyUndecided':
    case 'unknown':
      return { kind: 'nothing' };
  }
}

/**
 * Returns the application, applications/{id}, of a document that was checked or refused; undefined for other events of
 * cups.documents.
 */
export function decodeSettledDocument(
  event: ReceivedEvent,
): { application: string | undefined } | { refusal: Refusal } {
  const read = documentsEvents.decode(event);
  const ref = read?.data.ref;
  if (!read || !ref) return invalid();
  if (!isResourceName('applications', ref.application)) return invalid('ref.application');
  const isSettled =
    read.type === 'cups.documents.v1.DocumentChecked' || read.type === 'cups.documents.v1.DocumentRefused';
  return { application: isSettled ? ref.application : undefined };
}
