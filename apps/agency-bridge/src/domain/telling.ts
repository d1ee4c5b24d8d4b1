import type { NotTaken, Place } from './delivery.ts';

/**
 * What an agency is to be told of its messages that name none of its deliveries. A flood of them is few messages: of each cause
 * one at once, and then one in ten seconds at most, which says how many it stands for. Pure, as all of the domain.
 */

/** A message, or several that lie one behind the other, that were refused. */
export interface Unplaced {
  about: Place;
  /** Offset of the last. */
  lastOffset: number;
  count: number;
  cause: string;
  violations: NotTaken['violations'];
}

/** Refusals of one cause that are not told yet: those of the first, and where the last lies. */
export interface Gathered extends Omit<Unplaced, 'lastOffset'> {
  last: { partition: number; offset: number };
}

/** What is kept for one agency; `training` for what came over the topic of trainings. */
export interface Telling {
  /** The code of the agency, or `training:<code>`. */
  _id: string;
  /** The agency's code. */
  agency: string;
  training?: boolean;
  /** How far each partition of its replies is reckoned with: what comes again after a crash is known by it. */
  seen: { partition: number; offset: number }[];
  /** When a cause was told last; those that may be told again are not there. */
  told: { cause: string; time: Date }[];
  gathered: Gathered[];
  timer?: { kind: string; due: Date; claimedUntil?: Date } | null;
}

/** ms between two messages about one cause. */
export const TELL_AGAIN_MS = 10_000;

export const newTelling = (agency: string, training: boolean): Telling => {
  const telling: Telling = { _id: training ? `training:${agency}` : agency, agency, seen: [], told: [], gathered: [] };
  if (training) telling.training = true;
  return telling;
};

/** Reckons with messages of the agency, in the order of their offsets within each partition; each counts once. */
export function gather<T extends Telling>(telling: T, messages: Unplaced[]): T {
  const seen = new Map(telling.seen.map(({ partition, offset }) => [partition, offset]));
  const gathered = new Map(telling.gathered.map((one) => [one.cause, one]));
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
    seen.size === telling.seen.length &&
    telling.seen.every(({ partition, offset }) => seen.get(partition) === offset)
  )
    return telling;
  return {
    ...telling,
    seen: [...seen].map(([partition, offset]) => ({ partition, offset })),
    gathered: [...gathered.values()],
  };
}

/** What may be told now. The rest is due when its cause may be told again. */
export function tell<T extends Telling>(telling: T, now: Date): { telling: T; says: Gathered[] } {
  const told = telling.told.filter(({ time }) => now.getTime() - time.getTime() < TELL_AGAIN_MS);
  const waits = ({ cause }: Gathered) => told.some((one) => one.cause === cause);
  const says = telling.gathered.filter((one) => !waits(one));
  const gathered = telling.gathered.filter(waits);
  if (says.length === 0 && told.length === telling.told.length && isTimed(telling) === gathered.length > 0) {
    return { telling, says };
  }
  const first = Math.min(...gathered.map(({ cause }) => told.find((one) => one.cause === cause)!.time.getTime()));
  const timer = gathered.length > 0 ? { kind: 'tell', due: new Date(first + TELL_AGAIN_MS) } : null;
  const next = [...told, ...says.map(({ cause }) => ({ cause, time: now }))];
  return { telling: { ...telling, told: next, gathered, timer }, says };
}

const isTimed = ({ timer }: Telling): boolean => timer !== undefined && timer !== null;
