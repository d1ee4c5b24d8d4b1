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

/** Implements grpc.health.v1.Health for load balancers and probes, without tokens, access rows or deadlines. */
export function createHealth() {
  const names = new Set(['']);
  const watchers = new Set<Watcher>();
  let serving = false;
  const stateOf = (service: string): Response => ({
    status: !names.has(service) ? 'SERVICE_UNKNOWN' : serving ? 'SERVING' : 'NOT_SERVING',
  });
  const setState = (value: boolean): void => {
    if (value === serving) return;
    serving = value;
    for (const watcher of watchers) watcher.write(stateOf(watcher.request.service));
  };
  let pollTimer: NodeJS.Timeout | undefined;
  const setServing = (value: boolean): void => {
    clearInterval(pollTimer);
    setState(value);
  };
  const serveWhile = (ready: () => boolean): void => {
    setServing(ready());
    pollTimer = setInterval(() => setState(ready()), 250).unref();
  };
  const rpcs: UntypedServiceImplementation = {
    Check(call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>) {
      const state = stateOf(call.request.service);
      if (state.status === 'SERVICE_UNKNOWN') callback({ code: status.NOT_FOUND, details: 'unknown service' });
      else callback(null, state);
    },
    Watch(call: Watcher) {
      if (watchers.size >= MAX_WATCHES) {
        call.emit('error', { code: status.RESOURCE_EXHAUSTED, details: 'too many watches' });
        return;
      }
      watchers.add(call);
      call.once('cancelled', () => watchers.delete(call));
      call.write(stateOf(call.request.service));
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
      for (const watcher of watchers) watcher.end();
      watchers.clear();
    },
  };
}
