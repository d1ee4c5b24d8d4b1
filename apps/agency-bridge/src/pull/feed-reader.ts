import { createHash } from 'node:crypto';
import { parseSubject, PLATFORM_SOURCE, REQUEST_TYPES, SCHEMAS } from '@cups/agency-contract';
import type { RequestType } from '@cups/agency-contract';
import type { Counter, Log, Metrics } from '@cups/contracts';
import { createPageToken, parsePageToken, readPageMark } from '@cups/contracts/node';
import { isProblem, Problem, violation } from '@cups/problem';
import type { Context } from '@cups/rpc';
import { NO_COPIES } from '../domain/copies.ts';
import { toAgencyNumber } from '../domain/delivery.ts';
import type { CopiesClient } from '../outbound/copies-client.ts';
import type { MessageClient } from '../outbound/message-client.ts';
import { toRequest } from '../outbound/request-encoder.ts';
import type { SubmissionClient } from '../outbound/submission-client.ts';
import type { Deliveries, StoredDelivery } from '../store.ts';
import type { FeedWaits } from './feed-waits.ts';
import type { AgencyFeeds, PositionedEntry } from './feed.ts';

/** Reads feeds with the content of their messages, which is in intake until then. */

/** A message of the contract in the structured mode of CloudEvents. */
export interface CloudEvent {
  specversion: '1.0';
  id: string;
  source: string;
  type: RequestType;
  subject: string;
  /** RFC 3339. */
  time: string;
  dataschema: string;
  datacontenttype: 'application/json';
  correlationid?: string;
  causationid?: string;
  data: object;
}

export interface FeedPage {
  /** JSON of each message, in order. */
  events: Buffer[];
  /** Where the next page starts. It stays valid. */
  cursor: string;
  /** Whether the next page has messages now. */
  hasMore: boolean;
}

export interface FeedReaderDeps {
  feeds: AgencyFeeds;
  waits: Pick<FeedWaits, 'untilAdded'>;
  deliveries: Deliveries;
  submissions: SubmissionClient;
  messages: MessageClient;
  copies: CopiesClient;
  log: Log;
  metrics: Metrics;
  now: () => Date;
}

/** Maximum size of the messages of one page, in bytes. A single message has at most 256 KiB. */
const MAX_PAGE_BYTES = 1_048_576;
/** How long an entry without readable content keeps those behind it waiting. */
const MAX_FAILURE_MS = 600_000;
/** Entries behind it that show whether the others can be read. */
const PROBED_ENTRIES = 5;
/** A wait, and a page, end this long before the deadline of their call. */
const RESERVE_MS = 1_000;

export interface FeedQuery {
  /** Agency code. */
  agency: string;
  /** '' starts at the oldest message. */
  cursor: string;
  pageSize: number;
  /** How long the read waits for a message if none follows the cursor; 0 for no wait. */
  waitMs: number;
}

/** The call that reads. */
export interface FeedCall extends Pick<Context, 'deadline' | 'signal' | 'waitIdle'> {
  /** Receives applications/{id} of each message with personal data. */
  onRead: (application: string) => void;
}

/** Content of an entry, or why it has none: `gone` after the end of the application, `unavailable` for now. */
type Content = { type: RequestType; data: object } | 'gone' | 'unavailable';

export class FeedReader {
  readonly #deps: FeedReaderDeps;
  readonly #skipped: Counter;
  readonly #postponed: Counter;

  constructor(deps: FeedReaderDeps) {
    this.#deps = deps;
    const meaning = 'ALARM: messages of feeds that were left out because their content violates the contract.';
    this.#skipped = deps.metrics.counter('agency_feed_skipped_total', meaning);
    const postponed =
      'ALARM: messages of feeds that were moved behind the others because intake cannot read their content.';
    this.#postponed = deps.metrics.counter('agency_feed_postponed_total', postponed);
  }

  /**
   * Returns the messages after a cursor. Reads the content of each from intake; leaves out submissions and messages of desks
   * about applications that ended or were erased meanwhile. Without any message, it waits for one.
   * @throws Problem PAGE_TOKEN_INVALID for a foreign cursor and after a restore to an earlier time, UPSTREAM_UNAVAILABLE if
   *   no message can be read now, CANCELLED if the caller left during the wait
   */
  async read({ agency, cursor, pageSize, waitMs }: FeedQuery, call: FeedCall): Promise<FeedPage> {
    const { feeds, now } = this.#deps;
    const after = parseCursor(cursor, agency);
    const afterMark = readPageMark(cursor);
    await this.#assertInFeed(agency, after, afterMark);
    await feeds.recordRead(agency, after, now());
    const find = () => feeds.read(agency, after, pageSize + 1);
    let entries = await find();
    if (entries.length === 0 && waitMs > 0) {
      await this.#waitForEntry({ agency, after, waitMs }, call);
      entries = await find();
    }
    const events: Buffer[] = [];
    let [bytes, position, isOpen, mark] = [0, after, true, afterMark];
    for (const entry of entries.slice(0, pageSize)) {
      const content = await this.#contentOf(entry);
      isOpen = content !== 'unavailable';
      if (content === 'unavailable') break;
      if (entry.failTime) await feeds.recordSuccess(agency, entry.position);
      if (content !== 'gone') {
        const event = Buffer.from(JSON.stringify(toCloudEvent(entry, content)));
        if (events.length > 0 && bytes + event.length > MAX_PAGE_BYTES) break;
        if (hasContentInIntake(entry)) call.onRead(parseSubject(entry.subject)!.application);
        events.push(event);
        bytes += event.length;
      }
      position = entry.position;
      mark = markOf(entry.id);
      if (call.deadline.getTime() - Date.now() < RESERVE_MS) break;
    }
    if (!isOpen && position === after) {
      if (await this.#postponeIfAlone(entries[0]!)) return this.read({ agency, cursor, pageSize, waitMs: 0 }, call);
      throw new Problem({ reason: 'UPSTREAM_UNAVAILABLE', message: 'The content of the next message is unavailable.' });
    }
    const hasMore = position < (entries.at(-1)?.position ?? 0);
    return { events, cursor: createCursor({ position, mark }, agency), hasMore };
  }

  /**
   * Positions are given again after a restore to an earlier time: a cursor from before it would leave out what came since.
   * @throws Problem PAGE_TOKEN_INVALID if the feed has no, or another, entry at the position
   */
  async #assertInFeed(agency: string, position: number, mark: string | undefined): Promise<void> {
    if (position === 0) return;
    const { feeds } = this.#deps;
    const known = await feeds.idAt(agency, position);
    const isSame =
      known === undefined ? position <= (await feeds.newest(agency)) : mark === undefined || markOf(known) === mark;
    if (isSame) return;
    this.#deps.log.warn({ event: 'feed-cursor-unknown', agency, count: position });
    throw new Problem({
      reason: 'PAGE_TOKEN_INVALID',
      message:
        'The platform was restored to an earlier time than the cursor: read without a cursor, and ignore known IDs.',
      violations: [violation('/cursor', 'PAGE_TOKEN')],
    });
  }

  /** Postpones the first entry if its content has not been readable for long, and that of another one is. */
  async #postponeIfAlone(first: PositionedEntry): Promise<boolean> {
    const { feeds, log, now } = this.#deps;
    const { agency, position, subject, id } = first;
    const failTime = await feeds.recordFailure(agency, position, now());
    if (now().getTime() - failTime.getTime() < MAX_FAILURE_MS) return false;
    const others = await feeds.read(agency, position, PROBED_ENTRIES);
    const probes = others.filter((entry) => entry.subject !== subject);
    const contents = await Promise.all(probes.map((entry) => this.#contentOf(entry)));
    if (!contents.some((content) => typeof content === 'object')) return false;
    await feeds.postpone(first, now());
    this.#postponed.inc();
    log.error({ event: 'feed-message-postponed', resource: subject.slice('deliveries/'.length), code: id.slice(-40) });
    return true;
  }

  /** @throws Problem CANCELLED, so that no content is read, and recorded as read, for nobody */
  async #waitForEntry(
    { agency, after, waitMs }: { agency: string; after: number; waitMs: number },
    { deadline, signal, waitIdle }: FeedCall,
  ): Promise<void> {
    const maxMs = Math.min(waitMs, deadline.getTime() - Date.now() - RESERVE_MS);
    if (maxMs > 0) await waitIdle(() => this.#deps.waits.untilAdded(agency, after, { maxMs, signal }));
    if (signal.aborted) throw new Problem({ reason: 'CANCELLED', message: 'The caller cancelled the call.' });
  }

  async #contentOf(entry: PositionedEntry): Promise<Content> {
    const { subject, submission, message, type, data } = entry;
    if (!hasContentInIntake(entry)) return data ? { type, data } : 'gone';
    const delivery = await this.#deps.deliveries.get(subject.slice('deliveries/'.length), { scope: 'service' });
    if (!delivery || delivery.eraseTime || delivery.training) return 'gone';
    // The agency passed the application on and has no access, or it returned: then it has a newer request.
    if (delivery.passOnTime) return 'gone';
    if (message !== undefined) return this.#fetchMessage(delivery, message, entry);
    if (submission === undefined || toAgencyNumber(delivery, submission) < 1) return 'gone';
    return this.#fetch(delivery, submission, entry);
  }

  async #fetchMessage(delivery: StoredDelivery, number: number, entry: PositionedEntry): Promise<Content> {
    const { correlationId } = entry;
    const fetched = await this.#deps.messages.fetch(delivery, { number, correlationId, attempts: 0 });
    if (fetched.kind === 'message') return { type: entry.type, data: fetched.data };
    if (fetched.kind === 'unavailable') return 'unavailable';
    return fetched.kind === 'failed' ? this.#skip(delivery, entry) : 'gone';
  }

  async #fetch(delivery: StoredDelivery, submission: number, entry: PositionedEntry): Promise<Content> {
    const { submissions, copies } = this.#deps;
    const { correlationId } = entry;
    const pending = { submission, eventId: '', correlationId, attempts: 0 };
    const response = await submissions.fetch(delivery, pending);
    if (response === 'UNAVAILABLE' || response === 'AGENCY_UNKNOWN') return 'unavailable';
    if (typeof response !== 'object') return 'gone';
    const released = response.withdrawn ? NO_COPIES : await copies.release(response, delivery, correlationId);
    const request = toRequest(response, submission, delivery, released);
    if (request.kind === 'request') return { type: REQUEST_TYPES[request.type], data: request.data };
    if (request.kind === 'withdrawn') return 'gone';
    if (request.kind === 'failed' && request.cause === 'AGENCY_MISMATCH') return 'gone';
    return this.#skip(delivery, entry);
  }

  /** It was valid when it was sent. A message that can never be encoded must not block the feed. */
  #skip(delivery: StoredDelivery, { id }: PositionedEntry): 'gone' {
    this.#skipped.inc();
    this.#deps.log.error({ event: 'feed-message-skipped', resource: delivery._id, code: id.slice(-40) });
    return 'gone';
  }
}

/** Whether the content has personal data, and is read from intake. */
const hasContentInIntake = ({ submission, message }: PositionedEntry): boolean =>
  submission !== undefined || message !== undefined;

function toCloudEvent(
  { id, subject, time, correlationId, causationId }: PositionedEntry,
  { type, data }: { type: RequestType; data: object },
): CloudEvent {
  return {
    specversion: '1.0',
    id,
    source: PLATFORM_SOURCE,
    type,
    subject,
    time: time.toISOString(),
    dataschema: SCHEMAS[type].$id,
    datacontenttype: 'application/json',
    ...(correlationId !== '' && { correlationid: correlationId }),
    ...(causationId !== '' && { causationid: causationId }),
    data,
  };
}

/** Returns a short form of a ce_id, by which a cursor recognizes the entry that it follows. */
const markOf = (id: string): string => createHash('sha256').update(id).digest('base64url').slice(0, 12);

const createCursor = ({ position, mark }: { position: number; mark: string | undefined }, agency: string): string =>
  createPageToken(String(position), { agency }, mark);

/** Returns the position of a cursor; 0 for ''. @throws Problem PAGE_TOKEN_INVALID */
function parseCursor(cursor: string, agency: string): number {
  const invalid = () =>
    new Problem({
      reason: 'PAGE_TOKEN_INVALID',
      message: 'The cursor is not one of this agency.',
      violations: [violation('/cursor', 'PAGE_TOKEN')],
    });
  try {
    const position = Number(parsePageToken(cursor, { agency }) ?? '0');
    if (Number.isSafeInteger(position) && position >= 0) return position;
  } catch (error) {
    if (!isProblem(error)) throw error;
  }
  throw invalid();
}
