import { setTimeout as pause } from 'node:timers/promises';
import { backoff } from '@cups/contracts';
import type { Log, Metrics } from '@cups/contracts';
import { isProblem } from '@cups/problem';
import type { Documents } from '@cups/store';
import type { SearchHasher } from '../domain/search-hasher.ts';
import { toChange } from '../event-encoder.ts';
import { SCHEMA_VERSION } from '../store.ts';
import type { StoredApplication } from '../store.ts';

/**
 * Stores applications of another version again: computes their derived fields, so that the queue and the search find
 * them, and seals them. Each replica does it in the background, and again every 10 minutes, because replicas of an
 * earlier release may still write. Meanwhile all calls work as usual.
 */

const BATCH_SIZE = 100;
const RETRY_BACKOFF = { initialMs: 1_000, maxMs: 60_000 };
const INTERVAL_MS = 10 * 60_000;
/** The gauge counts no further. */
const MAX_COUNTED = 1_000_000;

export interface BackfillDeps {
  applications: Documents<StoredApplication>;
  hashes: SearchHasher;
  /** The version of documents that this process writes. */
  schemaVersion: number;
  log: Log;
  metrics: Metrics;
  now: () => Date;
}

export interface Backfill {
  /** Whether a pass has found no application of another version, except those that cannot be read. */
  isComplete(): boolean;
  stop(): Promise<void>;
}

/** Starts immediately; retries while the store is unavailable. */
export function startBackfill({ applications, hashes, schemaVersion, log, metrics, now }: BackfillDeps): Backfill {
  const stopping = new AbortController();
  const { signal } = stopping;
  const retry = backoff(RETRY_BACKOFF);
  const earlier = { schemaVersion: { $lt: schemaVersion } };
  // Only to go back to a release that cannot read sealed applications.
  const later = { schemaVersion: { $gt: schemaVersion } };
  const others = schemaVersion === SCHEMA_VERSION ? earlier : { $or: [earlier, later] };
  /** Applications that cannot be stored again; an error was logged for each. */
  const skipped = new Set<string>();
  let isComplete = false;
  const left = metrics.gauge(
    'intake_applications_to_backfill',
    'Applications that an earlier release stored, whose derived fields or encryption are missing, at most 1,000,000',
    [],
  );

  async function storeAgain(id: string): Promise<void> {
    try {
      await applications.update(id, { scope: 'service', cause: { eventId: 'renew-older' }, now: now() }, (app) =>
        app.schemaVersion === schemaVersion
          ? { document: app, events: [] }
          : toChange(withoutHashes(app), { document: app, events: [] }, hashes),
      );
    } catch (error) {
      if (isProblem(error)) throw error;
      skipped.add(id);
      log.error({ event: 'application-backfill-failed', resource: `applications/${id}`, error });
    }
  }

  /** Returns the number of applications in the batch. */
  async function processBatch(): Promise<number> {
    const filter = skipped.size > 0 ? { ...others, _id: { $nin: [...skipped] } } : others;
    const found = await applications.find(filter, { scope: 'service', limit: BATCH_SIZE, projection: { _id: 1 } });
    for (const { _id } of found) {
      if (signal.aborted) break;
      await storeAgain(_id);
    }
    return found.length;
  }

  async function processAll(): Promise<void> {
    const [pending = 0] = await applications.countEach([others], { scope: 'service', limit: MAX_COUNTED });
    let count = 0;
    for (let size = pending; size > 0 && !signal.aborted;) {
      left.set({}, Math.max(skipped.size, pending - count));
      count += size = await processBatch();
    }
    if (signal.aborted) return;
    left.set({}, skipped.size);
    isComplete = true;
    if (count > 0) log.info({ event: 'documents-backfilled', count });
  }

  async function processForever(): Promise<void> {
    while (!signal.aborted) {
      const delay = await processAll().then(
        () => {
          retry.reset();
          return INTERVAL_MS;
        },
        // The store has logged the reason.
        () => retry.next(),
      );
      await pause(delay, undefined, { signal }).catch(() => {});
    }
  }

  const running = processForever();
  return {
    isComplete: () => isComplete,
    stop() {
      stopping.abort();
      return running;
    },
  };
}

/** An application whose search hashes must be computed. */
function withoutHashes(app: StoredApplication): StoredApplication {
  const { names: _names, ...others } = app;
  return others;
}
