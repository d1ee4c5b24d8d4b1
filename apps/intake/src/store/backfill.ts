import { setTimeout as pause } from 'node:timers/promises';
import { backoff } from '@cups/contracts';
import type { Log } from '@cups/contracts';
import type { Documents } from '@cups/store';
import type { SearchHasher } from '../domain/search-hasher.ts';
import { toChange } from '../event-encoder.ts';
import { SCHEMA_VERSION } from '../store.ts';
import type { StoredApplication } from '../store.ts';

/**
 * Computes derived fields of applications that an older release wrote, so that the queue and the search find them.
 * Runs once in the background, on whichever replica is first. Meanwhile all calls by name work as usual.
 */

const BATCH_SIZE = 100;
const RETRY_BACKOFF = { initialMs: 1_000, maxMs: 60_000 };

export interface BackfillDeps {
  applications: Documents<StoredApplication>;
  hashes: SearchHasher;
  log: Log;
  now: () => Date;
}

/** Copies the content, so that the derived fields are recomputed. */
const withCopiedContent = (app: StoredApplication): StoredApplication => ({
  ...app,
  content: structuredClone(app.content),
});

/** Starts immediately; retries while the store is unavailable. */
export function backfillDerivedFields({ applications, hashes, log, now }: BackfillDeps): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const retry = backoff(RETRY_BACKOFF);

  async function backfillBatch(): Promise<number> {
    const filter = { schemaVersion: { $lt: SCHEMA_VERSION } };
    const found = await applications.find(filter, { scope: 'service', limit: BATCH_SIZE, projection: { _id: 1 } });
    for (const { _id } of found) {
      if (stopping.signal.aborted) break;
      await applications.update(_id, { scope: 'service', cause: { eventId: 'renew-older' }, now: now() }, (app) =>
        toChange(
          app,
          { document: app.schemaVersion < SCHEMA_VERSION ? withCopiedContent(app) : app, events: [] },
          hashes,
        ),
      );
    }
    return found.length;
  }

  async function backfillAll(): Promise<void> {
    let count = 0;
    while (!stopping.signal.aborted) {
      try {
        const batchCount = await backfillBatch();
        if (batchCount === 0) break;
        count += batchCount;
        retry.reset();
      } catch {
        // The store has logged the reason.
        await pause(retry.next(), undefined, { signal: stopping.signal }).catch(() => {});
      }
    }
    if (count > 0) log.info({ event: 'documents-backfilled', count });
  }

  const running = backfillAll();
  return {
    stop() {
      stopping.abort();
      return running;
    },
  };
}
