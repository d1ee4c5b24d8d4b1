import type { Change, NewEvent } from '@cups/store';
import { toRequestEvent } from './outbound/request-encoder.ts';
import type { Delivery, Outbound, CommandResult } from './domain/delivery.ts';
import { toDeliveryEvent } from './event-decoder.ts';
import type { StoredDelivery } from './store.ts';

/** Encodes outbound messages: unsequenced requests to the agency, sequenced events to intake. */
const toEvents = (delivery: Delivery, outbound: Outbound[]): NewEvent[] =>
  outbound.map((message) =>
    message.to === 'agency' ? toRequestEvent(delivery, message) : toDeliveryEvent(delivery, message),
  );

/** Converts a command result to a change of the store. */
export const toChange = ({ delivery, outbound }: CommandResult<StoredDelivery>): Change<StoredDelivery> => ({
  document: delivery,
  events: toEvents(delivery, outbound),
});
