import type { Gauge, Metrics } from '@cups/contracts';
import type { ApplicationRecords, DocumentRecords } from './store.ts';

export interface BacklogDeps {
  records: DocumentRecords;
  applications: ApplicationRecords;
  metrics: Metrics;
  now: () => Date;
}

/** Interval between two readings. */
export const BACKLOG_INTERVAL_MS = 15_000;
/** Counts end here. */
const MAX_COUNT = 10_000;

/** Measures what waits: checks, results that nobody collects, holds. */
export class Backlog {
  readonly #deps: BacklogDeps;
  readonly #pending: Gauge;
  readonly #oldest: Gauge;
  readonly #uncollected: Gauge;
  readonly #holds: Gauge;

  constructor(deps: BacklogDeps) {
    this.#deps = deps;
    const { metrics } = deps;
    this.#pending = metrics.gauge('documents_checks_pending', 'Uploaded documents that wait for their check.', []);
    this.#oldest = metrics.gauge('documents_oldest_check_seconds', 'Age of the oldest of these, in seconds.', []);
    this.#uncollected = metrics.gauge(
      'documents_results_uncollected',
      'Applications with results that nobody collected within the term, for a supervisor.',
      [],
    );
    this.#holds = metrics.gauge('documents_holds', 'Applications whose documents must not be erased.', []);
  }

  async read(): Promise<void> {
    const { records, applications, now } = this.#deps;
    const always = { $gt: new Date(0) };
    const options = { scope: 'service' as const, limit: MAX_COUNT };
    const [checking = 0] = await records.countEach([{ state: 'checking' }], options);
    const [uncollected = 0, holds = 0] = await applications.countEach(
      [{ uncollectedTime: always }, { 'hold.time': always }],
      options,
    );
    this.#pending.set(checking);
    this.#uncollected.set(uncollected);
    this.#holds.set(holds);
    this.#oldest.set(checking === 0 ? 0 : await this.#oldestSeconds(now()));
  }

  async #oldestSeconds(time: Date): Promise<number> {
    const sort = { uploadTime: 1 } as const;
    const projection = { uploadTime: 1 } as const;
    const [oldest] = await this.#deps.records.find(
      { state: 'checking' },
      { scope: 'service', sort, limit: 1, projection },
    );
    return oldest?.uploadTime ? Math.max(0, (time.getTime() - oldest.uploadTime.getTime()) / 1000) : 0;
  }
}
