import { Problem } from '@cups/problem';
import type { Metrics } from '@cups/contracts';
import { overloaded } from '../http/admission.ts';

/** Bounds the transfers of content that run at the same time, which last as long as the client's connection is slow. */

export interface TransferPoolOptions {
  name: 'upload' | 'download';
  /** Maximum number in this process. */
  max: number;
  /** Maximum number of one session or agency. */
  maxPerOwner: number;
}

export interface TransferPool {
  /**
   * Begins a transfer of a session or an agency. @returns a function that ends it
   * @throws Problem RATE_LIMITED when the owner runs too many, OVERLOADED when the process does
   */
  begin(owner: string): () => void;
}

/** How long a session waits with its next transfer: about the time of a few chunks. */
const RETRY_AFTER_MS = 5_000;

/** Creates the pools of a process. */
export function createTransferPools(
  metrics: Metrics,
  options: readonly TransferPoolOptions[],
): Record<TransferPoolOptions['name'], TransferPool> {
  const refused = metrics.counter('http_transfers_refused_total', 'Transfers of content that did not begin.', [
    'direction',
    'cause',
  ]);
  const running = new Map<string, number>();
  metrics.gauge('http_transfers_running', 'Transfers of content that are running.', ['direction'], (gauge) => {
    for (const [direction, count] of running) gauge.set({ direction }, count);
  });

  function createPool({ name, max, maxPerOwner }: TransferPoolOptions): TransferPool {
    const byOwner = new Map<string, number>();
    running.set(name, 0);
    return {
      begin(owner) {
        const own = byOwner.get(owner) ?? 0;
        if (own >= maxPerOwner) {
          refused.inc({ direction: name, cause: 'owner' });
          const message = 'Too many concurrent transfers of this session.';
          throw new Problem({ reason: 'RATE_LIMITED', message, retryAfterMs: RETRY_AFTER_MS });
        }
        if (running.get(name)! >= max) {
          refused.inc({ direction: name, cause: 'count' });
          throw overloaded('Too many concurrent transfers.');
        }
        byOwner.set(owner, own + 1);
        running.set(name, running.get(name)! + 1);
        return () => {
          running.set(name, running.get(name)! - 1);
          const left = byOwner.get(owner)! - 1;
          if (left > 0) byOwner.set(owner, left);
          else byOwner.delete(owner);
        };
      },
    };
  }
  return Object.fromEntries(options.map((pool) => [pool.name, createPool(pool)])) as ReturnType<
    typeof createTransferPools
  >;
}
