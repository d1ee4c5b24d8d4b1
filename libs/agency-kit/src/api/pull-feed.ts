import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

const LOOKUP_MS = 20;
const PAGE_SIZE = 2;
const MAX_PAGE_SIZE = 50;
const MAX_WAIT_SECONDS = 30;

/** A read of the feed by the agency. */
export interface FeedRead {
  /** As the agency sent it; '' if it sent none. */
  cursor: string;
  /** Number of messages before the cursor; undefined if the cursor was refused. */
  from: number | undefined;
}

type FeedPage = { events: object[]; cursor: string; hasMore: boolean };

/** The messages of an agency as the pull API of the platform serves them, and a log of the reads. */
export class PullFeed {
  /** In the structured mode of CloudEvents. */
  readonly events: object[] = [];
  readonly reads: FeedRead[] = [];
  /** Number of reads that wait for a message, now and at most. */
  waiting = 0;
  mostWaiting = 0;
  /** Answers without a wait, as during a restart of the platform. */
  answersEarly = false;
  #epoch = randomUUID();

  /** Refuses all cursors so far, as after a restore of the platform to an earlier time. */
  overtake(): void {
    this.#epoch = randomUUID();
  }

  /** Returns whether a read had the cursor after the newest message. */
  isReadToEnd(): boolean {
    return this.reads.some(({ from }) => from === this.events.length);
  }

  /**
   * Returns the page of a read. Waits for a message if the read asks for it.
   * @param isGone whether the client has closed the connection
   * @returns the field that is wrong, if one is
   */
  async read(query: URLSearchParams, isGone: () => boolean): Promise<FeedPage | { problem: string }> {
    const cursor = query.get('cursor') ?? '';
    const size = Number(query.get('pageSize') ?? PAGE_SIZE);
    const seconds = Number(query.get('wait') ?? 0);
    const epoch = this.#epoch;
    const from = this.#parseCursor(cursor);
    this.reads.push({ cursor, from });
    if (from === undefined) return { problem: 'cursor' };
    if (!Number.isInteger(size) || size < 1 || size > MAX_PAGE_SIZE) return { problem: 'pageSize' };
    if (!(seconds >= 0 && seconds <= MAX_WAIT_SECONDS)) return { problem: 'wait' };
    await this.#awaitMessage(from, seconds, isGone);
    // A restore ends the reads that wait.
    if (epoch !== this.#epoch) return { events: [], cursor: toCursor(epoch, from), hasMore: false };
    const events = this.events.slice(from, from + size);
    const next = from + events.length;
    return { events, cursor: toCursor(epoch, next), hasMore: next < this.events.length };
  }

  async #awaitMessage(from: number, seconds: number, isGone: () => boolean): Promise<void> {
    const end = performance.now() + seconds * 1000;
    const epoch = this.#epoch;
    this.waiting += 1;
    if (seconds > 0) this.mostWaiting = Math.max(this.mostWaiting, this.waiting);
    const isEnded = () => this.answersEarly || epoch !== this.#epoch || performance.now() >= end || isGone();
    const isOver = () => this.events.length > from || isEnded();
    while (!isOver()) await pause(LOOKUP_MS);
    this.waiting -= 1;
  }

  /** Returns undefined for a cursor that the feed did not issue, or that was overtaken. */
  #parseCursor(cursor: string): number | undefined {
    if (cursor === '') return 0;
    const [epoch, number] = Buffer.from(cursor, 'base64url').toString().split('/');
    const from = Number(number);
    const isKnown = epoch === this.#epoch && Number.isInteger(from) && from <= this.events.length;
    return isKnown ? from : undefined;
  }
}

/** Opaque to agencies: nobody can compute one. */
const toCursor = (epoch: string, from: number): string => Buffer.from(`${epoch}/${from}`).toString('base64url');
