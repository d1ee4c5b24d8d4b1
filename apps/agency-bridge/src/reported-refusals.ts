import { LRUCache } from 'lru-cache';
import type { Delivery } from './domain/delivery.ts';
import { wasReported } from './domain/reply.ts';
import type { Message } from './domain/reply.ts';

/** Deliveries that are remembered, each with MAX_REFUSED keys at most. */
const MAX_DELIVERIES = 1_000;
/** ms; so long a delivery that is not there is not looked up again. */
const ABSENT_TTL_MS = 1_000;

interface ReportedState {
  /** Undefined for a delivery that is not there. */
  refused: readonly string[] | undefined;
  absentUntil: number;
}

/** What is to be done about a message that was refused. */
export type ReportTarget = 'ask-the-store' | 'nobody' | 'agency';

/**
 * Which refused messages were told of already, as far as this process knows it without asking the store: thousands of them about
 * one delivery must not hold up its agency's decisions for longer than it takes to read them. What was told once stays told, so
 * that what is remembered is never wrong. Times are ms.
 */
export class ReportedRefusals {
  readonly #byDelivery = new LRUCache<string, ReportedState>({ max: MAX_DELIVERIES });

  /** Whether the store must be asked: else nobody is to be told any more, or only the agency, for the delivery is not there. */
  resolveTarget(deliveryId: string, message: Message, cause: string, at: number): ReportTarget {
    const known = this.#byDelivery.get(deliveryId);
    if (known?.refused && wasReported(known.refused, message, cause)) return 'nobody';
    return known && !known.refused && at < known.absentUntil ? 'agency' : 'ask-the-store';
  }

  /** @param delivery as it is now; undefined when it is not there */
  remember(deliveryId: string, delivery: Pick<Delivery, 'refused'> | undefined, at: number): void {
    const refused = delivery && (delivery.refused ?? []);
    this.#byDelivery.set(deliveryId, { refused, absentUntil: at + ABSENT_TTL_MS });
  }
}
