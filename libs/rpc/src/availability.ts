import type { Log, Metrics } from '@cups/contracts';
import { connectivityState } from '@grpc/grpc-js';
import type { Client as GrpcClient } from '@grpc/grpc-js';

/** A neighbour that was there this long ago is being restarted; one that was not is down. */
const RECENT_MS = 30_000;
/** After a wait the calls come back within this time, one after the other, so that a fresh process is not run over. */
const MAX_RESUME_SPREAD_MS = 1000;
const { READY, IDLE, TRANSIENT_FAILURE, SHUTDOWN } = connectivityState;

/** What is known of the way to a neighbour. */
export interface Availability {
  /** There is a connection. */
  ready(): boolean;
  /** There was a connection, it is gone, and a new one could not be made yet. */
  lost(): boolean;
  /** There is a connection, or there was one within the last 30 s. */
  recent(): boolean;
  /** Resolves once there is a connection, `ms` have passed, or `signal` has aborted: look at `ready` then. */
  untilReady(ms: number, signal?: AbortSignal): Promise<void>;
}

/**
 * Follows the state of a client's channel. Tells the log when a neighbour goes away and when it is back; the metric
 * `grpc_client_waiting` counts the calls that wait for it.
 * @param options.clock milliseconds that only rise
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

  const gauge = metrics?.gauge('grpc_client_waiting', 'Calls that wait for a neighbour to come back.', ['neighbour']);
  const count = () => gauge?.set({ neighbour: upstream }, waiting.size);

  function onStateChange(): void {
    const next = channel.getConnectivityState(false);
    if (state === READY && next !== READY) lostAt = clock();
    state = next;
    if (next === TRANSIENT_FAILURE && !isUnavailable) {
      isUnavailable = true;
      log?.warn({ event: 'neighbour-away', neighbour: upstream });
    }
    if (next === READY) {
      wasReady = true;
      if (isUnavailable) log?.info({ event: 'neighbour-back', neighbour: upstream });
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
      const began = clock();
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
      const waited = clock() - began;
      if (state === READY) await pause(Math.random() * Math.min(waited, MAX_RESUME_SPREAD_MS, ms - waited), signal);
    },
  };
}

/**
 * Resolves after `ms`, or before: when `signal` aborts, or when `go` is called, which `until` is given.
 * @param until returns what is to be done at the end
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
