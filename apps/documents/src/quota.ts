import { Problem } from '@cups/problem';
import type { DocumentRecords } from './store.ts';

/** How long a sum of the store is used. Uploads of this process are added to it meanwhile. */
const CACHE_MS = 60_000;

/**
 * Bounds the size of the documents of a centre. Concurrent uploads to several replicas can exceed it by what they accept
 * within a minute.
 */
export class Quota {
  readonly #records: DocumentRecords;
  readonly #maxBytes: number;
  readonly #now: () => Date;
  readonly #sums = new Map<string, { bytes: number; until: number }>();

  constructor(records: DocumentRecords, { maxBytes, now }: { maxBytes: number; now: () => Date }) {
    this.#records = records;
    this.#maxBytes = maxBytes;
    this.#now = now;
  }

  /** Reserves room for an upload. @throws Problem DOCUMENT_QUOTA_REACHED */
  async reserve(centre: string, size: number): Promise<void> {
    const time = this.#now().getTime();
    let sum = this.#sums.get(centre);
    if (!sum || sum.until <= time) {
      sum = { bytes: await this.#sum(centre), until: time + CACHE_MS };
      this.#sums.set(centre, sum);
    }
    if (sum.bytes + size > this.#maxBytes) {
      throw new Problem({
        reason: 'DOCUMENT_QUOTA_REACHED',
        message: 'The documents of the centre have reached their maximum size.',
      });
    }
    sum.bytes += size;
  }

  /** Reads the sum again before the next upload, because something was deleted. */
  forget(centre: string): void {
    this.#sums.delete(centre);
  }

  async #sum(centre: string): Promise<number> {
    const [found] = await this.#records.aggregate<{ bytes: number }>(
      [
        { $match: { centre, state: { $in: ['uploading', 'checking', 'ready'] } } },
        { $group: { _id: null, bytes: { $sum: '$uploadSize' } } },
      ],
      { scope: { centre } },
    );
    return found?.bytes ?? 0;
  }
}
