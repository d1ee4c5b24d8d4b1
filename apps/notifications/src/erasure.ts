import { resourceName } from '@cups/contracts';
import type { Counter, Log, Metrics } from '@cups/contracts';
import { newUlid } from '@cups/contracts/node';
import type { DataKeys } from '@cups/data-keys';
import type { Cause, Change } from '@cups/store';
import { entryOfErasure } from './journal.ts';
import type { Thread, Threads } from './store.ts';

export interface ErasureDeps {
  threads: Threads;
  dataKeys: Pick<DataKeys, 'destroy'>;
  log: Log;
  metrics: Metrics;
  now: () => Date;
}

/** Length of the time in a ULID. */
const ULID_TIME_LENGTH = 10;

/** Erases the notices of applications: first the key, so that nothing can be read any longer, then the rows. */
export class Erasure {
  readonly #deps: ErasureDeps;
  readonly #erased: Counter;
  /** The last thread of the running sweep. */
  #after = '';

  constructor(deps: ErasureDeps) {
    this.#deps = deps;
    this.#erased = deps.metrics.counter('notifications_threads_erased_total', 'Threads whose notices were erased.');
  }

  /** Destroys the key of a thread. */
  destroyKey(thread: string): Promise<void> {
    return this.#deps.dataKeys.destroy(thread);
  }

  /** Counts an erasure whose write succeeded. */
  record(thread: string): void {
    this.#erased.inc();
    this.#deps.log.info({ event: 'notices-erased', resource: resourceName('applications', thread) });
  }

  /**
   * Erases threads whose last change is older than `before` and whose application never reported its end.
   * @returns their number, at most `limit`
   */
  async expire(before: Date, limit: number): Promise<number> {
    const { threads, now } = this.#deps;
    // The ID of an application begins with the time at which it was opened.
    const _id = { $gt: this.#after, $lt: newUlid(before).slice(0, ULID_TIME_LENGTH) };
    const filter = { _id, updateTime: { $lt: before }, eraseTime: { $exists: false } };
    const options = { scope: 'service' as const, sort: { _id: 1 as const }, limit, projection: { _id: 1 } as const };
    const found = await threads.find(filter, options);
    for (const { _id: id } of found) await this.#erase(id, { eventId: 'retention' }, now());
    this.#after = found.length < limit ? '' : found.at(-1)!._id;
    return found.length;
  }

  async #erase(id: string, cause: Cause, now: Date): Promise<void> {
    const { outcome } = await this.#deps.threads.update(
      id,
      { scope: 'service', cause, now },
      {
        read: () => this.destroyKey(id),
        decide: (thread) => toErased(thread, now, 'retention-rule'),
      },
    );
    if (outcome === 'applied') this.record(id);
  }
}

/** Returns the thread without what names a person. Its rows end: they belong to notices that nobody can read. */
export function toErased(thread: Thread, now: Date, ground: 'retention-rule' | 'person-request'): Change<Thread> {
  if (thread.eraseTime) return { document: thread, events: [] };
  const { journalSalt: _salt, ...rest } = thread;
  const document: Thread = { ...rest, notices: [], timer: null, eraseTime: now };
  return { document, events: [entryOfErasure(thread._id, ground)] };
}
