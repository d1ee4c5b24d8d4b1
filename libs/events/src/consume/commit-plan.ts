import type { RefusedMessage } from '@cups/contracts';
import type { OffsetWindow, RefusedOffset } from './offset-window.ts';

/** A partition that has something in work. */
export interface ActivePartition<M> {
  /** Without the prefix. */
  topic: string;
  partition: number;
  window: OffsetWindow<M>;
  /** What was committed last, by this member. */
  committed?: bigint;
}

/** How far one partition has come since its last commit, and what was refused on that way. */
export interface PartitionCommit<M> {
  at: ActivePartition<M>;
  point: bigint;
  refused: RefusedOffset[];
}

export interface PartitionOffset {
  topic: string;
  partition: number;
  offset: string;
}

/**
 * What a flush has to do: for each partition that has moved, first its refusals are stored, then its point is committed. So a refusal
 * is lost by no crash, and what comes twice after one stands behind one known offset. Takes the refusals out of the windows:
 * they end in `committed` or in `undo`. Pure, apart from the windows it is given.
 */
export function planCommit<M>(partitions: Iterable<ActivePartition<M>>): PartitionCommit<M>[] {
  const plan: PartitionCommit<M>[] = [];
  for (const at of partitions) {
    const point = at.window.commitPoint();
    if (point === undefined || point === at.committed) continue;
    plan.push({ at, point, refused: at.window.takeRefused(point) });
  }
  return plan;
}

/** The refusals to store, in the order of their offsets for each partition. */
export const collectRefusals = <M>(plan: PartitionCommit<M>[]): RefusedMessage[] =>
  plan.flatMap(({ at: { topic, partition }, refused }) =>
    refused.map(({ offset, last, ...refusal }) =>
      Object.assign(refusal, { topic, partition, offset: String(offset), lastOffset: String(last) }),
    ),
  );

/** The offsets to commit, topics with the prefix. */
export const collectOffsets = <M>(plan: PartitionCommit<M>[], prefix: string): PartitionOffset[] =>
  plan.map(({ at, point }) => ({ topic: prefix + at.topic, partition: at.partition, offset: String(point) }));

/** The refusals could not be stored: nothing of the plan is committed, and the next one holds them again. */
export function rollBackCommit<M>(plan: PartitionCommit<M>[]): void {
  for (const { at, refused } of plan) at.window.restoreRefused(refused);
}

/** The plan is carried out: the next one begins behind its points. */
export function markCommitted<M>(plan: PartitionCommit<M>[]): void {
  for (const { at, point } of plan) at.committed = point;
}
