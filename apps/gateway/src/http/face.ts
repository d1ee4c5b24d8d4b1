import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerBrokenBytes } from './broken.ts';

/** How long a stop waits for requests that are being answered. */
const DRAIN_MS = 15_000;

/** The public server. */
export interface Face {
  port: number;
  /** Takes no new requests and waits for those that are being answered; after 15 s they are cut off. */
  close(): Promise<void>;
}

/** @throws Error when the port is taken */
export async function openFace(app: RequestListener, { host, port }: { host: string; port: number }): Promise<Face> {
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 15_000, keepAliveTimeout: 65_000 }, app);
  answerBrokenBytes(server);
  await once(server.listen(port, host), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const late = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
      await new Promise((resolve) => server.close(resolve));
      clearTimeout(late);
    },
  };
}
