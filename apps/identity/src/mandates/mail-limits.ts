import { Problem } from '@cups/problem';
import type { Store } from '@cups/store';

/**
 * Limits of the emails with one-time codes: no operator, and no centre, floods an address, whatever people they invent. The
 * limit of a person is that of their mandates (`domain/mandate-mail.ts`).
 */

export interface CodeMailLimits {
  /** Emails in an hour of the clock to one address. */
  address: number;
  /** By one operator. */
  operator: number;
  /** By one centre. */
  centre: number;
}

/** What an email counts for. */
export interface CodeMailCounted {
  /** Keyed hash of the address. */
  address: string;
  /** operators/{id} */
  operator: string;
  /** centres/{code} */
  centre: string;
}

interface StoredCount {
  /** `<limit>/<whose>/<hour since 1970>` */
  _id: string;
  count: number;
  expireTime: Date;
}

const COUNTS = 'codeMailCounts';
const HOUR_MS = 3_600_000;

export class CodeMailCounts {
  readonly #store: Store;
  readonly #limits: CodeMailLimits;

  constructor(store: Store, limits: CodeMailLimits) {
    this.#store = store;
    this.#limits = limits;
    store.addIndexes(COUNTS, [{ fields: { expireTime: 1 }, query: 'counts of hours that are over' }]);
  }

  /**
   * Counts an email before it is sent.
   * @throws Problem RATE_LIMITED with the time until the hour ends, STORE_UNAVAILABLE
   */
  async take(counted: CodeMailCounted, now: Date): Promise<void> {
    const hour = Math.floor(now.getTime() / HOUR_MS);
    const expireTime = new Date((hour + 1) * HOUR_MS);
    // The narrowest first: what it refuses counts for no other.
    for (const limit of ['address', 'operator', 'centre'] as const) {
      const count = await this.#increment(`${limit}/${counted[limit]}/${hour}`, expireTime);
      if (count <= this.#limits[limit]) continue;
      const retryAfterMs = expireTime.getTime() - now.getTime();
      const message = `Too many codes were sent ${limit === 'address' ? 'to the address' : `by the ${limit}`} within an hour.`;
      throw new Problem({ reason: 'RATE_LIMITED', message, retryAfterMs, metadata: { limit } });
    }
    await this.#call((counts) => counts.deleteMany({ expireTime: { $lt: now } }));
  }

  async #increment(_id: string, expireTime: Date): Promise<number> {
    const change = { $inc: { count: 1 }, $setOnInsert: { expireTime } };
    const options = { upsert: true, returnDocument: 'after' } as const;
    const found = await this.#call((counts) => counts.findOneAndUpdate({ _id }, change, options));
    return found!.count;
  }

  async #call<T>(work: (counts: ReturnType<typeof countsOf>) => Promise<T>): Promise<T> {
    try {
      return await work(countsOf(this.#store));
    } catch (error) {
      throw this.#store.failure(error, COUNTS);
    }
  }
}

const countsOf = (store: Store) => store.collection<StoredCount>(COUNTS);
