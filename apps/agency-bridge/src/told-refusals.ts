import { LRUCache } from 'lru-cache';
import type { Delivery } from './domain/delivery.ts';
import { wasTold } from './domain/reply.ts';
import type { Message } from './domain/reply.ts';

/** Deliveries that are remembered, each with MAX_REFUSED keys at most. */
const REMEMBERED = 1_000;
/** ms; so long a delivery that is not there is not looked up again. */
const QUIET_MS = 1_000;

interface Known {
  /** Undefined for a delivery that is not there. */
  refused: readonly string[] | undefined;
  quietUntil: number;
}

/** What is to be done about a message that was refused. */
export type ToTell = 'ask-the-store' | 'nobody' | 'agency';

/**
 * Which refused messages were told of already, as far as this process knows it without asking the store: thousands of them about
 * one delivery must not hold up its agency's decisions for longer than it takes to read them. What was told once stays told, so
 * that what is remembered is never wrong. Times are ms.
 */
export class ToldRefusals {
  readonly #byDelivery = new LRUCache<string, Known>({ max: REMEMBERED });

  /** Whether the store must be asked: else nobody is to be told any more, or only the agency, for the delivery is not there. */
  of(deliveryId: string, message: Message, cause: string, at: number): ToTell {
    const known = this.#byDelivery.get(deliveryId);
    if (known?.refused && wasTold(known.refused, message, cause)) return 'nobody';
    return known && !known.refused && at < known.quietUntil ? 'agency' : 'ask-the-store';
  }

  /** @param delivery as it is now; undefined when it is not there */
  learn(deliveryId: string, delivery: Pick<Delivery, 'refused'> | undefined, at: number): void {
    const refused = delivery && (delivery.refused ?? []);
    this.#byDelivery.set(deliveryId, { refused, quietUntil: at + QUIET_MS });
  }
}
