import type { Gauge, Log, Metrics } from '@cups/contracts';

/** Interval at which a persistent denial is logged again. */
const LOG_INTERVAL_MS = 60_000;

/**
 * Reports what Kafka denies, by topic. The gauge `kafka_authorization_denied` is 1 meanwhile, and an error line names
 * the required change, at first and once a minute. The client keeps retrying, so a granted right needs no restart.
 */
export class AuthorizationErrors {
  readonly #log: Log;
  readonly #gauge: Gauge<'topic'> | undefined;
  readonly #reported = new Map<string, { sentence: string; until: number }>();

  constructor(log: Log, metrics: Metrics | undefined) {
    this.#log = log;
    this.#gauge = metrics?.gauge('kafka_authorization_denied', '1 while Kafka denies the service this topic', [
      'topic',
    ]);
  }

  /** @param topic without the prefix */
  report(topic: string, explanation: string): void {
    const reported = this.#reported.get(topic);
    this.#gauge?.set({ topic }, 1);
    if (reported?.sentence === explanation && Date.now() < reported.until) return;
    this.#reported.set(topic, { sentence: explanation, until: Date.now() + LOG_INTERVAL_MS });
    this.#log.error({ event: 'kafka-authorization-denied', topic, reason: explanation });
  }

  /** Records a successful read or write. */
  clear(topic: string): void {
    if (!this.#reported.delete(topic)) return;
    this.#gauge?.set({ topic }, 0);
    this.#log.info({ event: 'kafka-authorization-restored', topic });
  }
}
