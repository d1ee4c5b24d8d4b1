import type { Log, ReceivedEvent, Refusal } from '@cups/contracts';
import type { KafkaMessage } from 'kafkajs';
import type { SkippedBatch } from '@cups/kafka-driver';
import { readEvent, type RawMessage, type EventReadResult } from '../envelope.ts';

export type ConsumedMessage = KafkaMessage & RawMessage & { skippedBatch?: SkippedBatch };

export interface MessageReaderOptions {
  /**
   * Explains why a message of an outsider is not an event. Their `ce_sequence` is ignored. Default: NOT_A_CLOUDEVENT
   * with the invalid headers.
   */
  explain?: ((message: RawMessage) => Refusal) | undefined;
  log: Log;
}

const LOG_INTERVAL_MS = 60_000;

/**
 * Reads messages as events. No message content may end the consumer: one that makes the reader throw is refused and
 * logged.
 */
export class MessageReader {
  readonly #options: MessageReaderOptions;
  readonly #skipLoggedAt = new Map<string, number>();

  constructor({ explain, log }: MessageReaderOptions) {
    this.#options = { explain, log };
  }

  /** Returns the event or the refusal. */
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

  /** Logs once a minute per topic and cause; the stored refusals have the count. */
  #logSkipped(topic: string, reason: string): void {
    const key = `${topic} ${reason}`;
    if (Date.now() - (this.#skipLoggedAt.get(key) ?? 0) < LOG_INTERVAL_MS) return;
    this.#skipLoggedAt.set(key, Date.now());
    this.#options.log.error({ event: 'batch-skipped', topic, reason });
  }
}
