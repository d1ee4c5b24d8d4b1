import type { Log, ReceivedEvent, RefusedMessage } from '@cups/contracts';
import { misfit, type Expectations } from '../expect.ts';
import { refusalOf, type Handled } from './handled.ts';

/** Where events wait that came before their predecessor; `openParking` of @cups/store fits. */
export interface Park {
  subjects(): Promise<string[]>;
  put(event: ReceivedEvent): Promise<void>;
  /** Those of a subject, in the order of their sequence; each stays until it is dropped. */
  waiting(subject: string): Promise<ReceivedEvent[]>;
  drop(event: ReceivedEvent): Promise<void>;
}

export interface HandlerOptions {
  /** What each topic may carry; what does not fit is refused before `handle` sees it. `WRITERS` has our own topics. */
  expects: Expectations;
  handle: (event: ReceivedEvent) => Promise<Handled>;
  keepRefused: (messages: RefusedMessage[]) => Promise<void>;
  park?: Park;
  log: Log;
  count: (topic: string, handled: Handled) => void;
}

/**
 * What is done about one event: held against what its topic may carry, handled, and parked when its predecessor is missing. With the
 * predecessor come those that waited for it. Whatever fails is thrown: the caller tries the event again.
 */
export class Handler {
  readonly #options: HandlerOptions;
  /** Subjects that have events waiting. */
  readonly #waiting = new Set<string>();

  constructor(options: HandlerOptions) {
    this.#options = options;
  }

  /** Reads which subjects have events waiting, also those that another process parked. */
  async learnParked(): Promise<void> {
    const subjects = (await this.#options.park?.subjects()) ?? [];
    this.#waiting.clear();
    for (const subject of subjects) this.#waiting.add(subject);
  }

  async handle(event: ReceivedEvent): Promise<Handled> {
    const handled = await this.#one(event);
    if (handled !== 'wait' && this.#waiting.has(event.subject)) await this.#followUp(event.subject);
    return handled;
  }

  async #one(event: ReceivedEvent): Promise<Handled> {
    const { expects, handle, park, log, count } = this.#options;
    const unexpected = misfit(event, expects[event.topic]);
    const handled = unexpected ? { cause: unexpected, fields: [] } : await handle(event);
    if (handled === 'wait') {
      await park?.put(event);
      this.#waiting.add(event.subject);
      log.error({ event: 'sequence-gap', topic: event.topic });
    }
    count(event.topic, handled);
    return handled;
  }

  /** The missing event has come: those that waited for it follow, as far as they go. */
  async #followUp(subject: string): Promise<void> {
    const { park, keepRefused } = this.#options;
    if (!park) return;
    for (const event of await park.waiting(subject)) {
      const handled = await this.#one(event);
      if (handled === 'wait') return;
      const refusal = refusalOf(handled);
      const { topic, partition = 0, offset = '' } = event;
      if (refusal) await keepRefused([Object.assign({ topic, partition, offset, lastOffset: offset }, refusal)]);
      await park.drop(event);
    }
    this.#waiting.delete(subject);
  }
}
