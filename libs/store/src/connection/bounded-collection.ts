import type { Log, Metrics } from '@cups/contracts';
import type { mongo } from 'mongoose';

/**
 * Longest time of a driver call, ms: selection of a server, a connection of the pool and the response, twice because the
 * driver repeats a call once. Below the time after which a handler counts as hanging.
 */
const MAX_CALL_MS = 50_000;

/**
 * The driver has not settled a call within all of its own timeouts, as it can do with calls under way while a server stops.
 * A write may have happened.
 */
export class LostCallError extends Error {
  override readonly name = 'MongoLostCallError';
}

interface BoundOptions {
  log: Log;
  /** Counts lost calls. */
  lostCalls?: LostCallCounter | undefined;
  maxCallMs?: number;
}

export type LostCallCounter = ReturnType<Metrics['counter']>;

/**
 * Returns a collection whose calls always settle. Writers of a document wait for each other, so one lost call would block
 * the document until the process restarts.
 */
export function boundCalls<T extends mongo.Document>(
  collection: mongo.Collection<T>,
  { log, lostCalls, maxCallMs = MAX_CALL_MS }: BoundOptions,
): mongo.Collection<T> {
  const settle = <Result>(method: string, call: Promise<Result>): Promise<Result> =>
    settleWithin(maxCallMs, call, () => {
      lostCalls?.inc({});
      log.error({ event: 'store-call-lost', resource: `${collection.collectionName}.${method}` });
    });
  const bound = <Target extends object>(target: Target, path: string): Target =>
    new Proxy(target, {
      get(_target, key) {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== 'function' || typeof key === 'symbol') return value;
        return (...given: unknown[]) => {
          const result: unknown = Reflect.apply(value, target, given);
          if (has(result, 'then')) return settle(`${path}${key}`, result as Promise<unknown>);
          // The calls of a cursor reach the server.
          return has(result, 'toArray') ? bound(result as object, `${path}${key}.`) : result;
        };
      },
    });
  return bound(collection, '');
}

const has = (value: unknown, method: string): boolean =>
  typeof (value as Record<string, unknown> | null | undefined)?.[method] === 'function';

async function settleWithin<Result>(ms: number, call: Promise<Result>, onLost: () => void): Promise<Result> {
  const { promise: lost, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    onLost();
    reject(new LostCallError('The driver has lost a call.'));
  }, ms);
  timer.unref();
  try {
    return await Promise.race([call, lost]);
  } finally {
    clearTimeout(timer);
  }
}
