import { status } from '@grpc/grpc-js';
import type { sendUnaryData, ServerUnaryCall, ServerWritableStream, UntypedServiceImplementation } from '@grpc/grpc-js';

interface Request {
  service: string;
}
interface Response {
  status: 'SERVING' | 'NOT_SERVING' | 'SERVICE_UNKNOWN';
}
type Watcher = ServerWritableStream<Request, Response>;

/** Maximum number of watches, for one per balancer and probe; each holds a stream open. */
const MAX_WATCHES = 32;

/** Interval at which watches learn a change, ms. */
const WATCH_INTERVAL_MS = 250;

/** Implements grpc.health.v1.Health for load balancers and probes, without tokens, access rows or deadlines. */
export function createHealth() {
  const names = new Set(['']);
  const watchers = new Set<Watcher>();
  let isServing = () => false;
  /** The state that all watchers have received. */
  let announced = false;
  let pollTimer: NodeJS.Timeout | undefined;
  const stateOf = (service: string, serving: boolean): Response => ({
    status: !names.has(service) ? 'SERVICE_UNKNOWN' : serving ? 'SERVING' : 'NOT_SERVING',
  });
  const announce = (): void => {
    const serving = isServing();
    if (serving === announced) return;
    announced = serving;
    for (const watcher of watchers) watcher.write(stateOf(watcher.request.service, serving));
  };
  const serveWhile = (ready: () => boolean): void => {
    isServing = ready;
    announce();
  };
  const setServing = (value: boolean): void => serveWhile(() => value);
  const removeWatcher = (watcher: Watcher): void => {
    watchers.delete(watcher);
    if (watchers.size > 0) return;
    clearInterval(pollTimer);
    pollTimer = undefined;
  };
  const rpcs: UntypedServiceImplementation = {
    Check(call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>) {
      const state = stateOf(call.request.service, isServing());
      if (state.status === 'SERVICE_UNKNOWN') callback({ code: status.NOT_FOUND, details: 'unknown service' });
      else callback(null, state);
    },
    Watch(call: Watcher) {
      if (watchers.size >= MAX_WATCHES) {
        call.emit('error', { code: status.RESOURCE_EXHAUSTED, details: 'too many watches' });
        return;
      }
      announce();
      watchers.add(call);
      // Without watches nothing needs the state between two checks.
      pollTimer ??= setInterval(announce, WATCH_INTERVAL_MS).unref();
      call.once('cancelled', () => removeWatcher(call));
      call.write(stateOf(call.request.service, announced));
    },
  };
  return {
    rpcs,
    setServing,
    serveWhile,
    add: (name: string): void => void names.add(name),
    /** Reports NOT_SERVING and ends all watches, which would otherwise block the shutdown. */
    close(): void {
      setServing(false);
      for (const watcher of watchers) {
        watcher.end();
        removeWatcher(watcher);
      }
    },
  };
}
