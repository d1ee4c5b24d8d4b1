import { isRefusalCause, REFUSALS } from '@cups/agency-contract';
import { createPageToken, newUlid, parsePageToken } from '@cups/contracts/node';
import type { RefusedMessage } from '@cups/contracts';
import type { Store } from '@cups/store';
import type { ReplyIssue, MessagePosition } from '../domain/delivery.ts';

/** A reply that was refused, recorded or changed: its position and cause, without content. */
export interface RefusedReply {
  /** Agency code. */
  agency: string;
  handling: string;
  cause: string;
  violations: ReplyIssue['violations'];
  changes: string[];
  /** ce_id and ce_type, if they are safe to return. */
  id?: string;
  type?: string;
  /** applications/{id} of the agency, if the reply named one. */
  application?: string;
  topic: string;
  partition: number;
  offset: number;
  /** Greater than `offset` for a batch that could not be read. */
  lastOffset: number;
  time: Date;
}

/** A reply that was recorded or changed. */
export interface ReplyIssueRecord {
  /** applications/{id} */
  application: string;
  issue: ReplyIssue;
  about: MessagePosition;
}

interface StoredRefusedReply extends RefusedReply {
  /** `<topic>/<partition>/<offset>` */
  _id: string;
  /** ULID that orders lists. */
  order: string;
}

const COLLECTION = 'refusedReplies';
const rowsOf = (store: Store) => store.collection<StoredRefusedReply>(COLLECTION);
type Rows = ReturnType<typeof rowsOf>;

/** Maximum number of replies kept per agency, and per write. The newest are kept. */
const MAX_PER_AGENCY = 1_000;
const MAX_PER_WRITE = 200;
/** Number of writes between two removals of the oldest replies. */
const TRIM_INTERVAL = 100;

/** Stores the newest refused, recorded and changed replies per agency. `refusals` of @cups/store counts all. */
export class RefusedReplies {
  readonly #store: Store;
  readonly #now: () => Date;
  readonly #untrimmed = new Map<string, number>();

  constructor(store: Store, now: () => Date) {
    this.#store = store;
    store.addIndexes(COLLECTION, [{ fields: { agency: 1, order: -1 }, query: 'ListRefusedReplies' }]);
    this.#now = now;
  }

  /** Stores refused messages of an agency. Repeating it has no effect. */
  async recordRefused(agency: string, messages: RefusedMessage[]): Promise<void> {
    const time = this.#now();
    const rows = messages.slice(-MAX_PER_WRITE).map(({ topic, partition, offset, lastOffset, cause, detail }) => {
      const position = { topic, partition, offset: Number(offset), lastOffset: Number(lastOffset) };
      const { id, type, application, violations = [] } = detail ?? {};
      const identity = Object.assign({}, id && { id }, type && { type }, application && { application });
      return Object.assign(position, { agency, handling: 'refused', cause, violations, changes: [], time }, identity);
    });
    await this.#put(agency, rows);
  }

  /** Stores messages that were recorded or changed. */
  async recordIssues(agency: string, issues: ReplyIssueRecord[]): Promise<void> {
    const time = this.#now();
    const rows = issues.slice(-MAX_PER_WRITE).map(({ application, issue, about }) => {
      const { cause, violations, changes = [] } = issue;
      const handling = isRefusalCause(cause) ? REFUSALS[cause].handling : 'refused';
      const row = { agency, application, handling, cause, violations, changes, time, lastOffset: about.offset };
      return Object.assign(row, about);
    });
    await this.#put(agency, rows);
  }

  /**
   * Returns a page of an agency's replies, newest first.
   * @throws Problem PAGE_TOKEN_INVALID
   */
  async list(agency: string, { pageSize, pageToken: token }: { pageSize: number; pageToken: string }) {
    const filter = { agency };
    const after = parsePageToken(token, filter);
    const page = after === undefined ? filter : { agency, order: { $lt: after } };
    const all = await this.#run((rows) => rows.find(page, { sort: { order: -1 }, limit: pageSize + 1 }).toArray());
    const replies = all.slice(0, pageSize);
    const last = all.length > pageSize ? replies.at(-1) : undefined;
    return { replies: replies as RefusedReply[], nextPageToken: last ? createPageToken(last.order, filter) : '' };
  }

  /** Returns the newest reply of an agency, or undefined. */
  async newest(agency: string): Promise<RefusedReply | undefined> {
    return (await this.#run((rows) => rows.findOne({ agency }, { sort: { order: -1 } }))) ?? undefined;
  }

  /** Removes the rows of an erased application. */
  async removeOf(agency: string, application: string): Promise<void> {
    await this.#run((rows) => rows.deleteMany({ agency, application }));
  }

  /**
   * Removes the rows before a time.
   * @param onRemoval receives their number first
   * @returns their number, at most `limit`
   */
  async expire(before: Date, limit: number, onRemoval: (count: number) => Promise<void>): Promise<number> {
    const found = await this.#run((rows) =>
      rows.find({ time: { $lt: before } }, { limit, projection: { _id: 1 } }).toArray(),
    );
    if (found.length === 0) return 0;
    await onRemoval(found.length);
    await this.#run((rows) => rows.deleteMany({ _id: { $in: found.map(({ _id }) => _id) } }));
    return found.length;
  }

  async #put(agency: string, rows: RefusedReply[]): Promise<void> {
    if (rows.length === 0) return;
    const writes = rows.map((row) => {
      const _id = `${row.topic}/${row.partition}/${row.offset}`;
      const update = { $setOnInsert: Object.assign({ order: newUlid(row.time) }, row) };
      return { updateOne: { filter: { _id }, update, upsert: true } };
    });
    await this.#run((stored) => stored.bulkWrite(writes, { ordered: true }));
    const untrimmed = (this.#untrimmed.get(agency) ?? TRIM_INTERVAL) + rows.length;
    this.#untrimmed.set(agency, untrimmed < TRIM_INTERVAL ? untrimmed : 0);
    if (untrimmed >= TRIM_INTERVAL) await this.#trim(agency);
  }

  async #trim(agency: string): Promise<void> {
    const options = { sort: { order: -1 as const }, skip: MAX_PER_AGENCY, limit: 1, projection: { order: 1 } };
    const [first] = await this.#run((rows) => rows.find({ agency }, options).toArray());
    if (first) await this.#run((rows) => rows.deleteMany({ agency, order: { $lte: first.order } }));
  }

  async #run<T>(work: (rows: Rows) => Promise<T>): Promise<T> {
    try {
      return await work(rowsOf(this.#store));
    } catch (error) {
      throw this.#store.failure(error, COLLECTION);
    }
  }
}
