import type { ReplyIssue, MessagePosition } from './delivery.ts';

/**
 * Reports to an agency about messages that match none of its deliveries. Many messages cause few reports: the first
 * of each cause immediately, then at most one per cause every ten seconds, with a count. Pure functions.
 */

/** A refused message, or a range of consecutive ones. */
export interface UnmatchedReply {
  position: MessagePosition;
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
  offsets: { partition: number; offset: number }[];
  /** Causes reported within the last interval, and when. */
  recentReports: { cause: string; time: Date }[];
  batches: UnmatchedReplyBatch[];
  timer?: { kind: string; due: Date; claimedUntil?: Date } | null;
}

/** Minimum interval between two reports of one cause. */
export const REPORT_INTERVAL_MS = 10_000;

export const newUnmatchedReplies = (agency: string, training: boolean): UnmatchedReplies => {
  const unmatched: UnmatchedReplies = {
    _id: training ? `training:${agency}` : agency,
    agency,
    offsets: [],
    recentReports: [],
    batches: [],
  };
  if (training) unmatched.training = true;
  return unmatched;
};

/** Adds messages of the agency, in order per partition. Each counts once. */
export function collect<T extends UnmatchedReplies>(unmatched: T, messages: UnmatchedReply[]): T {
  const offsets = new Map(unmatched.offsets.map(({ partition, offset }) => [partition, offset]));
  const batches = new Map(unmatched.batches.map((batch) => [batch.cause, batch]));
  for (const { position, lastOffset, count, cause, violations } of messages) {
    const { partition } = position;
    if (lastOffset <= (offsets.get(partition) ?? -1)) continue;
    offsets.set(partition, lastOffset);
    const last = { partition, offset: lastOffset };
    const batch = batches.get(cause);
    if (batch) batches.set(cause, { ...batch, last, count: batch.count + count });
    else batches.set(cause, { position, cause, violations, count, last });
  }
  if (
    offsets.size === unmatched.offsets.length &&
    unmatched.offsets.every(({ partition, offset }) => offsets.get(partition) === offset)
  )
    return unmatched;
  return {
    ...unmatched,
    offsets: [...offsets].map(([partition, offset]) => ({ partition, offset })),
    batches: [...batches.values()],
  };
}

/** Returns the reports that are due, and schedules the others. */
export function nextReports<T extends UnmatchedReplies>(
  unmatched: T,
  now: Date,
): { unmatched: T; reports: UnmatchedReplyBatch[] } {
  const recent = unmatched.recentReports.filter(({ time }) => now.getTime() - time.getTime() < REPORT_INTERVAL_MS);
  const isWaiting = ({ cause }: UnmatchedReplyBatch) => recent.some((report) => report.cause === cause);
  const reports = unmatched.batches.filter((batch) => !isWaiting(batch));
  const batches = unmatched.batches.filter(isWaiting);
  if (
    reports.length === 0 &&
    recent.length === unmatched.recentReports.length &&
    hasTimer(unmatched) === batches.length > 0
  ) {
    return { unmatched, reports };
  }
  const first = Math.min(
    ...batches.map(({ cause }) => recent.find((report) => report.cause === cause)!.time.getTime()),
  );
  const timer = batches.length > 0 ? { kind: 'report', due: new Date(first + REPORT_INTERVAL_MS) } : null;
  const next = [...recent, ...reports.map(({ cause }) => ({ cause, time: now }))];
  return { unmatched: { ...unmatched, recentReports: next, batches, timer }, reports };
}

const hasTimer = ({ timer }: UnmatchedReplies): boolean => timer !== undefined && timer !== null;
