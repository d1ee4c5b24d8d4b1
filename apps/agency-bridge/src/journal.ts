import { parseResourceName, resourceName } from '@cups/contracts';
import { createJournal } from '@cups/store';
import type { JournalEntry, NewEvent } from '@cups/store';
import type { Delivery, Outbound, OutboundEvent } from './domain/delivery.ts';

/**
 * Entries of the bridge for the journal: messages about an application to its agency, replies of the agency, and repairs by
 * administrators. Intake has the hashes of what is sent.
 */

const journalEntry = createJournal('agency-bridge');

type DeliveryFacts = Pick<Delivery, '_id' | 'application' | 'agency' | 'state'>;
type Act = Pick<JournalEntry, 'action' | 'actor' | 'ground'>;

function entryOf({ _id, application, state }: DeliveryFacts, act: Act): NewEvent {
  const key = parseResourceName('applications', application);
  return journalEntry({
    document: resourceName('deliveries', _id),
    key,
    resource: application,
    ...act,
    result: state,
  });
}

/**
 * Returns the entry of an outbound message; none for reports without data of an application.
 * @param clerk operators/{id} who replied in the agency's page
 */
export function entriesOfMessage(delivery: DeliveryFacts, message: Outbound, clerk?: string): NewEvent[] {
  const act = message.to === 'intake' ? actOfReply(delivery, message) : actOfRequest(message);
  return act ? [entryOf(delivery, clerk === undefined ? act : { ...act, actor: clerk })] : [];
}

const BRIDGE = 'services/agency-bridge';

function actOfRequest(message: Extract<Outbound, { to: 'agency' }>): Act | undefined {
  if (message.type === 'replyRefused') return undefined;
  return message.replay
    ? { action: 'replay-delivery', actor: 'services/ops', ground: 'operations' }
    : { action: 'send-request', actor: BRIDGE, ground: 'filed-application' };
}

function actOfReply({ agency }: DeliveryFacts, { type }: OutboundEvent): Act | undefined {
  switch (type) {
    case 'DeliveryCancelled':
    case 'DeliveryFailed':
    case 'DeliveryDeferred':
    case 'DeliveryMessageRefused':
    case 'DeliveryMessageFailed':
      return undefined;
    default: {
      const isDecision = ['DeliveryDecided', 'DeliveryResultCorrected', 'DeliveryResultRevoked'].includes(type);
      const ground = isDecision ? 'agency-decision' : 'agency-message';
      return { action: 'record-reply', actor: resourceName('agencies', agency), ground };
    }
  }
}

/** Returns the entry of a delivery whose application was erased. */
export const entryOfErasure = (delivery: DeliveryFacts, isRequested: boolean): NewEvent =>
  entryOf(delivery, {
    action: 'erase-delivery',
    actor: BRIDGE,
    ground: isRequested ? 'person-request' : 'retention-rule',
  });

/** Returns the entry of an administrator who sends a failed delivery again. */
export const entryOfRedrive = (delivery: DeliveryFacts): NewEvent =>
  entryOf(delivery, { action: 'redrive-delivery', actor: 'services/ops', ground: 'operations' });
