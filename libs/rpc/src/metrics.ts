import type { Metrics } from '@cups/contracts';
import { status } from '@grpc/grpc-js';

/** Whose places a call takes: those of desks, or those of services that call for themselves. */
export type Pool = 'desk' | 'service';
const POOLS: readonly Pool[] = ['desk', 'service'];

/** Counts an answered call. @param seconds how long it took */
export type CountCall = (method: string, code: status, reason: string | undefined, seconds: number) => void;

/**
 * The meters of a server's calls.
 * @param inFlight the calls that are running, kept by the server
 */
export function createCallCounter(metrics: Metrics, inFlight: Readonly<Record<Pool, number>>): CountCall {
  const requests = metrics.counter('grpc_server_requests_total', 'Answered calls.', ['method', 'code', 'reason']);
  const seconds = metrics.histogram('grpc_server_request_seconds', 'Time to answer a call.', ['method']);
  metrics.gauge('grpc_server_in_flight', 'Calls that are running, by whose places they take.', ['pool'], (gauge) => {
    for (const pool of POOLS) gauge.set({ pool }, inFlight[pool]);
  });
  // Meters by label, each looked up once: there are few methods, codes and reasons.
  const counters = new Map<string, { inc(): void }>();
  const durations = new Map<string, { observe(value: number): void }>();
  return (method, code, reason = '', took) => {
    const key = `${method} ${code} ${reason}`;
    const counter = counters.get(key) ?? requests.labels(method, status[code], reason);
    counters.set(key, counter);
    counter.inc();
    const duration = durations.get(method) ?? seconds.labels(method);
    durations.set(method, duration);
    duration.observe(took);
  };
}
