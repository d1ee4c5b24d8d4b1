import { setTimeout as pause } from 'node:timers/promises';
import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';

const patched = Symbol.for('cups.kafkajs.pace');

/** Minimum time between the starts of two fetches of a consumer from a broker, ms. */
export const MIN_FETCH_INTERVAL_MS = 20;

/** Maximum wait of an empty fetch while partitions are paused, ms: a resumed one is fetched again only after it. */
export const MAX_PAUSED_WAIT_MS = 500;

/**
 * Makes a busy kafkajs consumer fetch less often. kafkajs 2.2.4 fetches again as soon as a response is handed over.
 * Under load it so fetches messages one by one, and a fetch costs client and broker more than its messages do. The
 * fetch of an idle consumer has waited longer than the interval, so a message that comes alone is received
 * immediately.
 *
 * With paused partitions, a fetch waits less for the others.
 */
export function patchFetchPace(): void {
  const group = ConsumerGroup.prototype as typeof ConsumerGroup.prototype & { [patched]?: true };
  if (group[patched]) return;
  group[patched] = true;
  const { fetch } = group;
  /** Start of the last fetch by broker, and the maximum wait that the consumer asks for; ms. */
  const paces = new WeakMap<typeof group, { starts: Map<number, number>; maxWaitMs: number }>();
  group.fetch = async function fetchPaced(nodeId) {
    const pace = paces.get(this) ?? { starts: new Map<number, number>(), maxWaitMs: this.maxWaitTime };
    paces.set(this, pace);
    const wait = (pace.starts.get(nodeId) ?? -Infinity) + MIN_FETCH_INTERVAL_MS - performance.now();
    if (wait > 0) await pause(wait);
    pace.starts.set(nodeId, performance.now());
    const hasPaused = this.paused().length > 0;
    this.maxWaitTime = hasPaused ? Math.min(pace.maxWaitMs, MAX_PAUSED_WAIT_MS) : pace.maxWaitMs;
    return fetch.call(this, nodeId);
  };
}
