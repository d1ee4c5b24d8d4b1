import type { Gauge, Log, Metrics } from '@cups/contracts';
import { EntriesAltered } from './log/log-refused.ts';

/** What of the folder was altered: an entry, a tile of hashes, or the index. */
export type AlterationKind = 'entry' | 'tile' | 'index';
const KINDS: readonly AlterationKind[] = ['entry', 'tile', 'index'];

/** Alterations that are remembered; more say nothing new. */
const MAX_KNOWN = 10_000;
/** Alterations of one verification that are logged one by one. */
const MAX_LOGGED = 20;

/** Altered places of the folder, as reads and the last verification found them. */
export class Alterations {
  readonly #log: Log;
  readonly #gauge: Gauge<'kind'>;
  #known = new Map<string, AlterationKind>();

  constructor({ metrics, processLog }: { metrics: Metrics; processLog: Log }) {
    this.#log = processLog;
    this.#gauge = metrics.gauge(
      'journal_alterations',
      'Entries and tiles in the folder that differ from what was signed, and index files that differ from the entries.',
      ['kind'],
    );
    this.#show();
  }

  get count(): number {
    return this.#known.size;
  }

  /** @param place position of an entry, or level and number of a tile */
  report(kind: AlterationKind, place: number | string): void {
    const name = `${kind}/${place}`;
    if (this.#known.has(name) || this.#known.size >= MAX_KNOWN) return;
    this.#known.set(name, kind);
    if (this.#known.size <= MAX_LOGGED) this.#log.error({ event: 'journal-altered', resource: name });
    this.#show();
  }

  /** Runs a read, and reports the entries that it finds altered. @throws what the read throws */
  watch<Result>(read: () => Result): Result {
    try {
      return read();
    } catch (error) {
      if (error instanceof EntriesAltered) for (const position of error.positions) this.report('entry', position);
      throw error;
    }
  }

  /** Forgets what a complete verification did not find again. @param found names that it reported */
  keep(found: ReadonlySet<string>): void {
    this.#known = new Map([...this.#known].filter(([name]) => found.has(name)));
    this.#show();
  }

  #show(): void {
    for (const kind of KINDS) this.#gauge.set({ kind }, [...this.#known.values()].filter((one) => one === kind).length);
  }
}
