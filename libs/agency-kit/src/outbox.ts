import { setTimeout as pause } from 'node:timers/promises';
import type { OutgoingMessage } from '@cups/agency-contract';

/** What waits for the broker: a message, whether it is still wanted, and what to do when it is there. */
export type OutboxEntry = { message: OutgoingMessage; isWanted: () => boolean; onSent: () => void };

/** Sends messages in their order: one batch in flight at a time, also over failures. */
export class Outbox {
  readonly #send: (messages: OutgoingMessage[]) => Promise<void>;
  readonly #onFailure: (error: Error) => void;
  readonly #retryMs: number;
  #waiting: OutboxEntry[] = [];
  #draining: Promise<void> | undefined;
  #stopped = false;

  /** @param options `send` resolves when all are at the broker, and rejects when that is not known */
  constructor(options: {
    send: (messages: OutgoingMessage[]) => Promise<void>;
    onFailure: (error: Error) => void;
    retryMs: number;
  }) {
    this.#send = options.send;
    this.#onFailure = options.onFailure;
    this.#retryMs = options.retryMs;
  }

  push(entry: OutboxEntry): void {
    this.#waiting.push(entry);
    this.#draining ??= this.#drain();
  }

  /** Waits for the batch in flight and sends no more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#draining;
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#stopped) {
      const batch = this.#waiting.filter(({ isWanted: wanted }) => wanted());
      try {
        if (batch.length > 0) await this.#send(batch.map(({ message }) => message));
      } catch (error) {
        this.#onFailure(error as Error);
        await pause(this.#retryMs);
        continue;
      }
      const gone = new Set(batch);
      this.#waiting = this.#waiting.filter((entry) => !gone.has(entry) && entry.isWanted());
      for (const { onSent: sent } of batch) sent();
    }
    this.#draining = undefined;
  }
}
