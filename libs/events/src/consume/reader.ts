import type { Log, ReceivedEvent, Refusal } from '@cups/contracts';
import type { KafkaMessage } from 'kafkajs';
import type { PassedOver } from '../driver/batches.ts';
import { readEvent, type Raw, type ReadEvent } from '../envelope.ts';

export type Message = KafkaMessage & Raw & { passedOver?: PassedOver };

export interface ReaderOptions {
  /**
   * For topics that outsiders write: why a message that is no event is refused. Their `ce_sequence` counts nothing. Default:
   * NOT_A_CLOUDEVENT, with the headers that are wrong.
   */
  explain?: ((message: Raw) => Refusal) | undefined;
  log: Log;
}

const SAY_EVERY_MS = 60_000;

/** Reads messages as events. Nothing that a message holds may end its consumer: what throws in spite of that is refused, and logged. */
export class Reader {
  readonly #options: ReaderOptions;
  readonly #passedOverSaid = new Map<string, number>();

  constructor({ explain, log }: ReaderOptions) {
    this.#options = { explain, log };
  }

  /** An event, or why there is none. */
  read(message: Message, topic: string, partition: number): { event: ReceivedEvent } | { refusal: Refusal } {
    if (message.passedOver) {
      const { cause } = message.passedOver;
      this.#sayPassedOver(topic, cause);
      return { refusal: { cause, fields: [] } };
    }
    const { explain, log } = this.#options;
    let faults: ReadEvent['faults'] = [];
    try {
      const read = readEvent(message, topic, partition, explain === undefined);
      if (read.event) return { event: read.event };
      ({ faults } = read);
      const explained = explain?.(message);
      if (explained) return { refusal: explained };
    } catch (error) {
      log.error({ event: 'message-unreadable', topic, partition, offset: message.offset, error });
    }
    return { refusal: { cause: 'NOT_A_CLOUDEVENT', fields: faults.map(({ field }) => field || '*') } };
  }

  /** Once a minute for each topic and cause: what is stored tells how many there were. */
  #sayPassedOver(topic: string, reason: string): void {
    const key = `${topic} ${reason}`;
    if (Date.now() - (this.#passedOverSaid.get(key) ?? 0) < SAY_EVERY_MS) return;
    this.#passedOverSaid.set(key, Date.now());
    this.#options.log.error({ event: 'batch-passed-over', topic, reason });
  }
}
