import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ProcessMetrics } from './metrics.ts';

/** The HTTP server for platform administrators. */
export interface OperationsServer {
  port: number;
  close(): Promise<void>;
}

/**
 * Serves `/healthz` (200 while `live`), `/readyz` (200 while `ready`) and `/metrics` (Prometheus text). An exception
 * counts as false.
 */
export async function serveHttp(options: {
  port: number;
  /** @default '127.0.0.1' */
  host?: string;
  ready: () => Promise<boolean> | boolean;
  live: () => boolean;
  metrics: ProcessMetrics;
}): Promise<OperationsServer> {
  const answer = async (path: string): Promise<[status: number, type: string, body: string]> => {
    if (path === '/metrics')
      return [200, options.metrics.registry.contentType, await options.metrics.registry.metrics()];
    const check = path === '/healthz' ? options.live : path === '/readyz' ? options.ready : undefined;
    if (!check) return [404, 'text/plain', 'not found\n'];
    return (await check()) ? [200, 'text/plain', 'ok\n'] : [503, 'text/plain', 'no\n'];
  };
  const server = createServer((request, response) => {
    answer((request.url ?? '/').split('?', 1)[0] as string)
      .catch((): [number, string, string] => [503, 'text/plain', 'no\n'])
      .then(([status, type, body]) => {
        response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
        response.end(request.method === 'HEAD' ? undefined : body);
      })
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host ?? '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
