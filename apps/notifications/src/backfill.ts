import { setTimeout as pause } from 'node:timers/promises';
import { backoff } from '@cups/contracts';
import type { Log, Metrics } from '@cups/contracts';
import { SCHEMA_VERSION } from './store.ts';
import type { Threads } from './store.ts';

/** Threads that are read together. */
const BATCH_SIZE = 100;
const RETRY_BACKOFF = { initialMs: 1_000, maxMs: 60_000 };
const INTERVAL_MS = 10 * 60_000;
/** The gauge counts no further. */
const MAX_COUNTED = 1_000_000;

export interface BackfillDeps {
  threads: Threads;
  /** The version of threads that this process writes. */
  schemaVersion: number;
  log: Log;
  metrics: Metrics;
  now: () => Date;
  /** @default 10 minutes */
  intervalMs?: number | undefined;
}

/**
 * Stores threads of another version again, which seals them. Each replica does it in the background, and again every 10
 * minutes, because replicas of an earlier release may still write. Meanwhile all calls work as usual.
 * @returns a function that ends it
 */
export function startBackfill({ threads, schemaVersion, log, metrics, now, intervalMs }: BackfillDeps) {
  const earlier = { schemaVersion: { $lt: schemaVersion } };
  // Only to go back to a release that cannot read sealed threads.
  const later = { schemaVersion: { $gt: schemaVersion } };
  const others = schemaVersion === SCHEMA_VERSION ? earlier : { $or: [earlier, later] };
  const pending = metrics.gauge(
    'notifications_threads_to_backfill',
    'Threads of another version, which are not stored as this release stores them, at most 1,000,000.',
    [],
  );
  const stopping = new AbortController();
  const { signal } = stopping;
  const retry = backoff(RETRY_BACKOFF);

  async function storeAgain(id: string): Promise<boolean> {
    try {
      await threads.update(id, { scope: 'service', cause: { eventId: 'renew-older' }, now: now() }, (thread) => ({
        document: thread.schemaVersion === schemaVersion ? thread : { ...thread },
        events: [],
      }));
      return true;
    } catch (error) {
      log.error({ event: 'thread-backfill-failed', resource: `applications/${id}`, error });
      return false;
    }
  }

  async function run(): Promise<void> {
    const scope = 'service';
    const [count = 0] = await threads.countEach([others], { scope, limit: MAX_COUNTED });
    pending.set({}, count);
    let stored = 0;
    for (let after = ''; count > 0 && !signal.aborted;) {
      const filter = { ...others, _id: { $gt: after } };
      const sort = { _id: 1 } as const;
      const found = await threads.find(filter, { scope, sort, limit: BATCH_SIZE, projection: { _id: 1 } });
      for (const { _id } of found) {
        if (!signal.aborted && (await storeAgain(_id))) stored += 1;
      }
      pending.set({}, Math.max(0, count - stored));
      if (found.length < BATCH_SIZE) break;
      after = found.at(-1)!._id;
    }
    if (stored > 0) log.info({ event: 'threads-backfilled', count: stored });
  }

  async function runForever(): Promise<void> {
    while (!signal.aborted) {
      const delay = await run().then(
        () => {
          retry.reset();
          return intervalMs ?? INTERVAL_MS;
        },
        // The store has logged the reason; it opens shortly after the start.
        () => retry.next(),
      );
      await pause(delay, undefined, { signal }).catch(() => {});
    }
  }

  const running = runForever();
  return () => {
    stopping.abort();
    return running;
  };
}
