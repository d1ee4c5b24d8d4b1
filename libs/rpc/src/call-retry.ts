import { status } from '@grpc/grpc-js';

/** Of a call that was cut off; those that a neighbour refuses are repeated by the channel, with a count of its own. */
const MAX_ATTEMPTS = 3;

/** How long a call may still take: the points in time and the spans are milliseconds. */
export interface CallBudget {
  /** The caller's deadline: nothing moves it. */
  latest: number;
  /** When the neighbour's time is over; moves while the call waits for the neighbour to come back. */
  limit: number;
  /** How much longer the call may wait for a neighbour to come back. */
  remainingWaitMs: number;
}

/** When the call ends at the latest. */
export function callEnd({ latest, limit }: CallBudget): number {
  return Math.min(latest, limit);
}

/** How long the call may wait for a neighbour, beginning `now`. */
export function computeMaxWait(now: number, { latest, remainingWaitMs }: CallBudget): number {
  return Math.min(remainingWaitMs, latest - now);
}

/** What is left after a wait: the neighbour's own time has not begun meanwhile. */
export function extendByWait(ms: number, { latest, limit, remainingWaitMs }: CallBudget): CallBudget {
  return { latest, limit: limit + ms, remainingWaitMs: remainingWaitMs - ms };
}

/** How an attempt of a call failed. */
export interface AttemptFailure {
  code: status;
  /** The status tells of the way to the neighbour, and not of the neighbour. */
  isTransportFailure: boolean;
  /** There is a connection, or there was one within the last 30 s. */
  recent: boolean;
  /** There is a connection now. */
  ready: boolean;
  /** The caller waits for neighbours to come back. */
  waitForReady: boolean;
  /** From 1. */
  attempt: number;
  /** The call's time is over. */
  late: boolean;
  /** The caller gave up. */
  aborted: boolean;
}

/**
 * What becomes of a call whose attempt failed: it is sent again only where the end of a connection, and not the neighbour, has
 * answered, and the neighbour was there a moment ago.
 */
export function decideRetry(failure: AttemptFailure): 'repeat' | 'too-late' | 'refuse' {
  const { code, waitForReady, attempt, late, aborted } = failure;
  // The neighbour keeps the same time, and may end the call a moment before we do.
  if (late && code === status.CANCELLED && !aborted) return 'too-late';
  const repeatable = waitForReady && attempt < MAX_ATTEMPTS && !aborted && wasConnectionCut(failure);
  return repeatable && !late ? 'repeat' : 'refuse';
}

function wasConnectionCut({ code, isTransportFailure, recent, ready }: AttemptFailure): boolean {
  if (!isTransportFailure || !recent) return false;
  // At a connection that stands the channel has repeated it already.
  return code !== status.UNAVAILABLE || !ready;
}
