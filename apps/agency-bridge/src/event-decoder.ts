import type { ReceivedEvent, Refusal } from '@cups/contracts';
import { parseResourceName, parseSubmissionName } from '@cups/contracts';
import { eventCodec, fromTimestamp, toTimestamp } from '@cups/contracts/proto';
import type { DeliveryRef } from '@cups/contracts/gen/cups/agencybridge/v1/DeliveryRef.ts';
import type { AgencyBridgeEvent, AgencyBridgeEvents } from '@cups/contracts/gen/events/cups.agencybridge.v1.ts';
import type { IntakeEvent__Output, IntakeEvents } from '@cups/contracts/gen/events/cups.intake.v1.ts';
import { subjectOf } from '@cups/agency-contract';
import { isProblem } from '@cups/problem';
import type { NewEvent } from '@cups/store';
import type { Delivery, OutboundEvent } from './domain/delivery.ts';

/** Intake boundary: reads cups.applications and writes cups.deliveries. */

const intakeEvents = eventCodec<IntakeEvents>('cups.intake.v1');
const bridgeEvents = eventCodec<AgencyBridgeEvents>('cups.agencybridge.v1');

/** Meaning of an intake event for the delivery. */
export type EventMeaning =
  /** A submission to send. */
  | { kind: 'submission'; submission: number }
  | { kind: 'withdrawn' | 'expired'; time: Date }
  | AnswerDateChange
  /** A draft ended, which never had a delivery. */
  | { kind: 'draft-ended' }
  /** Counted without effect. */
  | { kind: 'nothing' };

/** Intake moved the answer date of the agency's message `request`; dates are yyyy-MM-dd. */
export interface AnswerDateChange {
  kind: 'date-moved';
  request: string;
  answerBy: string;
  askedAnswerBy: string;
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
    if (meaning === 'foreign') return invalid('submission');
    const deliveryId = `${id}-${agency}`;
    return { event: { application, agency, centre, deliveryId, training, sequence: event.sequence, meaning } };
  } catch (error) {
    if (!isProblem(error)) throw error;
    return invalid(...error.violations.map(({ field }) => field.slice(1).replaceAll('/', '.')));
  }
}

/**
 * Returns the meaning of an event, or `foreign` if it names a submission of another application. Returning a value in
 * every case makes the compiler find a missing event type.
 * @throws Problem INVALID_ARGUMENT
 */
function resolveMeaning(read: IntakeEvent__Output, id: string, eventTime: Date): EventMeaning | 'foreign' {
  switch (read.type) {
    case 'cups.intake.v1.ApplicationSubmitted':
    case 'cups.intake.v1.DocumentsSupplied': {
      const { application, submission } = parseSubmissionName(read.data.submission, '/submission');
      return application === id ? { kind: 'submission', submission } : 'foreign';
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
      const { request, answerBy, askedAnswerBy } = read.data;
      return askedAnswerBy === '' ? { kind: 'nothing' } : { kind: 'date-moved', request, answerBy, askedAnswerBy };
    }
    case 'cups.intake.v1.ApplicationInProgress':
    case 'cups.intake.v1.ApplicationDecided':
    case 'cups.intake.v1.ResultChanged':
    case 'cups.intake.v1.ResultHandedOver':
    case 'cups.intake.v1.ApplicationClosed':
    case 'cups.intake.v1.PersonTold':
    case 'cups.intake.v1.DeskNoted':
    case 'unknown':
      return { kind: 'nothing' };
  }
}

/** Converts an event for intake to a sequenced event of the store. */
export function toDeliveryEvent(delivery: Delivery, outbound: OutboundEvent): NewEvent {
  const subject = subjectOf(delivery.application, delivery.agency);
  const event = toProtoEvent(outbound, {
    delivery: subject,
    application: delivery.application,
    agency: `agencies/${delivery.agency}`,
    messageId: outbound.messageId,
    occurTime: toTimestamp(outbound.occurTime),
    agencyReference: delivery.agencyReference ?? '',
    changes: outbound.changes ?? [],
    training: delivery.training ?? false,
  });
  return {
    topic: 'cups.deliveries',
    key: parseResourceName('applications', delivery.application),
    type: event.type,
    subject,
    sequenced: true,
    data: bridgeEvents.encode(event),
  };
}

function toProtoEvent(outbound: OutboundEvent, ref: DeliveryRef): AgencyBridgeEvent {
  switch (outbound.type) {
    case 'DeliveryAcknowledged':
      return { type: 'cups.agencybridge.v1.DeliveryAcknowledged', data: { ref } };
    case 'DeliveryProgressed':
      return { type: 'cups.agencybridge.v1.DeliveryProgressed', data: { ref, note: outbound.note } };
    case 'DeliveryDocumentsRequested': {
      const { evidenceKinds, documents, message, answerBy } = outbound;
      const data = { ref, evidenceKinds, documents, message, answerBy };
      return { type: 'cups.agencybridge.v1.DeliveryDocumentsRequested', data };
    }
    case 'DeliveryDecided': {
      const { approved, reason, resultKind, resultNumber, verificationCode, validUntil, appeal } = outbound;
      const decideTime = toTimestamp(outbound.decideTime);
      const data = {
        ref,
        approved,
        reason,
        resultKind,
        resultNumber,
        verificationCode,
        validUntil,
        decideTime,
        appeal,
      };
      return { type: 'cups.agencybridge.v1.DeliveryDecided', data };
    }
    case 'DeliveryResultCorrected': {
      const { reason, resultKind, resultNumber, verificationCode, validUntil } = outbound;
      const data = { ref, reason, resultKind, resultNumber, verificationCode, validUntil };
      return { type: 'cups.agencybridge.v1.DeliveryResultCorrected', data };
    }
    case 'DeliveryResultRevoked':
      return { type: 'cups.agencybridge.v1.DeliveryResultRevoked', data: { ref, reason: outbound.reason } };
    case 'DeliveryCancelled':
      return { type: 'cups.agencybridge.v1.DeliveryCancelled', data: { ref } };
    case 'DeliveryFailed':
      return { type: 'cups.agencybridge.v1.DeliveryFailed', data: { ref, cause: outbound.cause } };
    case 'DeliveryWaits':
      return { type: 'cups.agencybridge.v1.DeliveryWaits', data: { ref, cause: outbound.cause } };
    case 'DeliveryMessageRefused': {
      const { cause, fields } = outbound;
      return { type: 'cups.agencybridge.v1.DeliveryMessageRefused', data: { ref, cause, fields } };
    }
  }
}
