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
 * What is known about refused messages of deliveries without asking the store, so that thousands about one delivery hold
 * up its agency's decisions no longer than it takes to read them. What was told once stays told, so that memory is never
 * wrong about it. Times are ms.
 */
export function openTold() {
  const all = new LRUCache<string, Known>({ max: REMEMBERED });
  return {
    /** Whether the store need not be asked for the sake of this message: there is nothing to tell intake. */
    knows(deliveryId: string, messageId: string, cause: string, at: number): boolean {
      const known = all.get(deliveryId);
      return known !== undefined && (at < known.quietUntil || wasTold(known.refused, messageId, cause));
    },
    /** @param delivery as it is now; undefined when it is not there */
    learn(deliveryId: string, delivery: Pick<Delivery, 'refused' | 'requested'> | undefined, at: number): void {
      const hasRequest = delivery !== undefined && delivery.requested > 0;
      all.set(deliveryId, { refused: delivery?.refused ?? [], quietUntil: hasRequest ? 0 : at + QUIET_MS });
    },
  };
}
