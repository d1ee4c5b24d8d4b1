import type { Change, NewEvent } from '@cups/store';
import { toRequestEvent } from './agency/request.ts';
import type { Delivery, Outbound, CommandResult } from './domain/delivery.ts';
import { toDeliveryEvent } from './intake.ts';
import type { StoredDelivery } from './store.ts';

/** What is said about a delivery, encoded for the two borders: requests to the agency unsequenced, events to intake counted. */
const toEvents = (delivery: Delivery, outbound: Outbound[]): NewEvent[] =>
  outbound.map((message) =>
    message.to === 'agency' ? toRequestEvent(delivery, message) : toDeliveryEvent(delivery, message),
  );

/** A step of the domain as a change of the store. */
export const toChange = ({ delivery, outbound }: CommandResult<StoredDelivery>): Change<StoredDelivery> => ({
  document: delivery,
  events: toEvents(delivery, outbound),
});
