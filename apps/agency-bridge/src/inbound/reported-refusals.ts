import { LRUCache } from 'lru-cache';
import type { Delivery } from '../domain/delivery.ts';
import { wasReported } from '../domain/reply.ts';
import type { Message } from '../domain/reply.ts';

/** Maximum number of cached deliveries, each with at most MAX_REFUSED keys. */
const MAX_DELIVERIES = 1_000;
/** How long an absent delivery is cached. */
const ABSENT_TTL_MS = 1_000;

interface ReportedState {
  /** Undefined if the delivery does not exist. */
  refused: readonly string[] | undefined;
  absentUntil: number;
}

/** Who is still to be informed about a refused message, or that the store must be read. */
export type ReportTarget = 'read-store' | 'nobody' | 'agency';

/**
 * Caches which refused messages were reported, so that thousands about one delivery do not delay other replies of the
 * agency. Reports are never withdrawn, so the cache is never wrong. Times are in ms.
 */
export class ReportedRefusals {
  readonly #byDelivery = new LRUCache<string, ReportedState>({ max: MAX_DELIVERIES });

  /** Returns nobody if the message was reported, agency if the delivery does not exist, else read-store. */
  resolveTarget(deliveryId: string, message: Message, cause: string, at: number): ReportTarget {
    const cached = this.#byDelivery.get(deliveryId);
    if (cached?.refused && wasReported(cached.refused, message, cause)) return 'nobody';
    return cached && !cached.refused && at < cached.absentUntil ? 'agency' : 'read-store';
  }

  /** @param delivery current state; undefined if it does not exist */
  remember(deliveryId: string, delivery: Pick<Delivery, 'reportedIssues'> | undefined, at: number): void {
    const refused = delivery && (delivery.reportedIssues ?? []);
    this.#byDelivery.set(deliveryId, { refused, absentUntil: at + ABSENT_TTL_MS });
  }
}
