import type { Log, Metrics } from '@cups/contracts';
import { connectivityState } from '@grpc/grpc-js';
import type { Client as GrpcClient } from '@grpc/grpc-js';

/** An upstream available within this time is assumed to be restarting; otherwise it is down. */
const RECENT_MS = 30_000;
/** Pending calls resume spread over this time, to protect a fresh process. */
const MAX_RESUME_SPREAD_MS = 1000;
const { READY, IDLE, TRANSIENT_FAILURE, SHUTDOWN } = connectivityState;

/** Connection state of an upstream. */
export interface Availability {
  /** Whether it is connected. */
  ready(): boolean;
  /** Whether an earlier connection is lost and not restored. */
  lost(): boolean;
  /** Whether it is connected, or was within the last 30 s. */
  recent(): boolean;
  /** Resolves when connected, after `ms`, or when `signal` aborts; check `ready` afterwards. */
  untilReady(ms: number, signal?: AbortSignal): Promise<void>;
}

/**
 * Watches a client's channel. Logs when an upstream becomes unavailable and recovers; the metric
 * `grpc_client_requests_pending` counts the pending calls.
 * @param options.clock monotonic clock, ms
 */
export function watchAvailability(
  client: GrpcClient,
  options: { upstream: string; clock: () => number; log?: Log | undefined; metrics?: Metrics | undefined },
): Availability {
  const { upstream, clock, log, metrics } = options;
  const channel = client.getChannel();
  const waiting = new Set<() => void>();
  let state = IDLE;
  let wasReady = false;
  let lostAt = 0;
  let isUnavailable = false;

  const gauge = metrics?.gauge('grpc_client_requests_pending', 'Calls that wait for an unavailable upstream service.', [
    'upstream',
  ]);
  const count = () => gauge?.set({ upstream }, waiting.size);

  function onStateChange(): void {
    const next = channel.getConnectivityState(false);
    if (state === READY && next !== READY) lostAt = clock();
    state = next;
    if (next === TRANSIENT_FAILURE && !isUnavailable) {
      isUnavailable = true;
      log?.warn({ event: 'upstream-unavailable', upstream });
    }
    if (next === READY) {
      wasReady = true;
      if (isUnavailable) log?.info({ event: 'upstream-recovered', upstream });
      isUnavailable = false;
    }
    if (next === READY || next === SHUTDOWN) for (const go of [...waiting]) go();
    if (next !== SHUTDOWN) channel.watchConnectivityState(next, Infinity, onStateChange);
  }
  onStateChange();

  return {
    ready: () => state === READY,
    lost: () => wasReady && state !== READY && state !== IDLE,
    recent: () => wasReady && (state === READY || clock() - lostAt < RECENT_MS),
    async untilReady(ms, signal) {
      const startedAt = clock();
      if (state === SHUTDOWN || signal?.aborted) return;
      channel.getConnectivityState(true);
      await pause(ms, signal, (go) => {
        waiting.add(go);
        count();
        return () => {
          waiting.delete(go);
          count();
        };
      });
      const waited = clock() - startedAt;
      if (state === READY) await pause(Math.random() * Math.min(waited, MAX_RESUME_SPREAD_MS, ms - waited), signal);
    },
  };
}

/**
 * Resolves after `ms`, when `signal` aborts, or when `until`'s callback is called.
 * @param until returns a cleanup function
 */
export function pause(
  ms: number,
  signal?: AbortSignal,
  until: (go: () => void) => () => void = () => () => undefined,
): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      done();
      resolve();
    };
    const timer = setTimeout(end, Math.max(0, ms));
    signal?.addEventListener('abort', end, { once: true });
    const done = until(end);
  });
}
