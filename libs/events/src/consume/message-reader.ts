import type { Log, ReceivedEvent, Refusal } from '@cups/contracts';
import type { KafkaMessage } from 'kafkajs';
import type { SkippedBatch } from '../driver/batches.ts';
import { readEvent, type RawMessage, type EventReadResult } from '../envelope.ts';

export type ConsumedMessage = KafkaMessage & RawMessage & { skippedBatch?: SkippedBatch };

export interface MessageReaderOptions {
  /**
   * For topics that outsiders write: why a message that is no event is refused. Their `ce_sequence` counts nothing. Default:
   * NOT_A_CLOUDEVENT, with the headers that are wrong.
   */
  explain?: ((message: RawMessage) => Refusal) | undefined;
  log: Log;
}

const LOG_INTERVAL_MS = 60_000;

/** Reads messages as events. Nothing that a message holds may end its consumer: what throws in spite of that is refused, and logged. */
export class MessageReader {
  readonly #options: MessageReaderOptions;
  readonly #skipLoggedAt = new Map<string, number>();

  constructor({ explain, log }: MessageReaderOptions) {
    this.#options = { explain, log };
  }

  /** An event, or why there is none. */
  read(message: ConsumedMessage, topic: string, partition: number): { event: ReceivedEvent } | { refusal: Refusal } {
    if (message.skippedBatch) {
      const { cause } = message.skippedBatch;
      this.#logSkipped(topic, cause);
      return { refusal: { cause, fields: [] } };
    }
    const { explain, log } = this.#options;
    let errors: EventReadResult['errors'] = [];
    try {
      const read = readEvent(message, topic, partition, explain === undefined);
      if (read.event) return { event: read.event };
      ({ errors } = read);
      const explained = explain?.(message);
      if (explained) return { refusal: explained };
    } catch (error) {
      log.error({ event: 'message-unreadable', topic, partition, offset: message.offset, error });
    }
    return { refusal: { cause: 'NOT_A_CLOUDEVENT', fields: errors.map(({ field }) => field || '*') } };
  }

  /** Once a minute for each topic and cause: what is stored tells how many there were. */
  #logSkipped(topic: string, reason: string): void {
    const key = `${topic} ${reason}`;
    if (Date.now() - (this.#skipLoggedAt.get(key) ?? 0) < LOG_INTERVAL_MS) return;
    this.#skipLoggedAt.set(key, Date.now());
    this.#options.log.error({ event: 'batch-passed-over', topic, reason });
  }
}
