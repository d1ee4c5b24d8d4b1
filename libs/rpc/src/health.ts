import { status } from '@grpc/grpc-js';
import type { sendUnaryData, ServerUnaryCall, ServerWritableStream, UntypedServiceImplementation } from '@grpc/grpc-js';

interface Request {
  service: string;
}
interface Response {
  status: 'SERVING' | 'NOT_SERVING' | 'SERVICE_UNKNOWN';
}
type Watcher = ServerWritableStream<Request, Response>;

/** Watches that may be open at once: one for each balancer and probe, and room to spare; each costs a stream for its whole life. */
const MAX_WATCHES = 32;

/** grpc.health.v1.Health: for load balancers and probes, so exempt from tokens, access and deadlines. */
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
    /** NOT_SERVING for all, and the end of every watch: an open one would keep the server from shutting down. */
    close(): void {
      setServing(false);
      for (const watcher of watchers) watcher.end();
      watchers.clear();
    },
  };
}
