import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Paths of the page's files; all others are the platform's. */
const PAGE_FILE = /^\/(?:assets\/.*|sw\.js)?$/;

/**
 * A proxy between a browser and the platform, which serves the page of another release and can stop. The browser resolves
 * the platform's address to it, so the page keeps its origin.
 */
export class ReleaseProxy {
  /** Command-line flags of a browser that reaches the platform by this proxy only. */
  readonly browserFlags: readonly string[];
  /** Paths of all requests since the start. */
  readonly requests: string[] = [];
  readonly #server: Server;
  readonly #platform: string;
  #isDown = false;
  #gatewayOf: (path: string) => string;

  private constructor(server: Server, platformUrl: string) {
    this.#server = server;
    this.#platform = platformUrl;
    this.#gatewayOf = () => platformUrl;
    const { port } = server.address() as AddressInfo;
    this.browserFlags = [`--host-resolver-rules=MAP ${new URL(platformUrl).host} 127.0.0.1:${port}`];
    server.on('request', (req, res) => this.#forward(req, res));
  }

  static async open(platformUrl: string): Promise<ReleaseProxy> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ReleaseProxy(server, platformUrl);
  }

  /**
   * Serves the page's files from other gateways.
   * @param gatewayOf returns the URL of the gateway for the path of a file
   */
  serve(gatewayOf: (path: string) => string): void {
    this.#gatewayOf = gatewayOf;
  }

  /** Serves the platform's own page, and ends an outage. */
  reset(): void {
    this.#isDown = false;
    this.#gatewayOf = () => this.#platform;
    this.requests.length = 0;
  }

  /** Ends all connections, and accepts none until `reset` or `restore`. */
  cut(): void {
    this.#isDown = true;
    this.#server.closeAllConnections();
  }

  restore(): void {
    this.#isDown = false;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((done) => this.#server.close(done));
  }

  #forward(req: IncomingMessage, res: ServerResponse): void {
    if (this.#isDown) return void req.socket.resetAndDestroy();
    const { pathname } = new URL(req.url ?? '/', this.#platform);
    this.requests.push(pathname);
    const target = new URL(PAGE_FILE.test(pathname) ? this.#gatewayOf(pathname) : this.#platform);
    const { method, headers, url: path } = req;
    const upstream = request({ host: target.hostname, port: target.port, method, path, headers }, (answer) => {
      res.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(res);
    });
    upstream.on('error', () => res.destroy());
    res.on('close', () => upstream.destroy());
    req.pipe(upstream);
  }
}
