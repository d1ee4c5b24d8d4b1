import type { Log, Metrics } from '@cups/contracts';
import { JOURNAL_RETENTION_DAYS } from '@cups/events';
import { Problem } from '@cups/problem';
import type { LogRefused, RefusalCode } from './log/log-refused.ts';

export interface RefusalDeps {
  metrics: Metrics;
  processLog: Log;
  now: () => Date;
}

/** Why the log is not continued, and since when entries wait in Kafka. */
export interface CurrentRefusal {
  code: RefusalCode;
  /** One sentence that says what to do. */
  message: string;
  /** Kafka drops the entries that the log lacks from here on. */
  expireTime: Date;
}

const MS_PER_SECOND = 1_000;
const MS_PER_DAY = 86_400_000;

/**
 * The state of a journal that must not continue its log. The process serves its health, metrics and the reason. It
 * appends nothing, and proves nothing of this log.
 */
export class Refusal {
  readonly #deps: RefusalDeps;
  #current: CurrentRefusal | undefined;

  constructor(deps: RefusalDeps) {
    this.#deps = deps;
    const { metrics } = deps;
    metrics.gauge('journal_refused', '1 if the log must not be continued.', [], (gauge) =>
      gauge.set(this.#current ? 1 : 0),
    );
    metrics.gauge(
      'journal_waiting_expire_timestamp_seconds',
      'Time from which Kafka drops the entries that a refused log lacks, in seconds; 0 while the log is continued.',
      [],
      (gauge) => gauge.set((this.#current?.expireTime.getTime() ?? 0) / MS_PER_SECOND),
    );
  }

  /** Undefined while the log may be continued. */
  get current(): CurrentRefusal | undefined {
    return this.#current;
  }

  /** @param since time of the newest entry that the log has; the next one may have come directly after it */
  begin({ code, message }: LogRefused, since: Date = this.#deps.now()): void {
    if (this.#current?.code === code) return;
    const expireTime = new Date(since.getTime() + JOURNAL_RETENTION_DAYS * MS_PER_DAY);
    this.#current = { code, message, expireTime };
    process.stderr.write(`${message} Kafka drops waiting entries from ${expireTime.toISOString()} on.\n`);
    const delayMs = expireTime.getTime() - this.#deps.now().getTime();
    this.#deps.processLog.error({ event: 'journal-log-refused', reason: code, delayMs });
  }

  /** The log is continued. */
  end(): void {
    if (!this.#current) return;
    this.#current = undefined;
    this.#deps.processLog.info({ event: 'journal-log-accepted' });
  }

  /** @throws Problem STORE_UNAVAILABLE while the log is refused */
  assertNone(): void {
    if (this.#current)
      throw new Problem({ reason: 'STORE_UNAVAILABLE', message: 'The journal does not continue its log.' });
  }
}
