import type { Counter, Gauge, Log, Metrics } from '@cups/contracts';
import { isProblem } from '@cups/problem';
import type { DataKeyRecord, DataKeyRecords } from './key-records.ts';
import type { KeyWrapper } from './key-wrapper.ts';

export interface RewrapOptions {
  records: DataKeyRecords;
  wrapper: KeyWrapper;
  log: Log;
  metrics: Metrics;
  now: () => Date;
  /**
   * How long the key set must be unchanged, in this process, before keys are wrapped again, ms. Until then another replica
   * may still have the former set, and would wrap them back.
   */
  settleMs: number;
  /** Monotonic clock, ms. */
  clock: () => number;
}

/** Which key-encryption keys the stored data keys need. */
export interface DataKeyState {
  /** IDs of the key-encryption keys of this process, the current one first. */
  kids: string[];
  /** Data keys that another key than the current one wraps. */
  pending: number;
  /** Data keys among them whose key-encryption key is not in the set. */
  unreadable: number;
}

/** Keys that are read and written together. */
const PAGE_SIZE = 50;
/** Counts end here. */
const MAX_COUNT = 10_000_000;

/**
 * Wraps data keys again after a rotation of the key-encryption key. What the data keys sealed stays as it is. Reads and
 * writes of the data continue: both keys unwrap meanwhile. Replicas may do it concurrently.
 */
export class Rewrap {
  readonly #options: RewrapOptions;
  readonly #pending: Gauge;
  readonly #unreadable: Gauge;
  readonly #rewrapped: Counter;
  #kids = '';
  #kidsSince = 0;

  constructor(options: RewrapOptions) {
    this.#options = options;
    const { metrics } = options;
    this.#pending = metrics.gauge('data_keys_rewrap_pending', 'Data keys that a former key-encryption key wraps.', []);
    this.#unreadable = metrics.gauge(
      'data_keys_unreadable',
      'Data keys whose key-encryption key is not in the key set.',
      [],
    );
    this.#rewrapped = metrics.counter('data_keys_rewrapped_total', 'Data keys wrapped by the current key again.', []);
  }

  /** @throws Problem STORE_UNAVAILABLE */
  async inspect(): Promise<DataKeyState> {
    const { records, wrapper } = this.#options;
    const kids = [...wrapper.keyIds()];
    const [current, ...former] = kids as [string, ...string[]];
    const [below = 0, above = 0, ...known] = await records.countEach(
      [{ keyId: { $lt: current } }, { keyId: { $gt: current } }, ...former.map((keyId) => ({ keyId }))],
      { scope: 'service', limit: MAX_COUNT },
    );
    const pending = below + above;
    return { kids, pending, unreadable: pending - known.reduce((sum, count) => sum + count, 0) };
  }

  /** Wraps all keys of former key-encryption keys again, page by page. A run that ends early is continued by the next. */
  async run(): Promise<void> {
    const { pending, unreadable } = await this.inspect();
    this.#pending.set({}, pending);
    this.#unreadable.set({}, unreadable);
    if (pending === unreadable || !this.#isSettled()) return;
    const { wrapper, log } = this.#options;
    let rewrapped = 0;
    let failed = 0;
    for (const keyId of wrapper.keyIds().slice(1)) {
      for (let after = ''; ;) {
        const page = await this.#readPage(keyId, after);
        const outcomes = await Promise.all(page.map((record) => this.#rewrap(record)));
        const count = outcomes.filter((isWrapped) => isWrapped).length;
        rewrapped += count;
        failed += outcomes.length - count;
        this.#rewrapped.inc({}, count);
        this.#pending.set({}, Math.max(unreadable, pending - rewrapped));
        if (page.length < PAGE_SIZE) break;
        after = page.at(-1)!._id;
      }
    }
    log.info({ event: 'data-keys-rewrapped', count: rewrapped });
    if (failed > 0) log.error({ event: 'data-keys-damaged', count: failed });
  }

  #isSettled(): boolean {
    const { wrapper, clock, settleMs } = this.#options;
    const kids = wrapper.keyIds().join(' ');
    if (kids !== this.#kids) {
      this.#kids = kids;
      this.#kidsSince = clock();
    }
    return clock() - this.#kidsSince >= settleMs;
  }

  #readPage(keyId: string, after: string): Promise<DataKeyRecord[]> {
    const filter = { keyId, _id: { $gt: after } };
    return this.#options.records.find(filter, { scope: 'service', sort: { _id: 1 }, limit: PAGE_SIZE });
  }

  /** @returns false for a damaged key, which stays as it is */
  async #rewrap({ _id }: DataKeyRecord): Promise<boolean> {
    const { records, wrapper, now } = this.#options;
    try {
      await records.update(_id, { scope: 'service', cause: {}, now: now() }, (document) => {
        if (document.keyId === wrapper.keyIds()[0]) return { document, events: [] };
        const plain = wrapper.unwrap({ keyId: document.keyId, bytes: Buffer.from(document.bytes) });
        return { document: { ...document, ...wrapper.wrap(plain) }, events: [] };
      });
      return true;
    } catch (error) {
      // The key was destroyed meanwhile.
      if (isProblem(error) && error.kind === 'NOT_FOUND') return true;
      if (isProblem(error)) throw error;
      return false;
    }
  }
}
