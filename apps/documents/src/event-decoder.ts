import type { ReceivedEvent } from '@cups/contracts';
import { eventCodec, fromTimestamp } from '@cups/contracts/proto';
import type { IntakeEvent__Output, IntakeEvents } from '@cups/contracts/gen/events/cups.intake.v1.ts';
import type { ApplicationChange } from './domain/application-facts.ts';

/** Intake boundary: reads cups.applications. */

const intakeEvents = eventCodec<IntakeEvents>('cups.intake.v1');

/** A paper result can be collected there. One on its way is reported as arrived later. */
const AT_CENTRE = 'RESULT_LOCATION_AT_CENTRE';

export interface ApplicationEvent {
  /** ID of the application. */
  application: string;
  /** centres/{code} */
  centre: string;
  /** Code of the agency; '' before it is known. */
  agency: string;
  training: boolean;
  change: ApplicationChange;
}

/**
 * Decodes an event of cups.applications; undefined when it is unreadable.
 * The consumer has already checked the producer and the subject.
 */
export function decodeApplicationEvent(event: ReceivedEvent): ApplicationEvent | undefined {
  const decoded = intakeEvents.decode(event);
  const ref = decoded?.data.ref;
  if (!decoded || !ref || ref.application !== event.subject || ref.centre === '') return undefined;
  return {
    application: ref.application.slice('applications/'.length),
    centre: ref.centre,
    agency: ref.agency.slice('agencies/'.length),
    training: ref.training,
    change: toChange(decoded, event.time),
  };
}

/** The switch is exhaustive, so a forgotten event does not compile. */
function toChange(event: IntakeEvent__Output, time: Date): ApplicationChange {
  switch (event.type) {
    case 'cups.intake.v1.ApplicationSubmitted':
      return { kind: 'submitted', time: fromTimestamp(event.data.submitTime) ?? time };
    case 'cups.intake.v1.DocumentsSupplied':
    case 'cups.intake.v1.ApplicationCorrected':
      return { kind: 'submitted', time };
    case 'cups.intake.v1.ApplicationDecided': {
      const { appealDeadline, resultLocation } = event.data;
      if (resultLocation === AT_CENTRE) return { kind: 'paper-result', time };
      return appealDeadline === '' ? { kind: 'nothing' } : { kind: 'appealable', appealUntil: appealDeadline };
    }
    case 'cups.intake.v1.ResultArrived':
      return { kind: 'paper-result', time };
    case 'cups.intake.v1.ResultChanged':
      return { kind: 'paper-result', time: event.data.resultLocation === AT_CENTRE ? time : undefined };
    case 'cups.intake.v1.CollectionCentreChosen':
      return { kind: 'collection-centre', centre: event.data.collectionCentre };
    case 'cups.intake.v1.ResultHandedOver':
      return { kind: 'handed-over', time };
    case 'cups.intake.v1.ApplicationClosed':
      return { kind: 'ended', time };
    case 'cups.intake.v1.ApplicationWithdrawn':
      return { kind: 'ended', time: fromTimestamp(event.data.withdrawTime) ?? time };
    case 'cups.intake.v1.ApplicationExpired':
      return { kind: 'ended', time: fromTimestamp(event.data.expireTime) ?? time };
    case 'cups.intake.v1.ApplicationErased':
      return {
        kind: 'erased',
        time: fromTimestamp(event.data.eraseTime) ?? time,
        isRequested: event.data.cause === 'requested',
      };
    case 'cups.intake.v1.ApplicationPassedOn':
      return { kind: 'passed-on' };
    case 'cups.intake.v1.AgencyUndecided':
      return { kind: 'agency-undecided' };
    case 'cups.intake.v1.ApplicationInProgress':
    case 'cups.intake.v1.DocumentsRequested':
    case 'cups.intake.v1.ContactChanged':
    case 'cups.intake.v1.ApplicationMessageSent':
    case 'cups.intake.v1.ApplicationComplaintChanged':
    case 'cups.intake.v1.PersonNotified':
    case 'cups.intake.v1.DeskAlertRaised':
    case 'cups.intake.v1.ApplicationEscalated':
    case 'unknown':
      return { kind: 'nothing' };
  }
}
