/** A place in a partition of the requests topic, as Kafka commits it. */
export type Position = { partition: number; offset: string };

type PartitionProgress = { next: number; committed: number; open: Set<number> };

/**
 * How far the messages of a topic are dealt with. Only what lies before the first open message of a partition may be
 * committed, so that whoever starts next reads the open ones again.
 */
export class Positions {
  readonly #partitions = new Map<number, PartitionProgress>();

  /** Moves on to a message; false when this process has seen it before. Offsets of a partition come in order. */
  advance(partition: number, offset: number): boolean {
    const at = this.#partitions.get(partition) ?? { next: offset, committed: offset, open: new Set<number>() };
    this.#partitions.set(partition, at);
    if (offset < at.next) return false;
    at.next = offset + 1;
    return true;
  }

  /** Notes that work on a message that was reached goes on. @returns ends it */
  open(partition: number, offset: number): () => void {
    const { open } = this.#partitions.get(partition)!;
    open.add(offset);
    return () => void open.delete(offset);
  }

  /** Where a restarted process would have to begin, for the partitions in which that has moved. */
  committablePositions(): Position[] {
    const moved: Position[] = [];
    for (const [partition, at] of this.#partitions) {
      const offset = at.open.values().next().value ?? at.next;
      if (offset !== at.committed) moved.push({ partition, offset: String(offset) });
    }
    return moved;
  }

  markCommitted(positions: Position[]): void {
    for (const { partition, offset } of positions) this.#partitions.get(partition)!.committed = Number(offset);
  }
}
