import { subjectOf } from '@cups/agency-contract';
import { parseResourceName } from '@cups/contracts';
import { eventCodec, toTimestamp } from '@cups/contracts/proto';
import type { DeliveryRef } from '@cups/contracts/gen/cups/agencybridge/v1/DeliveryRef.ts';
import type { AgencyBridgeEvent, AgencyBridgeEvents } from '@cups/contracts/gen/events/cups.agencybridge.v1.ts';
import type { Change, NewEvent } from '@cups/store';
import type { Result } from './domain/agency-update.ts';
import { withStage } from './domain/channel.ts';
import { withMessageTimer } from './domain/desk-message.ts';
import type { Delivery, Outbound, OutboundEvent, OutboundRequest, CommandResult } from './domain/delivery.ts';
import { entriesOfMessage } from './journal.ts';
import { toRequestEvent } from './outbound/request-encoder.ts';
import { toFeedEvent } from './pull/feed-events.ts';
import type { StoredDelivery } from './store.ts';

/** Intake boundary, outbound: writes cups.deliveries. */

const bridgeEvents = eventCodec<AgencyBridgeEvents>('cups.agencybridge.v1');

/** Encodes outbound messages: unsequenced requests to the agency, sequenced events to intake. */
const toEvents = (delivery: Delivery, outbound: Outbound[]): NewEvent[] =>
  outbound.flatMap((message) =>
    message.to === 'agency' ? toAgencyEvents(delivery, message) : [toDeliveryEvent(delivery, message)],
  );

/** Encodes a request for the channel of the delivery. Nothing is sent to a page. */
function toAgencyEvents(delivery: Delivery, request: OutboundRequest): NewEvent[] {
  if (delivery.channel === 'page') return [];
  return [delivery.channel === 'pull' ? toFeedEvent(delivery, request) : toRequestEvent(delivery, request)];
}

/**
 * Converts a command result to a change of the store. Entries for the journal come last: no message waits for them.
 * @param clerk operators/{id} who replied in the page @default the agency's system
 */
export const toChange = (
  { delivery, outbound }: CommandResult<StoredDelivery>,
  clerk?: string,
): Change<StoredDelivery> => ({
  document: withStage(withMessageTimer(delivery)),
  events: [
    ...toEvents(delivery, outbound),
    ...outbound.flatMap((message) => entriesOfMessage(delivery, message, clerk)),
  ],
});

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
    seenSubmission: outbound.seenSubmission ?? 0,
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

const toResult = ({
  resultKind,
  resultNumber,
  verificationCode,
  validUntil,
  resultDocuments,
  verificationUrl,
}: Result) => ({ resultKind, resultNumber, verificationCode, validUntil, resultDocuments, verificationUrl });

function toProtoEvent(outbound: OutboundEvent, ref: DeliveryRef): AgencyBridgeEvent {
  switch (outbound.type) {
    case 'DeliveryAcknowledged':
      return { type: 'cups.agencybridge.v1.DeliveryAcknowledged', data: { ref } };
    case 'DeliveryProgressed': {
      const { note, expectedDecisionDate } = outbound;
      return { type: 'cups.agencybridge.v1.DeliveryProgressed', data: { ref, note, expectedDecisionDate } };
    }
    case 'DeliveryDocumentsRequested': {
      const { evidenceKinds, documents, message, answerBy } = outbound;
      const data = { ref, evidenceKinds, documents, message, answerBy };
      return { type: 'cups.agencybridge.v1.DeliveryDocumentsRequested', data };
    }
    case 'DeliveryDecided': {
      const { approved, reason, appeal } = outbound;
      const decideTime = toTimestamp(outbound.decideTime);
      const data = { ref, approved, reason, decideTime, appeal, ...toResult(outbound) };
      return { type: 'cups.agencybridge.v1.DeliveryDecided', data };
    }
    case 'DeliveryResultCorrected': {
      const data = { ref, reason: outbound.reason, ...toResult(outbound) };
      return { type: 'cups.agencybridge.v1.DeliveryResultCorrected', data };
    }
    case 'DeliveryResultRevoked':
      return { type: 'cups.agencybridge.v1.DeliveryResultRevoked', data: { ref, reason: outbound.reason } };
    case 'DeliveryPassedOn': {
      const competentAgency = `agencies/${outbound.competentAgency}`;
      return { type: 'cups.agencybridge.v1.DeliveryPassedOn', data: { ref, competentAgency, reason: outbound.reason } };
    }
    case 'DeliveryMessageReceived': {
      const { text, language, answers } = outbound;
      return { type: 'cups.agencybridge.v1.DeliveryMessageReceived', data: { ref, text, language, answers } };
    }
    case 'DeliveryMessageFailed': {
      const { number, cause } = outbound;
      return { type: 'cups.agencybridge.v1.DeliveryMessageFailed', data: { ref, number, cause } };
    }
    case 'DeliveryCancelled':
      return { type: 'cups.agencybridge.v1.DeliveryCancelled', data: { ref } };
    case 'DeliveryFailed':
      return { type: 'cups.agencybridge.v1.DeliveryFailed', data: { ref, cause: outbound.cause } };
    case 'DeliveryDeferred':
      return { type: 'cups.agencybridge.v1.DeliveryDeferred', data: { ref, cause: outbound.cause } };
    case 'DeliveryMessageRefused': {
      const { cause, fields } = outbound;
      return { type: 'cups.agencybridge.v1.DeliveryMessageRefused', data: { ref, cause, fields } };
    }
  }
}
