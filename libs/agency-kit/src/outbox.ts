import { setTimeout as pause } from 'node:timers/promises';
import type { OutgoingMessage } from '@cups/agency-contract';

/** A message to send, with a check whether it is still wanted and a callback for when it is sent. */
export type OutboxEntry = { message: OutgoingMessage; isWanted: () => boolean; onSent: () => void };

/** Sends messages in order, one batch in flight at a time, and retries failed batches. */
export class Outbox {
  readonly #send: (messages: OutgoingMessage[]) => Promise<void>;
  readonly #onFailure: (error: Error) => void;
  readonly #retryMs: number;
  #pending: OutboxEntry[] = [];
  #draining: Promise<void> | undefined;
  #stopped = false;

  /**
   * @param options `send` resolves when the broker has all messages and rejects if that is uncertain; `retryMs` is
   * the delay after a failure
   */
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
    this.#pending.push(entry);
    this.#draining ??= this.#drain();
  }

  /** Waits for the batch in flight, then sends nothing more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#draining;
  }

  async #drain(): Promise<void> {
    while (this.#pending.length > 0 && !this.#stopped) {
      const batch = this.#pending.filter(({ isWanted }) => isWanted());
      try {
        if (batch.length > 0) await this.#send(batch.map(({ message }) => message));
      } catch (error) {
        this.#onFailure(error as Error);
        await pause(this.#retryMs);
        continue;
      }
      const sent = new Set(batch);
      this.#pending = this.#pending.filter((entry) => !sent.has(entry) && entry.isWanted());
      for (const { onSent } of batch) onSent();
    }
    this.#draining = undefined;
  }
}
