import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { answerBrokenBytes } from './broken.ts';

/** How long a stop waits for requests that are being answered. */
const DRAIN_MS = 15_000;

/** The public server. */
export interface Face {
  port: number;
  /**
   * Lets clients close their connections, as every answer asks them by now, for the time of the lame duck; then takes no new
   * requests and waits for those that are being answered. 15 s after the call they are cut off.
   */
  close(): Promise<void>;
}

export interface FaceOptions {
  host: string;
  port: number;
  lameDuckMs: number;
}

/** How often a lame duck looks whether everybody has gone. */
const LOOK_MS = 100;

/** A body that is read has bounds of its own (bodies.ts), within those of the request; Node looks for late ones every second. */
const TIMES = {
  headersTimeout: 5_000,
  requestTimeout: 66_000,
  connectionsCheckingInterval: 1_000,
  keepAliveTimeout: 65_000,
};

/** @throws Error when the port is taken */
export async function openFace(app: RequestListener, { host, port, lameDuckMs }: FaceOptions): Promise<Face> {
  const server = createServer(TIMES, app);
  answerBrokenBytes(server);
  await once(server.listen(port, host), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const late = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
      await untilAllHaveGone(server, lameDuckMs);
      await new Promise((resolve) => server.close(resolve));
      clearTimeout(late);
    },
  };
}

/** An idle connection that is closed by us may have a request on its way, which then fails; one that its client closes has none. */
async function untilAllHaveGone(server: Server, longestMs: number): Promise<void> {
  const end = performance.now() + longestMs;
  const connections = promisify(server.getConnections.bind(server));
  while (performance.now() < end && (await connections()) > 0) await delay(LOOK_MS);
}
