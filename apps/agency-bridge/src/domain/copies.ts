import type { BackoffOptions } from '@cups/contracts';
import { backoffMs } from '@cups/contracts';

/** Scanned copies of a submission: what the agency receives of them, and how long a submission waits. Pure functions. */

/** State of a copy as the agency contract names it. */
export type CopyState = 'available' | 'coming' | 'refused';

/** A copy as the agency sees it. The facts are present for an available copy. */
export interface Copy {
  state: CopyState;
  /** SHA-256 of the checked content, lower-case hexadecimal. */
  sha256?: string;
  bytes?: number;
  mediaType?: string;
  pages?: number;
  scan?: 'not-scanned' | 'clean';
}

/** The copies of one submission by document name, documents/{id}. */
export interface Copies {
  byDocument: ReadonlyMap<string, Copy>;
  /** False if the service documents did not answer: the agency may not read the copies yet. */
  isReleased: boolean;
}

export const NO_COPIES: Copies = { byDocument: new Map(), isReleased: true };

/** A submission with copies is sent at most this long after it was filed. */
const MAX_WAIT_MS = 15 * 60_000;
/** Interval in which copies that are coming are checked again. Usually an event of documents is quicker. */
const POLL_BACKOFF: BackoffOptions = { initialMs: 2_000, maxMs: 60_000, jitter: 0 };

/** Returns the number of copies of which nothing final is known. */
export const countComing = ({ byDocument }: Copies): number =>
  [...byDocument.values()].filter(({ state }) => state === 'coming').length;

/** Returns when a submission is sent at the latest, whatever is known of its copies. */
export const latestSendTime = (filed: Date): Date => new Date(filed.getTime() + MAX_WAIT_MS);

/** Returns when to ask for the copies again, after `attempts` tries and at the latest at `until`. */
export const nextPollTime = (now: Date, attempts: number, until: Date): Date =>
  new Date(Math.min(until.getTime(), now.getTime() + backoffMs(Math.max(1, attempts), POLL_BACKOFF)));
