import { setTimeout as pause } from 'node:timers/promises';
import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';

const patched = Symbol.for('cups.kafkajs.pace');

/** Minimum time between the starts of two fetches of a consumer from a broker, ms. */
export const MIN_FETCH_INTERVAL_MS = 20;

/**
 * Makes a busy kafkajs consumer fetch less often. kafkajs 2.2.4 fetches again as soon as a response is handed over.
 * Under load it so fetches messages one by one, and a fetch costs client and broker more than its messages do. The
 * fetch of an idle consumer has waited longer than the interval, so a message that comes alone is received
 * immediately.
 */
export function patchFetchPace(): void {
  const group = ConsumerGroup.prototype as typeof ConsumerGroup.prototype & { [patched]?: true };
  if (group[patched]) return;
  group[patched] = true;
  const { fetch } = group;
  /** Start of the last fetch by broker, ms. */
  const startsOf = new WeakMap<typeof group, Map<number, number>>();
  group.fetch = async function fetchPaced(nodeId) {
    const starts = startsOf.get(this) ?? new Map<number, number>();
    startsOf.set(this, starts);
    const wait = (starts.get(nodeId) ?? -Infinity) + MIN_FETCH_INTERVAL_MS - performance.now();
    if (wait > 0) await pause(wait);
    starts.set(nodeId, performance.now());
    return fetch.call(this, nodeId);
  };
}
