import { setTimeout as pause } from 'node:timers/promises';
import { backoff } from '@cups/contracts';
import type { Log } from '@cups/contracts';
import type { Documents } from '@cups/store';
import type { NameHashes } from '../domain/names.ts';
import { changeOf } from '../happenings.ts';
import { SCHEMA_VERSION } from '../store.ts';
import type { StoredApplication } from '../store.ts';

/**
 * Applications that an older release wrote say nothing of the queue, of names or of numbers, so no list and no search would find them. They are
 * written anew in the background, once, by whichever replica comes first; meanwhile all calls that name one work as ever.
 */

const BATCH = 100;
const RETRIES = { first: 1_000, most: 60_000 };

export interface OlderParts {
  applications: Documents<StoredApplication>;
  hashes: NameHashes;
  log: Log;
  now: () => Date;
}

/** The same with content of its own, so that what follows from it is worked out again. */
const anew = (app: StoredApplication): StoredApplication => ({ ...app, content: structuredClone(app.content) });

/** Begins at once; waits for a store that is away. */
export function renewOlder({ applications, hashes, log, now }: OlderParts): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const retry = backoff(RETRIES);

  /** @returns how many there were */
  async function renewSome(): Promise<number> {
    const filter = { schemaVersion: { $lt: SCHEMA_VERSION } };
    const found = await applications.find(filter, { scope: 'service', limit: BATCH, projection: { _id: 1 } });
    for (const { _id } of found) {
      if (stopping.signal.aborted) break;
      await applications.update(_id, { scope: 'service', cause: { eventId: 'renew-older' }, now: now() }, (app) =>
        changeOf(app, { document: app.schemaVersion < SCHEMA_VERSION ? anew(app) : app, events: [] }, hashes),
      );
    }
    return found.length;
  }

  async function renewAll(): Promise<void> {
    let renewed = 0;
    while (!stopping.signal.aborted) {
      try {
        const some = await renewSome();
        if (some === 0) break;
        renewed += some;
        retry.reset();
      } catch {
        // The store has said why in the log.
        await pause(retry.next(), undefined, { signal: stopping.signal }).catch(() => {});
      }
    }
    if (renewed > 0) log.info({ event: 'older-documents-renewed', count: renewed });
  }

  const renewing = renewAll();
  return {
    stop() {
      stopping.abort();
      return renewing;
    },
  };
}
