import { connect } from 'node:net';
import type { Socket } from 'node:net';

export interface HttpReply {
  status: number;
  /** Body of an unsuccessful response. */
  text: string;
  retryAfterMs: number;
  /** A cookie that the response sets, as name and value. */
  cookie?: string | undefined;
}

interface ResponseHead {
  status: number;
  /** Offset of the body. */
  end: number;
  /** Bytes of head and body. */
  total: number;
  text: string;
}

/** A keep-alive connection with one request at a time. */
export class Connection {
  readonly #port: number;
  #socket: Socket | undefined;
  #waiting: { resolve: (reply: HttpReply) => void; reject: (error: Error) => void } | undefined;
  /** Received chunks of the response. */
  #chunks: Buffer[] = [];
  #length = 0;
  #head: ResponseHead | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  /** @throws Error when the connection ends before the response */
  post(path: string, cookie: string, key: string, body: string): Promise<HttpReply> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket ??= this.#open();
      this.#socket.write(
        `POST /api/v1${path} HTTP/1.1\r\nhost: 127.0.0.1:${this.#port}\r\ncookie: ${cookie}\r\naccept: application/json\r\n` +
          `idempotency-key: ${key}\r\ncontent-type: application/json\r\n` +
          `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      );
    });
  }

  #open(): Socket {
    const opened = connect({ port: this.#port, host: '127.0.0.1', noDelay: true });
    opened.on('data', (chunk) => this.#onData(chunk));
    opened.on('error', (error) => this.#socket === opened && this.#fail(error));
    opened.on('close', () => this.#socket === opened && this.#fail(new Error('closed')));
    return opened;
  }

  #fail(error: Error): void {
    this.#socket = undefined;
    this.#forget();
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }

  #forget(): void {
    this.#chunks = [];
    this.#length = 0;
    this.#head = undefined;
  }

  #onData(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (!this.#head) {
      const all = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
      this.#chunks = [all];
      this.#head = parseHead(all);
    }
    if (!this.#head || this.#length < this.#head.total) return;
    const { status, end, text } = this.#head;
    const reply = {
      status,
      text: status >= 300 ? Buffer.concat(this.#chunks).toString('utf8', end) : '',
      retryAfterMs: Number(/\r\nretry-after: *(\d+)/i.exec(text)?.[1] ?? 0) * 1000,
      cookie: /\r\nset-cookie: *([^;\r]+)/i.exec(text)?.[1],
    };
    this.#forget();
    if (/\r\nconnection: close/i.test(text)) {
      this.#socket?.destroy();
      this.#socket = undefined;
    }
    const done = this.#waiting;
    this.#waiting = undefined;
    done?.resolve(reply);
  }
}

/** Parses the head of a response once it is complete. */
function parseHead(all: Buffer): ResponseHead | undefined {
  const end = all.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const text = all.toString('latin1', 0, end);
  const body = Number(/\r\ncontent-length: *(\d+)/i.exec(text)?.[1] ?? 0);
  return { status: Number(text.slice(9, 12)), end: end + 4, total: end + 4 + body, text };
}
