/** Finds events that a consumer has not counted: still to come, readable again, or lost. Pure. */

/** A numbered event in Kafka. */
export interface PublishedEvent {
  sequence: number;
  partition: number;
  offset: number;
}

/** One subject at one consumer. */
export interface ConsumerAccount {
  /** Last sequence that the consumer has counted; 0 for none. */
  counted: number;
  /** Last sequence that the producer has assigned. */
  given: number;
  /** The subject's events in Kafka, in any order, duplicates included. */
  published: readonly PublishedEvent[];
  /** Sequences in the producer's outbox, still to be published. */
  outbox: readonly number[];
  /** Sequences that the consumer has parked until their predecessor arrives. */
  parked: readonly number[];
  /** Sequences that the consumer has parked until a platform administrator releases them. */
  held: readonly number[];
}

/** What one consumer needs to count all events of one subject. */
export interface GapReport {
  /** Events before the consumer's position that it has not counted: it must read them again. */
  again: PublishedEvent[];
  /** Sequences that no store and no topic has; they block all later ones. */
  lost: number[];
}

/** @param nextOf returns the consumer's next offset in a partition */
export function findGaps(account: ConsumerAccount, nextOf: (partition: number) => number): GapReport {
  const { counted, given, published, outbox, parked, held } = account;
  const last = Math.max(given, ...published.map(({ sequence }) => sequence), ...outbox);
  const again: PublishedEvent[] = [];
  const lost: number[] = [];
  for (let number = counted + 1; number <= last; number += 1) {
    // A parked event whose predecessor was counted later resumes only when another event of its subject arrives.
    const isAside = held.includes(number) || (parked.includes(number) && number > counted + 1);
    if (isAside || outbox.includes(number)) continue;
    const found = published.filter(({ sequence }) => sequence === number);
    if (found.some(({ partition, offset }) => offset >= nextOf(partition))) continue;
    const newest = found.sort((one, other) => other.offset - one.offset)[0];
    if (newest) again.push(newest);
    else lost.push(number);
  }
  return { again, lost };
}
