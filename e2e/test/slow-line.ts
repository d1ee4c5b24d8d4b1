import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** A line between a desk and a local server: slow, far away, and cut. Counts what it passes on. */

export interface SlowLineOptions {
  /** Port of the server. */
  port: number;
  /** Speed from the client to the server; the other direction is not limited. */
  bitsPerSecond: number;
  /** Delay of both directions together, ms. */
  roundTripMs: number;
  /** The line is cut each time it has passed on this number of bytes of bodies in total. */
  cuts?: readonly number[];
}

export interface SlowLine {
  url: string;
  /** Bytes of bodies, without the heads of requests, that reached the server. */
  bodyBytes(): number;
  /** Bytes of bodies that had reached the server at each cut. */
  cutAt(): readonly number[];
  close(): Promise<void>;
}

/** Size of the pieces that the line passes on: small against a chunk, so that a cut is exact to 1 KiB. */
const PIECE_BYTES = 1024;
const END_OF_HEAD = '\r\n\r\n';

/** Starts a line. Each connection carries one request, as UploadClient sends it. */
export async function startSlowLine({
  port,
  bitsPerSecond,
  roundTripMs,
  cuts = [],
}: SlowLineOptions): Promise<SlowLine> {
  const clients = new Set<Socket>();
  const left = [...cuts];
  const cutAt: number[] = [];
  let bodyBytes = 0;
  /** When the line has passed on everything so far. All connections share its speed. */
  let freeAt = 0;

  /** Resolves when this number of bytes has passed. @param arrived when they arrived: late timers do not slow the line down */
  function transmit(bytes: number, arrived: number): Promise<void> {
    freeAt = Math.max(freeAt, arrived) + (bytes * 8_000) / bitsPerSecond;
    return pause(Math.max(0, freeAt - performance.now()));
  }

  const server = createServer((client) => {
    clients.add(client);
    const upstream = connect(port, '127.0.0.1');
    const destroy = (): void => {
      clients.delete(client);
      client.destroy();
      upstream.destroy();
    };
    client.on('error', destroy).on('close', destroy);
    // What it sent before its end still travels back.
    upstream.on('error', destroy);
    void passBack(upstream, client, roundTripMs / 2).catch(destroy);
    void passOn(client, upstream).catch(destroy);
  });

  /** Passes the bytes of a client on, until the next cut. */
  async function passOn(client: Socket, upstream: Socket): Promise<void> {
    // The first byte travels for half of the round trip; the speed bounds all others.
    await pause(roundTripMs / 2);
    let head = '';
    for await (const data of client as AsyncIterable<Buffer>) {
      const arrived = performance.now();
      for (let at = 0; at < data.length; at += PIECE_BYTES) {
        const piece = data.subarray(at, at + PIECE_BYTES);
        await transmit(piece.length, arrived);
        if (client.destroyed) return;
        upstream.write(piece);
        bodyBytes += countBody(piece);
        if (bodyBytes < (left[0] ?? Infinity)) continue;
        left.shift();
        cutAt.push(bodyBytes);
        client.destroy();
        return;
      }
    }
    upstream.end();

    function countBody(piece: Buffer): number {
      if (head.endsWith(END_OF_HEAD)) return piece.length;
      const text = head + piece.toString('latin1');
      const end = text.indexOf(END_OF_HEAD);
      head = end < 0 ? text : text.slice(0, end + END_OF_HEAD.length);
      return text.length - head.length;
    }
  }

  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodyBytes: () => bodyBytes,
    cutAt: () => cutAt,
    async close() {
      for (const client of clients) client.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function passBack(upstream: Socket, client: Socket, delayMs: number): Promise<void> {
  for await (const data of upstream as AsyncIterable<Buffer>) {
    await pause(delayMs);
    client.write(data);
  }
  client.end();
}
