import type { Metrics } from '@cups/contracts';
import type { CallContext, CallOptions } from '@cups/rpc';
import type { Config } from '../config.ts';
import type { HandlerRequest } from './handler.ts';

/** Requests whose upstream waits until it has something new. */

/** A waiting request costs an open connection and a call. Upstream services have limits of their own. */
const MAX_WAITING = 256;

/** One call of the upstream. @param waitMs how long it may wait; 0 for no wait */
type Poll<T> = (waitMs: number, context: CallContext, options: CallOptions) => Promise<T>;

export interface LongPolls {
  /**
   * Lets the upstream wait. It does not wait while too many requests do, and when the gateway stops.
   * @throws what `poll` throws
   */
  run<T>(request: Pick<HandlerRequest, 'client' | 'context'>, waitMs: number, poll: Poll<T>): Promise<T>;
  /** Ends all waits: each request polls once more, without a wait. */
  stop(): void;
}

export function createLongPolls({ budgetMs }: Pick<Config, 'budgetMs'>, metrics: Metrics): LongPolls {
  const waiting = new Set<AbortController>();
  let isStopped = false;
  const meaning = 'Requests that wait until an upstream service has something new.';
  metrics.gauge('http_requests_waiting', meaning, [], (gauge) => gauge.set(waiting.size));
  return {
    async run({ client, context }, waitMs, poll) {
      if (waitMs === 0 || isStopped || waiting.size >= MAX_WAITING) return poll(0, context, {});
      const interruption = new AbortController();
      const signal = AbortSignal.any([context.signal, interruption.signal]);
      waiting.add(interruption);
      try {
        const timeoutMs = waitMs + budgetMs;
        return await client.waitForUpstream(waitMs, () => poll(waitMs, { ...context, signal }, { timeoutMs }));
      } catch (error) {
        if (!interruption.signal.aborted || context.signal.aborted) throw error;
      } finally {
        waiting.delete(interruption);
      }
      return poll(0, context, {});
    },
    stop() {
      isStopped = true;
      for (const interruption of waiting) interruption.abort();
    },
  };
}
