import type { Gauge, Log, Metrics } from '@cups/contracts';
import { entryKey } from './log/entry.ts';
import type { Entry } from './log/entry.ts';
import type { EntryIndex } from './entry-index.ts';
import type { MissingRange, MissingRangeDraft, MissingRanges } from './store.ts';

export interface MissingEntriesDeps {
  ranges: MissingRanges;
  index: EntryIndex;
  log: Log;
  metrics: Metrics;
  now: () => Date;
}

type Stream = Pick<Entry, 'source' | 'subject'>;
type Numbers = Pick<MissingRange, 'first' | 'last'>;

const SERVICE = { scope: 'service' } as const;
/** Ranges that are counted and reported. */
const MAX_RANGES = 10_000;

/** Finds entries that a service has committed and the journal has not received: their subject has later ones. */
export class MissingEntries {
  readonly #deps: MissingEntriesDeps;
  readonly #gauge: Gauge;
  /** Whether any range is known; undefined until the store has been read. */
  #isAny: boolean | undefined;

  constructor(deps: MissingEntriesDeps) {
    this.#deps = deps;
    this.#gauge = deps.metrics.gauge(
      'journal_missing_entries',
      'Entries that the journal has not received, although it has later ones of their subject.',
      [],
    );
  }

  /** Returns the first ranges that nobody dismissed, ordered by service and subject. */
  async list(): Promise<MissingRange[]> {
    return (await this.#read()).filter(({ dismissTime }) => dismissTime === undefined);
  }

  /** Counts the known ranges. */
  async load(): Promise<void> {
    const known = await this.#read();
    this.#isAny = known.length > 0;
    const open = known.filter(({ dismissTime }) => dismissTime === undefined);
    this.#gauge.set(open.reduce((sum, { first, last }) => sum + last - first + 1, 0));
  }

  /** Returns an open range that has exactly these numbers. */
  async get({ source, subject, first, last }: Stream & Numbers): Promise<MissingRange | undefined> {
    const [found] = await this.#deps.ranges.find({ source, subject, first, last }, { ...SERVICE, limit: 1 });
    return found?.dismissTime === undefined ? found : undefined;
  }

  /** Marks a range as dismissed. It stays: a repeated entry behind it must not report it again. */
  async dismiss({ _id }: MissingRange): Promise<void> {
    const { ranges, now } = this.#deps;
    const dismissTime = now();
    const options = { ...SERVICE, cause: {}, now: dismissTime };
    await ranges.update(_id, options, (range) => ({ document: { ...range, dismissTime }, events: [] }));
    await this.load();
  }

  #read(): Promise<MissingRange[]> {
    const options = { ...SERVICE, limit: MAX_RANGES, sort: { source: 1, subject: 1 } as const };
    return this.#deps.ranges.find({ source: { $gt: '' } }, options);
  }

  /**
   * Records the gaps before indexed entries, and those that they close. A repeat changes nothing.
   * @param keys keys of the index among those of the entries' predecessors
   */
  async record(entries: readonly Entry[], keys: ReadonlySet<string>): Promise<void> {
    if (this.#isAny === undefined) await this.load();
    const own = new Set(entries.map(entryKey));
    let isChanged = false;
    for (const entry of entries) {
      if (this.#isAny && (await this.#fill(entry))) isChanged = true;
      const before = predecessorKey(entry);
      if (before === undefined || own.has(before) || keys.has(before)) continue;
      await this.#recordGap(entry);
      isChanged = true;
    }
    if (isChanged) await this.load();
  }

  async #recordGap({ source, subject, sequence }: Entry): Promise<void> {
    const { index, log } = this.#deps;
    const [former] = index.listStream({ source, subject }, { limit: 1, before: sequence });
    const range = { first: (former?.sequence ?? 0) + 1, last: sequence - 1 };
    if (range.first > range.last) return;
    if ((await this.#add({ source, subject }, range)) > 0)
      log.error({ event: 'journal-entries-missing', caller: source, count: range.last - range.first + 1 });
    this.#isAny = true;
  }

  /**
   * Takes a late entry out of its range: first the part behind it becomes a range, then the former range ends before it.
   * A crash between the two leaves what a repeat completes.
   * @returns whether it was missing
   */
  async #fill({ source, subject, sequence }: Entry): Promise<boolean> {
    const { ranges, now } = this.#deps;
    const filter = { source, subject, first: { $lte: sequence }, last: { $gte: sequence } };
    const [found] = await ranges.find(filter, { ...SERVICE, limit: 1 });
    if (!found) return false;
    const { dismissTime } = found;
    const behind = Object.assign({ first: sequence + 1, last: found.last }, dismissTime && { dismissTime });
    if (sequence < found.last) await this.#add({ source, subject }, behind);
    if (sequence === found.first) {
      await ranges.remove({ _id: found._id }, SERVICE);
      return true;
    }
    const options = { ...SERVICE, cause: {}, now: now() };
    await ranges.update(found._id, options, (range) => ({ document: { ...range, last: sequence - 1 }, events: [] }));
    return true;
  }

  #add(stream: Stream, numbers: Numbers & Pick<MissingRange, 'dismissTime'>): Promise<number> {
    const { ranges, now } = this.#deps;
    const time = now();
    const draft: MissingRangeDraft = {
      _id: entryKey({ ...stream, sequence: numbers.first }),
      ...stream,
      ...numbers,
      detectTime: time,
      timer: null,
    };
    return ranges.createMissing([draft], { ...SERVICE, cause: {}, now: time });
  }
}

/** Returns the key of the entry before this one, if it is not the first. */
export const predecessorKey = ({ source, subject, sequence }: Entry): string | undefined =>
  sequence > 1 ? entryKey({ source, subject, sequence: sequence - 1 }) : undefined;
