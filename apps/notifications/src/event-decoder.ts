import { ESCALATION_STEPS } from '@cups/application/escalation';
import type { ReceivedEvent } from '@cups/contracts';
import { fromProtoEnum, eventCodec } from '@cups/contracts/proto';
import type { IntakeEvent__Output, IntakeEvents } from '@cups/contracts/gen/events/cups.intake.v1.ts';
import type { CollectionCentreChosen__Output } from '@cups/contracts/gen/cups/intake/v1/CollectionCentreChosen.ts';
import type { LetterEntry } from './domain/agency-letter.ts';
import type { NoticeKind } from './domain/notice.ts';

/** Intake boundary: reads cups.applications. */

const intakeEvents = eventCodec<IntakeEvents>('cups.intake.v1');

/** What an event triggers; `answerBy` is the last day to supply documents, yyyy-MM-dd. */
export type NoticeTrigger =
  | { kind: NoticeKind; answerBy?: string }
  /** A colleague notified the applicant of the content of the notice with this ID. */
  | { kind: 'person-notified'; notice: string; method: string }
  /** Notices that were not delivered go to the new contact. */
  | { kind: 'contact-changed' }
  /** The application was erased; `isRequested` by the person, and not by a rule. */
  | { kind: 'erased'; isRequested: boolean }
  | { kind: 'nothing' };

export interface ApplicationEvent {
  /** ID of the application. */
  application: string;
  /** centres/{code} */
  centre: string;
  sequence: number;
  /** For `nothing`, only the sequence number is recorded. */
  trigger: NoticeTrigger;
  /** What the office of the agency, a code, must be written about. */
  letter?: { agency: string; entry: LetterEntry };
}

/**
 * Decodes an event of cups.applications; undefined when it is unreadable.
 * The consumer has already checked the producer and the subject. Unknown event types trigger no notice, but are
 * counted.
 */
export function decodeApplicationEvent(event: ReceivedEvent): ApplicationEvent | undefined {
  const decoded = intakeEvents.decode(event);
  const ref = decoded?.data.ref;
  if (!decoded || !ref || !event.sequence) return undefined;
  const { application, centre } = ref;
  if (application !== event.subject || centre === '') return undefined;
  const id = application.slice('applications/'.length);
  const read = { application: id, centre, sequence: event.sequence, trigger: resolveNoticeTrigger(decoded) };
  const letter = resolveLetter(decoded, id);
  return letter ? { ...read, letter } : read;
}

/** Nothing about a training reaches an agency. A step of a later release is left out. */
function resolveLetter(event: IntakeEvent__Output, id: string): ApplicationEvent['letter'] {
  if (event.type !== 'cups.intake.v1.ApplicationEscalated') return undefined;
  const { ref, actions, step: name, dueDate } = event.data;
  const step = ESCALATION_STEPS.find((known) => known === name);
  const agency = ref?.agency.slice('agencies/'.length) ?? '';
  if (!step || agency === '' || ref?.training || !actions.includes('mail-agency')) return undefined;
  return { agency, entry: { delivery: `deliveries/${id}-${agency}`, step, ...(dueDate && { dueDate }) } };
}

const NO_NOTICE: NoticeTrigger = { kind: 'nothing' };

/**
 * Returns the notice that an event triggers.
 * Steps that the applicant takes at the desk, and alerts for the desk, trigger none. The switch is exhaustive, so a
 * forgotten event does not compile.
 */
function resolveNoticeTrigger(event: IntakeEvent__Output): NoticeTrigger {
  switch (event.type) {
    case 'cups.intake.v1.ApplicationSubmitted':
      return { kind: 'application-submitted' };
    case 'cups.intake.v1.DocumentsRequested': {
      const { answerBy } = event.data;
      return answerBy === '' ? { kind: 'documents-requested' } : { kind: 'documents-requested', answerBy };
    }
    case 'cups.intake.v1.ApplicationDecided':
      if (event.data.ref?.state === 'STATE_REJECTED') return { kind: 'application-rejected' };
      return {
        kind: event.data.resultLocation === 'RESULT_LOCATION_ON_ITS_WAY' ? 'result-on-the-way' : 'result-ready',
      };
    case 'cups.intake.v1.CollectionCentreChosen':
      return resolveCollectionNotice(event.data);
    case 'cups.intake.v1.ResultArrived':
      return { kind: 'result-ready' };
    case 'cups.intake.v1.ApplicationWithdrawn':
      return event.data.fromState === 'STATE_DRAFT' ? NO_NOTICE : { kind: 'application-withdrawn' };
    case 'cups.intake.v1.ApplicationExpired':
      return event.data.fromState === 'STATE_DRAFT' ? NO_NOTICE : { kind: 'application-expired' };
    case 'cups.intake.v1.ResultChanged':
      return { kind: event.data.revoked ? 'result-revoked' : 'result-corrected' };
    case 'cups.intake.v1.PersonNotified': {
      const { notice, method } = event.data;
      if (notice === '') return NO_NOTICE;
      return {
        kind: 'person-notified',
        notice: notice.slice('notices/'.length),
        method: fromProtoEnum('NOTIFICATION_METHOD_', method),
      };
    }
    case 'cups.intake.v1.ContactChanged':
      return { kind: 'contact-changed' };
    case 'cups.intake.v1.ApplicationEscalated':
      return event.data.actions.includes('notify-person') ? { kind: 'term-passed' } : NO_NOTICE;
    case 'cups.intake.v1.ApplicationPassedOn':
      // It returned to the agency that passed it on: nothing has changed for the person.
      if (event.data.formerAgency === event.data.ref?.agency) return NO_NOTICE;
      return { kind: 'application-passed-on' };
    case 'cups.intake.v1.ApplicationErased':
      return { kind: 'erased', isRequested: event.data.cause === 'requested' };
    case 'cups.intake.v1.ApplicationInProgress':
    case 'cups.intake.v1.DocumentsSupplied':
    case 'cups.intake.v1.ApplicationCorrected':
    case 'cups.intake.v1.ApplicationMessageSent':
    case 'cups.intake.v1.ApplicationComplaintChanged':
    case 'cups.intake.v1.ResultHandedOver':
    case 'cups.intake.v1.ApplicationClosed':
    case 'cups.intake.v1.DeskAlertRaised':
    case 'cups.intake.v1.AgencyUndecided':
    case 'unknown':
      return NO_NOTICE;
  }
}

/** Before the decision no notice has named the place. Afterwards one did, and another names the new place. */
function resolveCollectionNotice({ ref, resultLocation }: CollectionCentreChosen__Output): NoticeTrigger {
  if (ref?.state === 'STATE_REJECTED') return { kind: 'application-rejected' };
  if (resultLocation === 'RESULT_LOCATION_UNSPECIFIED') return NO_NOTICE;
  return { kind: resultLocation === 'RESULT_LOCATION_ON_ITS_WAY' ? 'result-on-the-way' : 'result-ready' };
}
