import type { Gauge, Log, Metrics } from '@cups/contracts';

/** A denial that stays is told again this often. */
const LOG_INTERVAL_MS = 60_000;

/**
 * Tells what Kafka denies, for each topic: the gauge `kafka_denied` is 1 while it does, and a line at level error says in one
 * sentence what must be changed, when that becomes so and once a minute while it stays. It is tried again meanwhile: a right
 * that was given needs no restart.
 */
export class AuthorizationErrors {
  readonly #log: Log;
  readonly #gauge: Gauge<'topic'> | undefined;
  readonly #reported = new Map<string, { sentence: string; until: number }>();

  constructor(log: Log, metrics: Metrics | undefined) {
    this.#log = log;
    this.#gauge = metrics?.gauge('kafka_denied', 'ALARM: Kafka denies this topic to the service', ['topic']);
  }

  /** @param topic without the prefix */
  report(topic: string, sentence: string): void {
    const reported = this.#reported.get(topic);
    this.#gauge?.set({ topic }, 1);
    if (reported?.sentence === sentence && Date.now() < reported.until) return;
    this.#reported.set(topic, { sentence, until: Date.now() + LOG_INTERVAL_MS });
    this.#log.error({ event: 'kafka-denies', topic, reason: sentence });
  }

  /** The topic was read from or written to. */
  clear(topic: string): void {
    if (!this.#reported.delete(topic)) return;
    this.#gauge?.set({ topic }, 0);
    this.#log.info({ event: 'kafka-admits', topic });
  }
}
