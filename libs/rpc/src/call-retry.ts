import { status } from '@grpc/grpc-js';

/** Attempts of an aborted call. The channel has its own count for calls that the upstream rejects. */
const MAX_ATTEMPTS = 3;

/** Time limits of a call, in milliseconds. */
export interface CallBudget {
  /** The caller's fixed deadline. */
  latest: number;
  /** The call's own limit, which a wait for the upstream extends. */
  limit: number;
  /** Remaining time that the call may wait for an unavailable upstream. */
  remainingWaitMs: number;
}

/** Returns the end of the call. */
export function callEnd({ latest, limit }: CallBudget): number {
  return Math.min(latest, limit);
}

/** Returns how long the call may wait for the upstream from `now`. */
export function computeMaxWait(now: number, { latest, remainingWaitMs }: CallBudget): number {
  return Math.min(remainingWaitMs, latest - now);
}

/** Returns the budget after a wait, which does not count towards the call's own limit. */
export function extendByWait(ms: number, { latest, limit, remainingWaitMs }: CallBudget): CallBudget {
  return { latest, limit: limit + ms, remainingWaitMs: remainingWaitMs - ms };
}

/** A failed attempt of a call. */
export interface AttemptFailure {
  code: status;
  /** The status is about the connection, not from the upstream. */
  isTransportFailure: boolean;
  /** The upstream is connected, or was within the last 30 s. */
  recent: boolean;
  /** The upstream is connected. */
  ready: boolean;
  /** The caller waits for an unavailable upstream. */
  waitForReady: boolean;
  /** From 1. */
  attempt: number;
  /** The call's time is over. */
  late: boolean;
  /** The caller cancelled. */
  aborted: boolean;
}

/**
 * Decides what follows a failed attempt. It repeats only if the connection failed, not the upstream, and the upstream
 * was available within the last 30 s.
 */
export function decideRetry(failure: AttemptFailure): 'repeat' | 'too-late' | 'refuse' {
  const { code, waitForReady, attempt, late, aborted } = failure;
  // The upstream has the same deadline and may cancel slightly earlier.
  if (late && code === status.CANCELLED && !aborted) return 'too-late';
  const repeatable = waitForReady && attempt < MAX_ATTEMPTS && !aborted && wasConnectionCut(failure);
  return repeatable && !late ? 'repeat' : 'refuse';
}

function wasConnectionCut({ code, isTransportFailure, recent, ready }: AttemptFailure): boolean {
  if (!isTransportFailure || !recent) return false;
  // On an open connection the channel has retried already.
  return code !== status.UNAVAILABLE || !ready;
}
