import type { Log } from '@cups/contracts';
import type { mongo } from 'mongoose';
import type { AnyDocuments } from './documents.ts';
import type { StoredDocument } from './documents/document.ts';

export interface TimersOptions {
  documents: AnyDocuments;
  /** Milliseconds between looks. Default 15,000. */
  pollMs?: number | undefined;
  /** Does what is due, by an update whose decide clears or renews the timer; after a throw it is claimed again later. */
  due: (id: string, kind: string) => Promise<void>;
  now: () => Date;
  log?: Log;
  /** How long a claim holds, ms. Default 60,000. */
  leaseMs?: number;
}

/** However long a look takes, what is due is found within this time and its jitter. */
const longestPollMs = 60_000;

/**
 * Durable timers: looks for `timer.due` in the past, claims each by a conditional write, so that of several
 * processes one acts, and calls `due`. A process that dies leaves a claim that lapses.
 */
export function startTimers(options: TimersOptions): { stop(): Promise<void> } {
  const { documents, pollMs = 15_000, leaseMs = 60_000, now, log } = options;
  let stopped = false;
  let handle: NodeJS.Timeout | undefined;
  let looking: Promise<number> | undefined;

  /** Resolves with the ms that looking took, without what was done. */
  const look = async (): Promise<number> => {
    const at = now();
    const began = Date.now();
    const collection = documents.internals.collection();
    const free = { $or: [{ 'timer.claimedUntil': { $exists: false } }, { 'timer.claimedUntil': { $lt: at } }] };
    const due = { 'timer.due': { $lte: at }, ...free } as mongo.Filter<StoredDocument>;
    const how = { projection: { timer: 1 }, sort: { 'timer.due': 1 as const }, limit: 100 };
    const found = await collection.find(due, how).toArray();
    const took = Date.now() - began;
    for (const { _id, timer } of found) {
      if (stopped || !timer) break;
      const mine = { _id, 'timer.due': timer.due, 'timer.kind': timer.kind, ...free } as mongo.Filter<StoredDocument>;
      const claim = { $set: { 'timer.claimedUntil': new Date(at.getTime() + leaseMs) } };
      const { modifiedCount } = await collection.updateOne(mine, claim as mongo.UpdateFilter<StoredDocument>);
      if (modifiedCount !== 1) continue;
      await options.due(_id, timer.kind).catch((error: unknown) => {
        log?.warn({ event: 'timer-failed', resource: _id, reason: timer.kind, error });
      });
    }
    return found.length < how.limit || stopped ? took : look();
  };
  const later = (delay: number): void => {
    if (stopped) return;
    handle = setTimeout(() => {
      looking = look();
      // A look that takes long (a big collection without a usable index) comes more rarely.
      looking.then(
        (took) => later(Math.max(pollMs, Math.min(longestPollMs, took * 100)) * (0.8 + Math.random() * 0.4)),
        () => later(Math.min(pollMs, 1_000)),
      );
    }, delay);
  };
  later(0);

  return {
    async stop() {
      stopped = true;
      clearTimeout(handle);
      await looking?.catch(() => {});
    },
  };
}
