import type { ReceivedEvent } from '@cups/contracts';
import type { Entry__Output as Entry } from '@cups/contracts/gen/cups/journal/v1/Entry.ts';
import type { JournalEvents } from '@cups/contracts/gen/events/cups.journal.v1.ts';
import { eventCodec } from '@cups/contracts/proto';
import type { TestInfrastructure } from './platform.ts';
import { readTopic } from './topics.ts';

const { decode } = eventCodec<JournalEvents>('cups.journal.v1');

/** Reads the entries that a service publishes for the journal, each with the attributes of its event. */
export async function readJournal(
  infrastructure: Pick<TestInfrastructure, 'brokers' | 'prefix'>,
  service: string,
): Promise<{
  /** Waits for at least `count` entries that fit, and returns all of them. */
  until(fits: (event: ReceivedEvent) => boolean, count: number): Promise<(Entry & ReceivedEvent)[]>;
  stop(): Promise<void>;
}> {
  const topic = await readTopic(infrastructure, `cups.journal.${service}`);
  return {
    async until(fits, count) {
      const all = await topic.until((events) => events.filter(fits).length >= count);
      return all.filter(fits).map((event) => Object.assign({}, decode(event)!.data.entry!, event));
    },
    stop: () => topic.stop(),
  };
}
