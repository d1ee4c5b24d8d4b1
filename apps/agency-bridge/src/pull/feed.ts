import type { RequestType } from '@cups/agency-contract';
import { backoffMs } from '@cups/contracts';
import type { Store } from '@cups/store';
import { setTimeout as pause } from 'node:timers/promises';

/** A message to an agency that reads over HTTP, without personal data: its content is in intake. */
export interface FeedEntry {
  /** Agency code. */
  agency: string;
  /** Identifies the outbox entry, so that a repeat is not added twice: `<subject>/<number>`. */
  key: string;
  /** deliveries/{id} */
  subject: string;
  type: RequestType;
  /** ce_id */
  id: string;
  /** ce_time */
  time: Date;
  correlationId: string;
  causationId: string;
  /** Number of the submission to fetch from intake; absent for other messages. */
  submission?: number;
  /** Number of the message of the desk to fetch from intake; absent for other messages. */
  message?: number;
  /** Content of a message with neither: IDs, codes and times. Removed with the texts of an erased application. */
  data?: object;
  addTime: Date;
  /** Since when its content cannot be read; absent otherwise. */
  failTime?: Date;
}

/** An entry and its position in the feed of its agency, contiguous from 1. */
export type PositionedEntry = FeedEntry & { position: number };

interface StoredEntry extends FeedEntry {
  /** `<agency>/<position>`, the position with 12 digits. */
  _id: string;
}

/** How far an agency has read. */
interface StoredReader {
  /** Agency code. */
  _id: string;
  position: number;
  readTime: Date;
}

const ENTRIES = 'agencyRequests';
const READERS = 'agencyReaders';
const rowsOf = (store: Store) => store.collection<StoredEntry>(ENTRIES);
type Rows = ReturnType<typeof rowsOf>;

const POSITION_DIGITS = 12;
/** Attempts to add entries while another replica adds some of the same agency. */
const MAX_ATTEMPTS = 20;
/** Counting of unread entries stops here. */
const MAX_UNREAD = 1_000;
const DUPLICATE_KEY = 11_000;
const IN_ORDER = { sort: { _id: 1 as const } };
/** An entry that was moved, or whose application was erased, has none. */
const HAS_CONTENT = ['submission', 'message', 'data'].map((member) => ({ [member]: { $exists: true } }));

const rowId = (agency: string, position: number): string =>
  `${agency}/${String(position).padStart(POSITION_DIGITS, '0')}`;
const positionOf = (id: string): number => Number(id.slice(-POSITION_DIGITS));
/** Returns the range of an agency after a position. "0" follows "/". */
const rangeAfter = (agency: string, position: number) => ({ $gt: rowId(agency, position), $lt: `${agency}0` });

/**
 * The feeds of agencies with a pull API. An entry takes the next position when its write succeeds, so no reader sees a
 * position before all lower ones: a cursor never skips an entry.
 */
export class AgencyFeeds {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    store.addIndexes(ENTRIES, [
      { fields: { key: 1 }, query: 'entries that are in a feed already, and those of an erased application' },
      { fields: { addTime: 1 }, query: 'the end of retention' },
    ]);
  }

  /** Adds entries in order. Repeating it has no effect. @throws Problem STORE_UNAVAILABLE */
  async add(entries: readonly FeedEntry[]): Promise<void> {
    for (const [agency, own] of Map.groupBy(entries, (entry) => entry.agency)) await this.#addOf(agency, own);
  }

  /** Returns the entries after a position, in order, at most `limit`. */
  async read(agency: string, after: number, limit: number): Promise<PositionedEntry[]> {
    const found = await this.#run((rows) =>
      rows.find({ _id: rangeAfter(agency, after) }, { sort: { _id: 1 }, limit }).toArray(),
    );
    return found.map(({ _id, ...entry }) => ({ ...entry, position: positionOf(_id) }));
  }

  /** Returns the position of the newest entry; 0 without one. */
  async newest(agency: string): Promise<number> {
    const options = { sort: { _id: -1 as const }, projection: { _id: 1 } };
    const last = await this.#run((rows) => rows.findOne({ _id: rangeAfter(agency, 0) }, options));
    return last ? positionOf(last._id) : 0;
  }

  /** Returns the ce_id of the entry at a position; undefined after its retention, and beyond the newest. */
  async idAt(agency: string, position: number): Promise<string | undefined> {
    const found = await this.#run((rows) => rows.findOne({ _id: rowId(agency, position) }, { projection: { id: 1 } }));
    return found?.id;
  }

  /** Records that the content of an entry can be read again. */
  async recordSuccess(agency: string, position: number): Promise<void> {
    await this.#run((rows) => rows.updateOne({ _id: rowId(agency, position) }, { $unset: { failTime: '' } }));
  }

  /** Records that the content of an entry cannot be read. @returns since when */
  async recordFailure(agency: string, position: number, now: Date): Promise<Date> {
    const _id = rowId(agency, position);
    await this.#run((rows) => rows.updateOne({ _id, failTime: { $exists: false } }, { $set: { failTime: now } }));
    const found = await this.#run((rows) => rows.findOne({ _id }, { projection: { failTime: 1 } }));
    return found?.failTime ?? now;
  }

  /**
   * Moves an entry, and the later ones about the same application, to the end of the feed: they stay in their order, and no
   * longer precede the others. A crash may leave an entry at both places. Systems ignore an ID that they have.
   */
  async postpone({ agency, position, subject, key }: PositionedEntry, now: Date): Promise<void> {
    const start = rowId(agency, position - 1);
    for (;;) {
      // What arrived before the copy follows it too.
      const copy = await this.#run((rows) => rows.findOne({ key: `${key}+` }, { projection: { _id: 1 } }));
      const _id = { $gt: start, $lt: copy?._id ?? `${agency}0` };
      const moved = await this.#run((rows) => rows.find({ _id, subject, $or: HAS_CONTENT }, IN_ORDER).toArray());
      if (moved.length === 0) return;
      await this.add(
        moved.map(({ _id: _old, failTime: _failTime, ...entry }) => ({ ...entry, key: `${entry.key}+`, addTime: now })),
      );
      const content = { submission: '', message: '', data: '', failTime: '' } as const;
      await this.#run((rows) => rows.updateMany({ _id: { $in: moved.map((one) => one._id) } }, { $unset: content }));
    }
  }

  /** Records that an agency has received everything up to a position. */
  async recordRead(agency: string, position: number, readTime: Date): Promise<void> {
    await this.#call(() =>
      this.#store
        .collection<StoredReader>(READERS)
        .updateOne({ _id: agency }, { $max: { position }, $set: { readTime } }, { upsert: true }),
    );
  }

  /** Returns with which position an agency last read, and when; undefined if it never did. */
  async lastRead(agency: string): Promise<{ position: number; readTime: Date } | undefined> {
    const found = await this.#call(() => this.#store.collection<StoredReader>(READERS).findOne({ _id: agency }));
    return found ?? undefined;
  }

  /** Returns how many entries follow the last cursor of an agency, at most 1,000, and since when the oldest waits. */
  async unread(agency: string): Promise<{ count: number; oldestTime?: Date; readTime?: Date }> {
    const read = await this.lastRead(agency);
    const options = { sort: { _id: 1 as const }, limit: MAX_UNREAD, projection: { addTime: 1 } };
    const range = { _id: rangeAfter(agency, read?.position ?? 0) };
    const found = await this.#run((rows) => rows.find(range, options).toArray());
    const [oldest] = found;
    return {
      count: found.length,
      ...(oldest && { oldestTime: oldest.addTime }),
      ...(read && { readTime: read.readTime }),
    };
  }

  /** Removes the content of entries about an erased application. The positions stay. @param subject deliveries/{id} */
  async clear(subject: string): Promise<void> {
    const key = { $gte: `${subject}/`, $lt: `${subject}0` };
    await this.#run((rows) => rows.updateMany({ key }, { $unset: { data: '' } }));
  }

  /**
   * Removes the entries that were added before a time. The newest of each agency stays: it holds the position.
   * @param onRemoval receives their number first
   * @returns their number, at most `limit`
   */
  async expire(before: Date, limit: number, onRemoval: (count: number) => Promise<void>): Promise<number> {
    const options = { limit, sort: { addTime: 1 as const }, projection: { agency: 1 } };
    const found = await this.#run((rows) => rows.find({ addTime: { $lt: before } }, options).toArray());
    const agencies = [...new Set(found.map(({ agency }) => agency))];
    const newest = await Promise.all(agencies.map(async (agency) => rowId(agency, await this.newest(agency))));
    const ended = found.map(({ _id }) => _id).filter((id) => !newest.includes(id));
    if (ended.length === 0) return 0;
    await onRemoval(ended.length);
    await this.#run((rows) => rows.deleteMany({ _id: { $in: ended } }));
    return ended.length;
  }

  async #addOf(agency: string, entries: readonly FeedEntry[]): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      // Before the search: what another replica adds after it takes the next position, so the write below fails and repeats.
      const newest = await this.newest(agency);
      const missing = await this.#findMissing(entries);
      if (missing.length === 0) return;
      const rows = missing.map((entry, at) => ({ _id: rowId(agency, newest + 1 + at), ...entry }));
      const isAdded = await this.#run((stored) =>
        stored.insertMany(rows, { ordered: true }).then(
          () => true,
          (error: { code?: number }) => {
            if (error.code !== DUPLICATE_KEY || attempt === MAX_ATTEMPTS) throw error as Error;
            return false;
          },
        ),
      );
      if (isAdded) return;
      await pause(backoffMs(attempt, { initialMs: 5, maxMs: 200 }));
    }
  }

  async #findMissing(entries: readonly FeedEntry[]): Promise<FeedEntry[]> {
    const keys = entries.map(({ key }) => key);
    const known = await this.#run((rows) => rows.find({ key: { $in: keys } }, { projection: { key: 1 } }).toArray());
    const knownKeys = new Set(known.map(({ key }) => key));
    return entries.filter(({ key }) => !knownKeys.has(key));
  }

  #run<T>(work: (rows: Rows) => Promise<T>): Promise<T> {
    return this.#call(() => work(rowsOf(this.#store)));
  }

  async #call<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.#store.failure(error, ENTRIES);
    }
  }
}
