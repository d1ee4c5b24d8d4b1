import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { endSlowRequest } from './body-reader.ts';
import { handleClientError } from './client-errors.ts';

/** Maximum wait for requests in progress at shutdown. */
const DRAIN_TIMEOUT_MS = 15_000;

export interface PublicServer {
  port: number;
  /**
   * Shuts down. During the lame-duck period, every response asks clients to close their connections.
   * Then it rejects new requests and drains the others. It aborts what remains 15 s after the call.
   */
  close(): Promise<void>;
}

export interface PublicServerOptions {
  host: string;
  port: number;
  lameDuckMs: number;
}

const CONNECTION_POLL_INTERVAL_MS = 100;

/** Maximum time of a request, for bodies that nobody reads. The body reader has its own limits (body-reader.ts) within it. */
const REQUEST_TIMEOUT_MS = 66_000;

/**
 * Node checks for timeouts every second. Its limit of a request is that of an upload, which has limits of its own for each
 * chunk (chunk-reader.ts): 10 MiB at 64 kbit/s take 22 minutes.
 */
const SERVER_OPTIONS = {
  headersTimeout: 5_000,
  requestTimeout: 3_600_000,
  connectionsCheckingInterval: 1_000,
  keepAliveTimeout: 65_000,
  // The gateway reads a body ahead by less than this and a piece of at most 64 KiB. Node's default is 64 KiB.
  highWaterMark: 16 * 1024,
};

/** @throws Error when the port is in use */
export async function startPublicServer(
  app: RequestListener,
  { host, port, lameDuckMs }: PublicServerOptions,
): Promise<PublicServer> {
  const server = createServer(SERVER_OPTIONS, app);
  handleClientError(server);
  server.prependListener('request', limitRequestTime);
  await once(server.listen(port, host), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const drainTimer = setTimeout(() => server.closeAllConnections(), DRAIN_TIMEOUT_MS);
      await waitForConnectionsToClose(server, lameDuckMs);
      await new Promise((resolve) => server.close(resolve));
      clearTimeout(drainTimer);
    },
  };
}

const requestTimers = new WeakMap<IncomingMessage, NodeJS.Timeout>();

/** Limits the time of a request with a body. */
function limitRequestTime(req: IncomingMessage): void {
  if (req.headers['transfer-encoding'] === undefined && (req.headers['content-length'] ?? '0') === '0') return;
  const timer = setTimeout(() => endSlowRequest(req), REQUEST_TIMEOUT_MS).unref();
  requestTimers.set(req, timer);
  req.once('close', () => clearTimeout(timer));
}

/** Lifts the limit of a request whose body is a transfer with limits of its own. */
export function allowLongRequest(req: IncomingMessage): void {
  clearTimeout(requestTimers.get(req));
}

/** Waits until clients close their connections. If the server closed an idle one, a request under way could fail. */
async function waitForConnectionsToClose(server: Server, maxWaitMs: number): Promise<void> {
  const end = performance.now() + maxWaitMs;
  const countConnections = promisify(server.getConnections.bind(server));
  while (performance.now() < end && (await countConnections()) > 0) await delay(CONNECTION_POLL_INTERVAL_MS);
}
