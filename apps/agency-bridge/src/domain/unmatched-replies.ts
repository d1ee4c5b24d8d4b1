import type { ReplyIssue, MessagePosition } from './delivery.ts';

/**
 * What an agency is to be told of its messages that name none of its deliveries. A flood of them is few messages: of each cause
 * one at once, and then one in ten seconds at most, which says how many it stands for. Pure, as all of the domain.
 */

/** A message, or several that lie one behind the other, that were refused. */
export interface UnmatchedReply {
  about: MessagePosition;
  /** Offset of the last. */
  lastOffset: number;
  count: number;
  cause: string;
  violations: ReplyIssue['violations'];
}

/** Refusals of one cause that are not told yet: those of the first, and where the last lies. */
export interface UnmatchedReplyBatch extends Omit<UnmatchedReply, 'lastOffset'> {
  last: { partition: number; offset: number };
}

/** What is kept for one agency; `training` for what came over the topic of trainings. */
export interface UnmatchedReplies {
  /** The code of the agency, or `training:<code>`. */
  _id: string;
  /** The agency's code. */
  agency: string;
  training?: boolean;
  /** How far each partition of its replies is reckoned with: what comes again after a crash is known by it. */
  seen: { partition: number; offset: number }[];
  /** When a cause was told last; those that may be told again are not there. */
  told: { cause: string; time: Date }[];
  gathered: UnmatchedReplyBatch[];
  timer?: { kind: string; due: Date; claimedUntil?: Date } | null;
}

/** ms between two messages about one cause. */
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

/** Reckons with messages of the agency, in the order of their offsets within each partition; each counts once. */
export function collect<T extends UnmatchedReplies>(unmatched: T, messages: UnmatchedReply[]): T {
  const seen = new Map(unmatched.seen.map(({ partition, offset }) => [partition, offset]));
  const gathered = new Map(unmatched.gathered.map((one) => [one.cause, one]));
  for (const { about, lastOffset, count, cause, violations } of messages) {
    const { partition } = about;
    if (lastOffset <= (seen.get(partition) ?? -1)) continue;
    seen.set(partition, lastOffset);
    const last = { partition, offset: lastOffset };
    const known = gathered.get(cause);
    if (known) gathered.set(cause, { ...known, last, count: known.count + count });
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

/** What may be told now. The rest is due when its cause may be told again. */
export function nextReports<T extends UnmatchedReplies>(
  unmatched: T,
  now: Date,
): { unmatched: T; reports: UnmatchedReplyBatch[] } {
  const told = unmatched.told.filter(({ time }) => now.getTime() - time.getTime() < REPORT_INTERVAL_MS);
  const waits = ({ cause }: UnmatchedReplyBatch) => told.some((one) => one.cause === cause);
  const reports = unmatched.gathered.filter((one) => !waits(one));
  const gathered = unmatched.gathered.filter(waits);
  if (reports.length === 0 && told.length === unmatched.told.length && hasTimer(unmatched) === gathered.length > 0) {
    return { unmatched, reports };
  }
  const first = Math.min(...gathered.map(({ cause }) => told.find((one) => one.cause === cause)!.time.getTime()));
  const timer = gathered.length > 0 ? { kind: 'tell', due: new Date(first + REPORT_INTERVAL_MS) } : null;
  const next = [...told, ...reports.map(({ cause }) => ({ cause, time: now }))];
  return { unmatched: { ...unmatched, told: next, gathered, timer }, reports };
}

const hasTimer = ({ timer }: UnmatchedReplies): boolean => timer !== undefined && timer !== null;
