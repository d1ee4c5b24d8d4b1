import type { Metrics } from '@cups/contracts';
import { status } from '@grpc/grpc-js';

/** Capacity pool of a call: desks, or services that act for themselves. */
export type Pool = 'desk' | 'service';
const POOLS: readonly Pool[] = ['desk', 'service'];

/** Counts a completed call. @param seconds its duration */
export type CountCall = (method: string, code: status, reason: string | undefined, seconds: number) => void;

/** Registers the metrics of a server's calls. @param inFlight running calls, updated by the server */
export function createCallCounter(metrics: Metrics, inFlight: Readonly<Record<Pool, number>>): CountCall {
  const requests = metrics.counter('grpc_server_requests_total', 'Completed calls.', ['method', 'code', 'reason']);
  const seconds = metrics.histogram('grpc_server_request_duration_seconds', 'Duration of a call, in seconds.', [
    'method',
  ]);
  metrics.gauge('grpc_server_requests_in_flight', 'Running calls by capacity pool.', ['pool'], (gauge) => {
    for (const pool of POOLS) gauge.set({ pool }, inFlight[pool]);
  });
  // Caches the labelled metrics: methods, codes and reasons are few.
  const counters = new Map<string, { inc(): void }>();
  const durations = new Map<string, { observe(value: number): void }>();
  return (method, code, reason = '', durationSeconds) => {
    const key = `${method} ${code} ${reason}`;
    const counter = counters.get(key) ?? requests.labels(method, status[code], reason);
    counters.set(key, counter);
    counter.inc();
    const duration = durations.get(method) ?? seconds.labels(method);
    durations.set(method, duration);
    duration.observe(durationSeconds);
  };
}
