import { once } from 'node:events';
import { request } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { generateKeyPair } from '@cups/test-idp/certificates';

/** A TLS-terminating proxy in front of a site. */
export interface TlsProxy {
  /** Such as https://cups.test:41234. */
  origin: string;
  /** CA certificate that browsers must trust. */
  certificate: string;
  /** Sets the target port; without one, the proxy responds with 502. */
  forwardTo(port: number | undefined): void;
  close(): Promise<void>;
}

/** @param host a name that only a {@link Browser} of a test resolves */
export async function startTlsProxy(host: string): Promise<TlsProxy> {
  const { key, certificate } = await generateKeyPair(host);
  let inner: number | undefined;
  const server = createServer({ key, cert: certificate }, (req, res) => {
    if (inner === undefined) return void res.writeHead(502).end();
    const headers = { ...req.headers, 'x-forwarded-for': req.socket.remoteAddress, 'x-forwarded-proto': 'https' };
    const { method, url: path } = req;
    const passed = request({ host: '127.0.0.1', port: inner, method, path, headers }, (answer) => {
      res.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(res);
    });
    passed.on('error', () => (res.headersSent ? res.destroy() : res.writeHead(502).end()));
    req.pipe(passed);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    origin: `https://${host}:${(server.address() as AddressInfo).port}`,
    certificate,
    forwardTo: (port) => (inner = port),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
