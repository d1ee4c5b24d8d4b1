import { LRUCache } from 'lru-cache';
import { wasTold } from './domain/delivery.ts';
import type { Delivery } from './domain/delivery.ts';

/** Deliveries that are remembered, each with MAX_REFUSED keys at most. */
const REMEMBERED = 1_000;
/** ms; so long a delivery that is not there, or of which nothing was sent, is not looked up again. */
const QUIET_MS = 1_000;

interface Known {
  refused: readonly string[];
  quietUntil: number;
}

/**
 * Which refused messages intake was told of already, as far as this process knows it without asking the store: thousands of them about
 * one delivery must not hold up its agency's decisions for longer than it takes to read them. What was told once stays told, so
 * that what is remembered is never wrong. Times are ms.
 */
export class ToldRefusals {
  readonly #byDelivery = new LRUCache<string, Known>({ max: REMEMBERED });

  /** Whether the store need not be asked for the sake of this message: there is nothing to tell intake. */
  knows(deliveryId: string, messageId: string, cause: string, at: number): boolean {
    const known = this.#byDelivery.get(deliveryId);
    return known !== undefined && (at < known.quietUntil || wasTold(known.refused, messageId, cause));
  }

  /** @param delivery as it is now; undefined when it is not there */
  learn(deliveryId: string, delivery: Pick<Delivery, 'refused' | 'requested'> | undefined, at: number): void {
    const hasRequest = delivery !== undefined && delivery.requested > 0;
    const quietUntil = hasRequest ? 0 : at + QUIET_MS;
    this.#byDelivery.set(deliveryId, { refused: delivery?.refused ?? [], quietUntil });
  }
}
