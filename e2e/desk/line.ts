import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/** First line of a request that carries bytes of a file. */
const UPLOAD_START = 'PATCH /api/v1/uploads/';

/**
 * The line between a browser and the platform: a TCP proxy that a test cuts in the middle of an upload. The browser
 * resolves the platform's address to the proxy, so the page keeps its origin.
 */
export class Line {
  /** Command-line flags of a browser that reaches the platform by this line only. */
  readonly browserFlags: readonly string[];
  readonly #server: Server;
  readonly #platform: URL;
  readonly #sockets = new Set<Socket>();
  #deliveredBytes = 0;
  #limit = Infinity;
  #isDown = false;
  #onLimit: () => void = () => {};

  private constructor(server: Server, platform: URL) {
    this.#server = server;
    this.#platform = platform;
    const { port } = server.address() as AddressInfo;
    this.browserFlags = [`--host-resolver-rules=MAP ${platform.host} 127.0.0.1:${port}`];
    server.on('connection', (browser) => this.#relay(browser));
  }

  static async open(platformUrl: string): Promise<Line> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Line(server, new URL(platformUrl));
  }

  /**
   * Delivers this number of bytes of upload bodies, and then nothing more. All connections stay open.
   * @returns resolves once the bytes are delivered
   */
  stallAfter(bytes: number): Promise<void> {
    this.#deliveredBytes = 0;
    this.#limit = bytes;
    return new Promise((done) => (this.#onLimit = done));
  }

  /** Ends all connections, and accepts none until `restore`. */
  cut(): void {
    this.#isDown = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  restore(): void {
    this.#limit = Infinity;
    this.#isDown = false;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((done) => this.#server.close(done));
  }

  #relay(browser: Socket): void {
    if (this.#isDown) return void browser.resetAndDestroy();
    const platform = connect(Number(this.#platform.port), this.#platform.hostname);
    for (const socket of [browser, platform]) {
      socket.on('error', () => socket.destroy()).on('close', () => this.#sockets.delete(socket));
    }
    this.#sockets.add(browser);
    // The platform still receives what the line had carried.
    browser.on('close', () => platform.end());
    platform.on('close', () => browser.destroy());
    platform.pipe(browser);
    let isUpload = false;
    browser.on('data', (data) => {
      const start = data.toString('latin1', 0, UPLOAD_START.length);
      const isHead = /^[A-Z]+ \//.test(start);
      if (isHead) isUpload = start === UPLOAD_START;
      platform.write(isUpload ? this.#takeUpload(data, isHead) : data);
      if (!isUpload || this.#deliveredBytes < this.#limit) return;
      browser.pause();
      this.#onLimit();
    });
  }

  /** Returns the part of the data within the limit. The head of a request does not count. */
  #takeUpload(data: Buffer, hasHead: boolean): Buffer {
    const head = hasHead ? data.indexOf('\r\n\r\n') + 4 : 0;
    const body = Math.min(data.length - head, this.#limit - this.#deliveredBytes);
    this.#deliveredBytes += body;
    return data.subarray(0, head + body);
  }
}
