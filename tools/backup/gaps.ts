/** What a consumer has not counted: whether it still comes, can be read again, or exists nowhere any more. Pure. */

/** A numbered event as Kafka keeps it. */
export interface PublishedEvent {
  sequence: number;
  partition: number;
  offset: number;
}

/** One subject at one consumer. */
export interface ConsumerAccount {
  /** The last number that the consumer has counted; 0 for none. */
  counted: number;
  /** The last number that its producer has given. */
  given: number;
  /** What Kafka keeps of the subject, in any order, repeats included. */
  published: readonly PublishedEvent[];
  /** Numbers in the outbox of the producer: its relay publishes them. */
  outbox: readonly number[];
  /** Numbers that the consumer has put aside until their predecessor comes. */
  parked: readonly number[];
  /** Numbers that the consumer has put aside until an operator releases them. */
  held: readonly number[];
}

/** What is to be done for one subject, so that its consumer can count all of it. */
export interface GapReport {
  /** Events that the consumer is past, and has not counted: it must read them again. */
  again: PublishedEvent[];
  /** Numbers that are in no store and no topic, with which all that follows waits. */
  lost: number[];
}

/** @param nextOf the offset at which the consumer goes on in a partition */
export function findGaps(account: ConsumerAccount, nextOf: (partition: number) => number): GapReport {
  const { counted, given, published, outbox, parked, held } = account;
  const last = Math.max(given, ...published.map(({ sequence }) => sequence), ...outbox);
  const again: PublishedEvent[] = [];
  const lost: number[] = [];
  for (let number = counted + 1; number <= last; number += 1) {
    // One that waits for a predecessor that was counted meanwhile goes on only when an event of its subject comes.
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
