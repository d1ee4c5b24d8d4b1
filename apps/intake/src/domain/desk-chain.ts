/**
 * The chain of the acts of one operator at one device. Each act names its number and the act before, so that one that is
 * missing, repeated or moved contradicts another. Acts arrive in any order: queues of different applications are sent at the
 * same time, and only acts without a line are seen here.
 */

/** What contradicts a chain. */
export const CHAIN_BREAKS = ['fork', 'sequence-reused', 'time-reversed', 'act-missing'] as const;
export type ChainBreak = (typeof CHAIN_BREAKS)[number];

/** Tolerance for the order of desk times: windows take their numbers in another order than their times by a little. */
const MAX_CLOCK_SKEW_MS = 60_000;
/** How long an act may arrive after the act behind it. */
export const MISSING_AFTER_MS = 7 * 86_400_000;
/** A later act reports which acts ended. It must arrive this much later, so that it is no part of the same sending. */
export const REPORT_AFTER_MS = 3_600_000;

export interface ChainedAct {
  /** Request ID. */
  key: string;
  /** Number in the chain. */
  sequence: number;
  /** Request ID of the act before; absent for the first. */
  previous?: string;
  /** Bounded desk time of an act that is made once. An edit grows until it is sent, so it has none. */
  time?: Date;
}

/** A range of numbers; both belong to it. */
export interface SequenceRange {
  from: number;
  to: number;
}

/**
 * Returns how an act contradicts acts of its chain that arrived before, or undefined.
 * @param others those that contradict nothing themselves; acts that are neither beside it nor share its number or its act
 * before do not matter, except by their time
 */
export function findBreak(act: ChainedAct, others: readonly ChainedAct[]): ChainBreak | undefined {
  const { key, sequence, previous } = act;
  const rivals = others.filter((other) => other.key !== key);
  if (previous !== undefined && rivals.some((other) => other.previous === previous)) return 'fork';
  if (rivals.some((other) => other.sequence === sequence)) return 'sequence-reused';
  const before = rivals.filter((other) => other.sequence === sequence - 1);
  if (before.length > 0 && before.every((other) => other.key !== previous)) return 'fork';
  const behind = rivals.filter((other) => other.sequence === sequence + 1);
  if (behind.length > 0 && behind.every((other) => other.previous !== key)) return 'fork';
  return rivals.some((other) => isReversed(act, other)) ? 'time-reversed' : undefined;
}

function isReversed(one: ChainedAct, other: ChainedAct): boolean {
  if (!one.time || !other.time) return false;
  const [earlier, later] = one.sequence < other.sequence ? [one.time, other.time] : [other.time, one.time];
  return earlier.getTime() > later.getTime() + MAX_CLOCK_SKEW_MS;
}

/** Maximum number of ranges that are kept of a chain; the newest. */
const MAX_RANGES = 500;

/** Returns the union of ranges, in order. */
export function mergeRanges(ranges: readonly SequenceRange[]): SequenceRange[] {
  const merged: SequenceRange[] = [];
  for (const { from, to } of ranges.toSorted((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last && from <= last.to + 1) last.to = Math.max(last.to, to);
    else merged.push({ from, to });
  }
  return merged.slice(-MAX_RANGES);
}

export const coversSequence = (ranges: readonly SequenceRange[], sequence: number): boolean =>
  ranges.some(({ from, to }) => from <= sequence && sequence <= to);

/** A kind of break in a chain: how often, and the newest. */
export interface RecordedBreak {
  kind: ChainBreak;
  count: number;
  firstTime: Date;
  lastTime: Date;
  /** Number of the newest act, and the ID of its application. */
  sequence: number;
  application: string;
  /** Desk time of the newest act. */
  deskTime: Date;
}

/** Adds a break. */
export function recordBreak(
  breaks: readonly RecordedBreak[],
  added: Pick<RecordedBreak, 'kind' | 'sequence' | 'application' | 'deskTime'>,
  now: Date,
): RecordedBreak[] {
  const former = breaks.find(({ kind }) => kind === added.kind);
  const next = { ...added, count: (former?.count ?? 0) + 1, firstTime: former?.firstTime ?? now, lastTime: now };
  return [...breaks.filter(({ kind }) => kind !== added.kind), next];
}
