import type { QuotaRates } from '@cups/kafka-driver';

/** Rate limits of a Kafka user. Kafka delays excess requests and drops nothing. */
export interface Quota {
  /** Bytes per second that the user may write, per broker. */
  producerBytesPerSecond: number;
  /** Bytes per second that the user may read, per broker. */
  consumerBytesPerSecond: number;
  /** Share of one broker thread's time for the user's requests, in percent. */
  requestPercent: number;
}

/** Default of an agency. A test compares helm/agencies with it. */
export const AGENCY_QUOTA: Quota = {
  producerBytesPerSecond: 1_048_576,
  consumerBytesPerSecond: 4_194_304,
  requestPercent: 25,
};

/** Returns the quota of an agency with the overrides from its file. Pure. */
export const resolveQuota = (overrides: Partial<Quota> = {}): Quota => Object.assign({}, AGENCY_QUOTA, overrides);

/** Converts a quota to Kafka's names; undefined removes the rates. */
const toKafkaRates = (quota: Quota | undefined): Record<string, number | undefined> => ({
  producer_byte_rate: quota?.producerBytesPerSecond,
  consumer_byte_rate: quota?.consumerBytesPerSecond,
  request_percentage: quota?.requestPercent,
});

/** Returns the changes that give a user exactly this quota, or undefined if none. Pure. */
export function diffQuota(
  quota: Quota | undefined,
  had: QuotaRates = {},
): Record<string, number | undefined> | undefined {
  const changes = Object.entries(toKafkaRates(quota)).filter(([key, rate]) => had[key] !== rate);
  return changes.length === 0 ? undefined : Object.fromEntries(changes);
}
