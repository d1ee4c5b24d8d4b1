import { setTimeout as after } from 'node:timers/promises';
import { topicsOf } from '@cups/agency-contract';
import { backoff } from '@cups/contracts';
import type { BackoffOptions, Gauge, Log, Metrics } from '@cups/contracts';
import { reconcileTopics, buildAgencyTopics } from '@cups/events';
import type { KafkaAccess } from '@cups/events';

/** How soon topics that are missing are looked for again (ms). */
const RETRY_BACKOFF: BackoffOptions = { initialMs: 1_000, maxMs: 60_000 };
/** ms; a broker that says nothing does not hold up the end of the process. */
const STOP_TIMEOUT_MS = 2_000;

export interface AgencyTopicsOptions {
  brokers: string[];
  access: KafkaAccess;
  prefix: string;
  /** Of each topic that is created. */
  partitions: number;
  /** Whether topics that are missing are created, or only told of. */
  create: boolean;
  log: Log;
  metrics: Metrics;
}

/**
 * Sees to it that agencies have their topics. Missing ones are created, where that is allowed. Those that are still missing are
 * told by one log line, which says what to do, and by the gauge `agency_topics_missing`, until somebody has created them.
 */
export class AgencyTopics {
  readonly #options: AgencyTopicsOptions;
  readonly #gauge: Gauge<'agency'>;
  readonly #waits = backoff(RETRY_BACKOFF);
  /** Agencies whose topics were not seen yet, each with what was told about it. */
  readonly #wanted = new Map<string, string>();
  #turn: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: AgencyTopicsOptions) {
    this.#options = options;
    const meaning = 'ALARM: topics of an agency that are not there; its deliveries wait';
    this.#gauge = options.metrics.gauge('agency_topics_missing', meaning, ['agency']);
  }

  /** Resolves after the first look, whatever it found; while topics are missing, it is looked again and again. */
  ensure(agencies: string[]): Promise<void> {
    for (const agency of agencies) this.#wanted.set(agency, '');
    this.#waits.reset();
    return this.#checkNow();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await Promise.race([this.#turn, after(STOP_TIMEOUT_MS, undefined, { ref: false })]);
  }

  #checkNow(): Promise<void> {
    clearTimeout(this.#timer);
    this.#turn = this.#turn.then(async () => {
      await this.#check();
      if (this.#stopped || this.#wanted.size === 0) return;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.#checkNow(), this.#waits.next()).unref();
    });
    return this.#turn;
  }

  async #check(): Promise<void> {
    const { brokers, access, prefix, partitions, create } = this.#options;
    const agencies = [...this.#wanted.keys()];
    const topics = agencies.flatMap((agency) => buildAgencyTopics(prefix, agency, partitions));
    if (this.#stopped || topics.length === 0) return;
    try {
      const { missing, reason } = await reconcileTopics({ brokers, access, topics, create });
      const names = new Set(missing.map(({ name }) => name));
      for (const agency of agencies) {
        const own = Object.values(topicsOf(agency, prefix)).filter((name) => names.has(name));
        this.#found(agency, own, reason);
      }
    } catch {
      // The broker is away; the consumers say so.
    }
  }

  #found(agency: string, missing: string[], reason: string): void {
    const { access, create, log } = this.#options;
    this.#gauge.set({ agency }, missing.length);
    const lastReason = this.#wanted.get(agency);
    if (missing.length === 0) {
      this.#wanted.delete(agency);
      if (lastReason) log.info({ event: 'agency-topics-there', agency });
      return;
    }
    const cause = create ? `this service may not create them (${reason})` : 'this service is set not to create them';
    // Kafka shows nobody a topic to which they have no right.
    const right = access.username ? `, or user ${access.username} be given the right to them` : '';
    const message = `${missing.join(' and ')} must be created by somebody${right}: ${cause}`;
    this.#wanted.set(agency, message);
    if (message !== lastReason) log.error({ event: 'agency-topics-missing', agency, reason: message });
  }
}
