import type { RefusedMessage } from '@cups/contracts';
import type { OffsetWindow, RefusedOffset } from './offset-window.ts';

/** A partition with messages in progress. */
export interface ActivePartition<M> {
  /** Without the prefix. */
  topic: string;
  partition: number;
  window: OffsetWindow<M>;
  /** The offset that this member committed last. */
  committed?: bigint;
}

/** Progress of one partition since its last commit, with the refusals. */
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
 * Plans a flush: store the refusals of each partition that advanced, then commit its offset. So no crash loses a
 * refusal, and repeats are identifiable by one offset. Takes the refusals out of the windows; finish with
 * `markCommitted` or `rollBackCommit`. Pure, except for the given windows.
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

/** Returns the refusals to store, by offset within each partition. */
export const collectRefusals = <M>(plan: PartitionCommit<M>[]): RefusedMessage[] =>
  plan.flatMap(({ at: { topic, partition }, refused }) =>
    refused.map(({ offset, last, ...refusal }) =>
      Object.assign(refusal, { topic, partition, offset: String(offset), lastOffset: String(last) }),
    ),
  );

/** Returns the offsets to commit, topics with the prefix. */
export const collectOffsets = <M>(plan: PartitionCommit<M>[], prefix: string): PartitionOffset[] =>
  plan.map(({ at, point }) => ({ topic: prefix + at.topic, partition: at.partition, offset: String(point) }));

/** Returns the refusals to their windows after a failed store. Nothing is committed. */
export function rollBackCommit<M>(plan: PartitionCommit<M>[]): void {
  for (const { at, refused } of plan) at.window.restoreRefused(refused);
}

/** Records the committed offsets. */
export function markCommitted<M>(plan: PartitionCommit<M>[]): void {
  for (const { at, point } of plan) at.committed = point;
}
