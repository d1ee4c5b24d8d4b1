import type { Metrics, StoredEvent } from '@cups/contracts';
import type { StoredDelivery } from './store.ts';

/**
 * How long it takes until an agency has what was submitted; requests of trainings stand under their own topic. Only times are
 * kept, nothing of an application.
 */

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** s; requests take milliseconds, and as long as an outage when there is one. */
const DELIVERY_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, DAY];
/** s; a machine confirms receipt at once, a person in working time. */
const ACKNOWLEDGEMENT_BUCKETS = [1, 10, MINUTE, 10 * MINUTE, HOUR, 4 * HOUR, DAY, 3 * DAY, 7 * DAY];

/** @returns what is to be told of events that Kafka has acknowledged */
export function createDeliveryLatencyObserver(metrics: Metrics, now: () => Date): (entries: StoredEvent[]) => void {
  const meaning = 'From the acceptance of a submission until Kafka has the request to the agency.';
  const times = metrics.histogram('agency_request_seconds', meaning, ['topic'], DELIVERY_BUCKETS);
  return (entries) => {
    for (const { topic, since } of entries) if (since) times.observe({ topic }, secondsBetween(since, now()));
  };
}

/** @returns what is to be told of a delivery about which its agency said something, and when that was recorded */
export function createAcknowledgementLatencyObserver(metrics: Metrics): (delivery: StoredDelivery, at: Date) => void {
  const meaning = 'From the first request on the topic of an agency until the agency says that it has it.';
  const times = metrics.histogram('agency_receipt_seconds', meaning, ['agency'], ACKNOWLEDGEMENT_BUCKETS);
  return ({ agency, training, sendTime, acknowledgeTime }, at) => {
    if (training || acknowledgeTime?.getTime() !== at.getTime()) return;
    // An answer may be quicker than the mark that the request was sent.
    times.observe({ agency }, secondsBetween(sendTime ?? at, at));
  };
}

/** Never negative: the two moments may come from two clocks. */
const secondsBetween = (from: Date, to: Date): number => Math.max(0, to.getTime() - from.getTime()) / 1_000;
