import type { QuotaRates } from './driver/quotas.ts';

/** What a user may take of Kafka; what goes beyond is made to wait, and nothing is lost. */
export interface Quota {
  /** Bytes that it may write in a second, to each broker. */
  producerBytesPerSecond: number;
  /** Bytes that it may read in a second, from each broker. */
  consumerBytesPerSecond: number;
  /** Share of the time of one thread of a broker that its requests may take, in percent. */
  requestPercent: number;
}

/** Of an agency whose file says nothing else: the one place; helm/agencies is held against it. */
export const AGENCY_QUOTA: Quota = {
  producerBytesPerSecond: 1_048_576,
  consumerBytesPerSecond: 4_194_304,
  requestPercent: 25,
};

/** What an agency gets whose file says this. Pure. */
export const resolveQuota = (overrides: Partial<Quota> = {}): Quota => Object.assign({}, AGENCY_QUOTA, overrides);

/** A quota in the words of Kafka; no quota takes away what there is of these. */
const toKafkaRates = (quota: Quota | undefined): Record<string, number | undefined> => ({
  producer_byte_rate: quota?.producerBytesPerSecond,
  consumer_byte_rate: quota?.consumerBytesPerSecond,
  request_percentage: quota?.requestPercent,
});

/** What must be changed so that a user has this quota and no other; undefined when it has. Pure. */
export function diffQuota(
  quota: Quota | undefined,
  had: QuotaRates = {},
): Record<string, number | undefined> | undefined {
  const changes = Object.entries(toKafkaRates(quota)).filter(([key, rate]) => had[key] !== rate);
  return changes.length === 0 ? undefined : Object.fromEntries(changes);
}
