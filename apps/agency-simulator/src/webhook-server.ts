import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { Log } from 'cups-agency/log';
import type { WebhookCall } from './pulled-agency.ts';

/** A call has a few hundred bytes. */
const MAX_BODY_BYTES = 16 * 1024;
const PATH = /^\/webhooks\/([a-z][a-z0-9-]{1,19})$/;

/**
 * Creates a server of `POST /webhooks/<code>`.
 * @param wake returns whether the call was signed; undefined for an unknown agency
 */
export const createWebhookServer = (wake: (code: string, call: WebhookCall) => Promise<boolean | undefined>): Server =>
  createServer((request, response) => {
    respond(request, wake).then(
      (status) => response.writeHead(status).end(),
      () => response.destroy(),
    );
  });

/** Serves the webhook if it has a port. Agencies poll without it, so a port that is taken is a warning only. */
export function listenForWebhooks(
  server: Server,
  { webhookPort, host }: { webhookPort: number; host: string },
  log: Log,
): Promise<void> {
  if (webhookPort === 0) return Promise.resolve();
  return new Promise((resolve) => {
    server.once('error', ({ code: reason = 'UNKNOWN' }: NodeJS.ErrnoException) => {
      log('warn', 'no webhook is received', { httpPort: webhookPort, reason });
      resolve();
    });
    server.listen(webhookPort, host, resolve);
  });
}

export async function closeWebhooks(server: Server): Promise<void> {
  server.closeAllConnections();
  if (server.listening) await new Promise((resolve) => server.close(resolve));
}

async function respond(
  request: IncomingMessage,
  wake: (code: string, call: WebhookCall) => Promise<boolean | undefined>,
): Promise<number> {
  const code = PATH.exec(request.url ?? '')?.[1];
  if (request.method !== 'POST' || code === undefined) return 404;
  const body = await readBody(request);
  if (body === undefined) return 413;
  const isSigned = await wake(code, { headers: request.headers, body });
  if (isSigned === undefined) return 404;
  return isSigned ? 204 : 401;
}

/** Returns undefined for a body that is too large. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += (part as Buffer).length;
    if (size > MAX_BODY_BYTES) return undefined;
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts).toString('utf8');
}
