import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { handleClientError } from './client-errors.ts';

/** How long a stop waits for requests that are being answered. */
const DRAIN_TIMEOUT_MS = 15_000;

/** The public server. */
export interface PublicServer {
  port: number;
  /**
   * Lets clients close their connections, as every answer asks them by now, for the time of the lame duck; then takes no new
   * requests and waits for those that are being answered. 15 s after the call they are cut off.
   */
  close(): Promise<void>;
}

export interface PublicServerOptions {
  host: string;
  port: number;
  lameDuckMs: number;
}

/** How often a lame duck looks whether everybody has gone. */
const CONNECTION_POLL_INTERVAL_MS = 100;

/** A body that is read has bounds of its own (bodies.ts), within those of the request; Node looks for late ones every second. */
const SERVER_TIMEOUTS = {
  headersTimeout: 5_000,
  requestTimeout: 66_000,
  connectionsCheckingInterval: 1_000,
  keepAliveTimeout: 65_000,
};

/** @throws Error when the port is taken */
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

/** An idle connection that is closed by us may have a request on its way, which then fails; one that its client closes has none. */
async function waitForConnectionsToClose(server: Server, maxWaitMs: number): Promise<void> {
  const end = performance.now() + maxWaitMs;
  const countConnections = promisify(server.getConnections.bind(server));
  while (performance.now() < end && (await countConnections()) > 0) await delay(CONNECTION_POLL_INTERVAL_MS);
}
