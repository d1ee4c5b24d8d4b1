import { setTimeout as after } from 'node:timers/promises';
import { topicsOf } from '@cups/agency-contract';
import { backoff } from '@cups/contracts';
import type { BackoffOptions, Gauge, Log, Metrics } from '@cups/contracts';
import { reconcileTopics, buildAgencyTopics } from '@cups/events';
import type { KafkaAccess } from '@cups/events';

/** Backoff between checks for missing topics. */
const RETRY_BACKOFF: BackoffOptions = { initialMs: 1_000, maxMs: 60_000 };
/** Maximum wait at shutdown for a broker that does not respond. */
const STOP_TIMEOUT_MS = 2_000;

export interface AgencyTopicsOptions {
  brokers: string[];
  access: KafkaAccess;
  prefix: string;
  /** Partitions of each created topic. */
  partitions: number;
  /** Whether to create missing topics, or only to report them. */
  create: boolean;
  log: Log;
  metrics: Metrics;
}

/**
 * Ensures that agencies have their topics: creates missing ones if allowed. Reports those still missing with one log
 * line, which names the remedy, and the gauge `agency_topics_missing`.
 */
export class AgencyTopics {
  readonly #options: AgencyTopicsOptions;
  readonly #gauge: Gauge<'agency'>;
  readonly #backoff = backoff(RETRY_BACKOFF);
  /** Agencies whose topics are not confirmed, each with the last logged message. */
  readonly #pending = new Map<string, string>();
  #running: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: AgencyTopicsOptions) {
    this.#options = options;
    const meaning = 'ALARM: topics of an agency that are not there; its deliveries wait';
    this.#gauge = options.metrics.gauge('agency_topics_missing', meaning, ['agency']);
  }

  /** Resolves after the first check, whatever its result. Checks again while topics are missing. */
  ensure(agencies: string[]): Promise<void> {
    for (const agency of agencies) this.#pending.set(agency, '');
    this.#backoff.reset();
    return this.#checkNow();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await Promise.race([this.#running, after(STOP_TIMEOUT_MS, undefined, { ref: false })]);
  }

  #checkNow(): Promise<void> {
    clearTimeout(this.#timer);
    this.#running = this.#running.then(async () => {
      await this.#check();
      if (this.#stopped || this.#pending.size === 0) return;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.#checkNow(), this.#backoff.next()).unref();
    });
    return this.#running;
  }

  async #check(): Promise<void> {
    const { brokers, access, prefix, partitions, create } = this.#options;
    const agencies = [...this.#pending.keys()];
    const topics = agencies.flatMap((agency) => buildAgencyTopics(prefix, agency, partitions));
    if (this.#stopped || topics.length === 0) return;
    try {
      const { missing, reason } = await reconcileTopics({ brokers, access, topics, create });
      const names = new Set(missing.map(({ name }) => name));
      for (const agency of agencies) {
        const own = Object.values(topicsOf(agency, prefix)).filter((name) => names.has(name));
        this.#reportMissing(agency, own, reason);
      }
    } catch {
      // The broker is unavailable; the consumers log it.
    }
  }

  #reportMissing(agency: string, missing: string[], reason: string): void {
    const { access, create, log } = this.#options;
    this.#gauge.set({ agency }, missing.length);
    const lastReason = this.#pending.get(agency);
    if (missing.length === 0) {
      this.#pending.delete(agency);
      if (lastReason) log.info({ event: 'agency-topics-found', agency });
      return;
    }
    const cause = create ? `this service may not create them (${reason})` : 'this service is set not to create them';
    // Kafka hides topics from users without rights to them.
    const right = access.username ? `, or user ${access.username} be given the right to them` : '';
    const message = `${missing.join(' and ')} must be created by somebody${right}: ${cause}`;
    this.#pending.set(agency, message);
    if (message !== lastReason) log.error({ event: 'agency-topics-missing', agency, reason: message });
  }
}
