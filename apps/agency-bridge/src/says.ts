import type { Change, NewEvent } from '@cups/store';
import { toAgency } from './agency/request.ts';
import type { Delivery, Said, Step } from './domain/delivery.ts';
import { toIntake } from './intake.ts';
import type { StoredDelivery } from './store.ts';

/** What is said about a delivery, encoded for the two borders: requests to the agency unsequenced, events to intake counted. */
const toEvents = (delivery: Delivery, says: Said[]): NewEvent[] =>
  says.map((said) => (said.to === 'agency' ? toAgency(delivery, said) : toIntake(delivery, said)));

/** A step of the domain as a change of the store. */
export const toChange = ({ delivery, says }: Step<StoredDelivery>): Change<StoredDelivery> => ({
  document: delivery,
  events: toEvents(delivery, says),
});
