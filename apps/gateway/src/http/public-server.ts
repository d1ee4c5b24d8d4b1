import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
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

/**
 * The body reader has its own limits (body-reader.ts), within those of the request. Node checks for timeouts every
 * second.
 */
const SERVER_TIMEOUTS = {
  headersTimeout: 5_000,
  requestTimeout: 66_000,
  connectionsCheckingInterval: 1_000,
  keepAliveTimeout: 65_000,
};

/** @throws Error when the port is in use */
export async function startPublicServer(
  app: RequestListener,
  { host, port, lameDuckMs }: PublicServerOptions,
): Promise<PublicServer> {
  const server = createServer(SERVER_TIMEOUTS, app);
  handleClientError(server);
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

/** Waits until clients close their connections. If the server closed an idle one, a request under way could fail. */
async function waitForConnectionsToClose(server: Server, maxWaitMs: number): Promise<void> {
  const end = performance.now() + maxWaitMs;
  const countConnections = promisify(server.getConnections.bind(server));
  while (performance.now() < end && (await countConnections()) > 0) await delay(CONNECTION_POLL_INTERVAL_MS);
}
