import type { ReplyIssue, MessagePosition } from './delivery.ts';

/**
 * Reports to an agency about messages that match none of its deliveries. Many messages cause few reports: the first
 * of each cause immediately, then at most one per cause every ten seconds, with a count. Pure functions.
 */

/** A refused message, or a range of consecutive ones. */
export interface UnmatchedReply {
  about: MessagePosition;
  /** Offset of the last message. */
  lastOffset: number;
  count: number;
  cause: string;
  violations: ReplyIssue['violations'];
}

/** Unreported refusals of one cause: the first, the last position and the count. */
export interface UnmatchedReplyBatch extends Omit<UnmatchedReply, 'lastOffset'> {
  last: { partition: number; offset: number };
}

/** Reporting state of one agency. */
export interface UnmatchedReplies {
  /** Agency code, or `training:<code>`. */
  _id: string;
  /** Agency code. */
  agency: string;
  training?: boolean;
  /** Last processed offset per partition, which detects repeats after a crash. */
  seen: { partition: number; offset: number }[];
  /** Causes reported within the last interval, and when. */
  told: { cause: string; time: Date }[];
  gathered: UnmatchedReplyBatch[];
  timer?: { kind: string; due: Date; claimedUntil?: Date } | null;
}

/** Minimum interval between two reports of one cause. */
export const REPORT_INTERVAL_MS = 10_000;

export const newUnmatchedReplies = (agency: string, training: boolean): UnmatchedReplies => {
  const unmatched: UnmatchedReplies = {
    _id: training ? `training:${agency}` : agency,
    agency,
    seen: [],
    told: [],
    gathered: [],
  };
  if (training) unmatched.training = true;
  return unmatched;
};

/** Adds messages of the agency, in order per partition. Each counts once. */
export function collect<T extends UnmatchedReplies>(unmatched: T, messages: UnmatchedReply[]): T {
  const seen = new Map(unmatched.seen.map(({ partition, offset }) => [partition, offset]));
  const gathered = new Map(unmatched.gathered.map((batch) => [batch.cause, batch]));
  for (const { about, lastOffset, count, cause, violations } of messages) {
    const { partition } = about;
    if (lastOffset <= (seen.get(partition) ?? -1)) continue;
    seen.set(partition, lastOffset);
    const last = { partition, offset: lastOffset };
    const batch = gathered.get(cause);
    if (batch) gathered.set(cause, { ...batch, last, count: batch.count + count });
    else gathered.set(cause, { about, cause, violations, count, last });
  }
  if (
    seen.size === unmatched.seen.length &&
    unmatched.seen.every(({ partition, offset }) => seen.get(partition) === offset)
  )
    return unmatched;
  return {
    ...unmatched,
    seen: [...seen].map(([partition, offset]) => ({ partition, offset })),
    gathered: [...gathered.values()],
  };
}

/** Returns the reports that are due, and schedules the others. */
export function nextReports<T extends UnmatchedReplies>(
  unmatched: T,
  now: Date,
): { unmatched: T; reports: UnmatchedReplyBatch[] } {
  const told = unmatched.told.filter(({ time }) => now.getTime() - time.getTime() < REPORT_INTERVAL_MS);
  const isWaiting = ({ cause }: UnmatchedReplyBatch) => told.some((report) => report.cause === cause);
  const reports = unmatched.gathered.filter((batch) => !isWaiting(batch));
  const gathered = unmatched.gathered.filter(isWaiting);
  if (reports.length === 0 && told.length === unmatched.told.length && hasTimer(unmatched) === gathered.length > 0) {
    return { unmatched, reports };
  }
  const first = Math.min(...gathered.map(({ cause }) => told.find((report) => report.cause === cause)!.time.getTime()));
  const timer = gathered.length > 0 ? { kind: 'tell', due: new Date(first + REPORT_INTERVAL_MS) } : null;
  const next = [...told, ...reports.map(({ cause }) => ({ cause, time: now }))];
  return { unmatched: { ...unmatched, told: next, gathered, timer }, reports };
}

const hasTimer = ({ timer }: UnmatchedReplies): boolean => timer !== undefined && timer !== null;
