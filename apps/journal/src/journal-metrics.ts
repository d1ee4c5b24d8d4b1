import type { Counter, Metrics } from '@cups/contracts';
import type { Entry } from './log/entry.ts';
import type { Checkpoint } from './log/checkpoint.ts';

const MS_PER_SECOND = 1_000;

/** Counts entries, and shows the state of the log. */
export class JournalMetrics {
  readonly #entries: Counter<'source'>;
  readonly #duplicates: Counter;

  /** @param checkpoint returns the newest checkpoint */
  constructor(metrics: Metrics, checkpoint: () => Checkpoint | undefined) {
    this.#entries = metrics.counter('journal_entries_total', 'Entries appended to the log, by service.', ['source']);
    this.#duplicates = metrics.counter('journal_duplicates_total', 'Received entries that the log has already.');
    metrics.gauge('journal_size', 'Entries of the log.', [], (gauge) => gauge.set(checkpoint()?.size ?? 0));
    metrics.gauge('journal_checkpoint_timestamp_seconds', 'Time of the newest checkpoint, in seconds.', [], (gauge) =>
      gauge.set((checkpoint()?.time.getTime() ?? 0) / MS_PER_SECOND),
    );
  }

  countEntries(added: readonly Entry[], duplicates: number): void {
    for (const [source, entries] of Map.groupBy(added, (entry) => entry.source))
      this.#entries.inc({ source }, entries.length);
    if (duplicates > 0) this.#duplicates.inc(duplicates);
  }
}
