/** An offset of a partition, as Kafka commits it. */
export type Position = { partition: number; offset: string };

type PartitionProgress = { next: number; committed: number; open: Set<number> };

/**
 * Tracks which messages of a topic are processed. Commits stop before the first open message of a partition, so that
 * the next process reads the open ones again.
 */
export class Positions {
  readonly #partitions = new Map<number, PartitionProgress>();

  /** Advances to a message; returns false if this process has seen it. Offsets of a partition arrive in order. */
  advance(partition: number, offset: number): boolean {
    const progress = this.#partitions.get(partition) ?? { next: offset, committed: offset, open: new Set<number>() };
    this.#partitions.set(partition, progress);
    if (offset < progress.next) return false;
    progress.next = offset + 1;
    return true;
  }

  /**
   * Marks a message as being processed.
   * @returns a function that marks it as processed
   */
  open(partition: number, offset: number): () => void {
    const { open } = this.#partitions.get(partition)!;
    open.add(offset);
    return () => void open.delete(offset);
  }

  /** Returns the offsets to commit, for partitions where they changed. */
  committablePositions(): Position[] {
    const moved: Position[] = [];
    for (const [partition, progress] of this.#partitions) {
      const offset = progress.open.values().next().value ?? progress.next;
      if (offset !== progress.committed) moved.push({ partition, offset: String(offset) });
    }
    return moved;
  }

  markCommitted(positions: Position[]): void {
    for (const { partition, offset } of positions) this.#partitions.get(partition)!.committed = Number(offset);
  }
}
