import type { mongo } from 'mongoose';
import type { Documents, StoredDocument } from './documents.ts';
import type { Log } from './store.ts';

export interface TimersOptions {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- documents of any shape
  documents: Documents<any>;
  /** Milliseconds between looks. Default 15,000. */
  pollMs?: number;
  /** Does what is due, by an update whose decide clears or renews the timer; a throw leaves it to be claimed again. */
  due: (id: string, kind: string) => Promise<void>;
  now: () => Date;
  log?: Log;
  /** How long a claim holds, ms. Default 60,000. */
  leaseMs?: number;
}

/**
 * Durable timers (law 14): looks for `timer.due` in the past, claims each by a conditional write, so that of several
 * processes one acts, and calls `due`. A process that dies leaves a claim that lapses.
 */
export function startTimers(options: TimersOptions): { stop(): Promise<void> } {
  const { pollMs = 15_000, leaseMs = 60_000, now, log } = options;
  const documents = options.documents as unknown as Documents<StoredDocument>;
  let stopped = false;
  let handle: NodeJS.Timeout | undefined;
  let looking: Promise<number> | undefined;

  const look = async (): Promise<number> => {
    const began = Date.now();
    let found: StoredDocument[];
    do {
      const at = now();
      const collection = documents.internals.collection();
      const free = { $or: [{ 'timer.claimedUntil': { $exists: false } }, { 'timer.claimedUntil': { $lt: at } }] };
      found = (await collection
        .find({ 'timer.due': { $lte: at }, ...free } as mongo.Filter<StoredDocument>, {
          projection: { timer: 1 },
          sort: { 'timer.due': 1 },
          limit: 100,
        })
        .toArray()) as StoredDocument[];
      for (const { _id, timer } of found) {
        if (stopped || !timer) break;
        const claimed = await collection.updateOne(
          { _id, 'timer.due': timer.due, 'timer.kind': timer.kind, ...free } as mongo.Filter<StoredDocument>,
          { $set: { 'timer.claimedUntil': new Date(at.getTime() + leaseMs) } } as mongo.UpdateFilter<StoredDocument>,
        );
        if (claimed.modifiedCount !== 1) continue;
        try {
          await options.due(_id, timer.kind);
        } catch (error) {
          log?.warn({ event: 'timer-failed', resource: _id, reason: timer.kind, error });
        }
      }
    } while (found.length === 100 && !stopped);
    return Date.now() - began;
  };

  const later = (delay: number): void => {
    if (stopped) return;
    handle = setTimeout(() => {
      looking = look();
      looking.then(
        (took) => later(Math.max(pollMs, took * 100) * (0.8 + Math.random() * 0.4)),
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
      clearTimeout(handle);
    },
  };
}
