import { Problem } from '@cups/problem';
import type { DocumentRecord, DocumentRecords } from './store.ts';

/** How long a sum of the store is used. What this process stores is added to it meanwhile. */
const CACHE_MS = 60_000;

/** Returns the bytes of a live document: those of the upload until its check ends, then the content and its preview. */
export const storedBytes = ({ uploadSize, content, preview }: DocumentRecord): number =>
  (content?.role === 'content' ? content.size : uploadSize) + (preview?.size ?? 0);

/** Sums by role of the content, which is null before a check has ended. */
interface RoleSum {
  _id: 'upload' | 'content' | null;
  uploads: number;
  contents: number;
  previews: number;
}

/**
 * Bounds the stored bytes of the scans of a centre. Results, which agencies upload, do not count. Concurrent uploads to
 * several replicas can exceed it by what they accept within a minute, and images by what their check adds.
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

  /** Counts what the check of a document has added, or saved. */
  add({ purpose, centre }: Pick<DocumentRecord, 'purpose' | 'centre'>, bytes: number): void {
    const sum = purpose === 'evidence' && centre ? this.#sums.get(centre) : undefined;
    if (sum) sum.bytes += bytes;
  }

  /** Reads the sum again before the next upload, because something was deleted. */
  forget(centre: string): void {
    this.#sums.delete(centre);
  }

  async #sum(centre: string): Promise<number> {
    const sums = await this.#records.aggregate<RoleSum>(
      [
        { $match: { centre, purpose: 'evidence', state: { $in: ['uploading', 'checking', 'ready'] } } },
        {
          $group: {
            _id: '$content.role',
            uploads: { $sum: '$uploadSize' },
            contents: { $sum: '$content.size' },
            previews: { $sum: '$preview.size' },
          },
        },
      ],
      { scope: { centre } },
    );
    return sums.reduce((sum, { _id, uploads, contents, previews }) => {
      return sum + (_id === 'content' ? contents : uploads) + previews;
    }, 0);
  }
}
