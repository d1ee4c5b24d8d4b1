import type { Metrics, StoredEvent } from '@cups/contracts';
import type { StoredDelivery } from './store.ts';

/**
 * Latency metrics of deliveries and acknowledgements. They contain times only, no application data. Trainings have
 * their own topic.
 */

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** In s: requests take milliseconds, or as long as an outage. */
const DELIVERY_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, DAY];
/** In s: systems acknowledge immediately, people during working hours. */
const ACKNOWLEDGEMENT_BUCKETS = [1, 10, MINUTE, 10 * MINUTE, HOUR, 4 * HOUR, DAY, 3 * DAY, 7 * DAY];

/** Returns an observer of events that Kafka acknowledged. */
export function createDeliveryLatencyObserver(metrics: Metrics, now: () => Date): (entries: StoredEvent[]) => void {
  const meaning = 'From the acceptance of a submission until Kafka has the request to the agency.';
  const times = metrics.histogram('agency_delivery_latency_seconds', meaning, ['topic'], DELIVERY_BUCKETS);
  return (entries) => {
    for (const { topic, since } of entries) if (since) times.observe({ topic }, secondsBetween(since, now()));
  };
}

/** Returns an observer of deliveries with a new reply, and the time it was recorded. */
export function createAcknowledgementLatencyObserver(metrics: Metrics): (delivery: StoredDelivery, at: Date) => void {
  const meaning = 'From the first request on the topic of an agency until the agency says that it has it.';
  const times = metrics.histogram(
    'agency_acknowledgement_latency_seconds',
    meaning,
    ['agency'],
    ACKNOWLEDGEMENT_BUCKETS,
  );
  return ({ agency, training, sendTime, acknowledgeTime }, at) => {
    if (training || acknowledgeTime?.getTime() !== at.getTime()) return;
    // A reply may arrive before the request is marked as sent.
    times.observe({ agency }, secondsBetween(sendTime ?? at, at));
  };
}

/** Never negative, because the times may come from different clocks. */
const secondsBetween = (from: Date, to: Date): number => Math.max(0, to.getTime() - from.getTime()) / 1_000;
