import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ID, startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';

/** An upload over a connection that breaks. */

const PATH = '/api/v1/uploads';
const CHUNK = 65_536;
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.stop());

test('an upload whose connection is cut three times repeats at most one chunk per cut', async () => {
  const bytes = randomBytes(1_000_000);
  const proxy = await cutAfter([200_000, 300_000, 250_000]);
  const path = await openUpload(bytes);
  let [offset, cuts] = [0, 0];
  while (offset < bytes.length) {
    const before = proxy.bytes();
    try {
      offset = await append(`${proxy.url}${path}`, bytes, offset);
    } catch {
      const sent = proxy.bytes() - before;
      await proxy.cut();
      const stored = await readOffset(path);
      cuts += 1;
      // Besides the chunk, the headers of the request are sent again.
      expect(sent - (stored - offset)).toBeLessThan(CHUNK + 2_000);
      offset = stored;
    }
  }
  await proxy.close();
  expect(cuts).toBe(3);
  expect(gateway.stored.stored.get(`documents/${path.slice(-26)}`)!.bytes.equals(bytes)).toBe(true);
});

const tus = (headers: Record<string, string> = {}) => ({
  Cookie: gateway.cookie,
  'Tus-Resumable': '1.0.0',
  ...headers,
});

async function openUpload(bytes: Buffer): Promise<string> {
  const metadata = { application: ID, kind: 'identity-document', sha256: sha256(bytes) };
  const pairs = Object.entries(metadata).map(([name, value]) => `${name} ${Buffer.from(value).toString('base64')}`);
  const headers = tus({
    ...{ 'Idempotency-Key': randomUUID(), 'Upload-Length': String(bytes.length) },
    'Upload-Metadata': pairs.join(','),
  });
  return (await fetch(`${gateway.url}${PATH}`, { method: 'POST', headers })).headers.get('location')!;
}

/** Sends the rest of an upload. @returns the stored size; rejects when the connection is cut */
async function append(url: string, bytes: Buffer, offset: number): Promise<number> {
  const headers = tus({ 'Upload-Offset': String(offset), 'Content-Type': 'application/offset+octet-stream' });
  const req = request(url, {
    method: 'PATCH',
    agent: false,
    headers: { ...headers, 'Content-Length': bytes.length - offset },
  });
  req.end(bytes.subarray(offset));
  const [res] = (await once(req, 'response')) as [IncomingMessage];
  res.resume();
  return Number(res.headers['upload-offset']);
}

/** Returns the stored size. The gateway ends the request on the lost connection first. */
async function readOffset(path: string): Promise<number> {
  const reply = await fetch(`${gateway.url}${path}`, { method: 'HEAD', headers: tus() });
  return Number(reply.headers.get('upload-offset'));
}

/** Relays connections to the gateway at about 1 MB/s, and cuts the first ones after some bytes of the client. */
async function cutAfter(limits: number[]) {
  let total = 0;
  let closed: Promise<unknown> = Promise.resolve();
  const clients = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(new URL(gateway.url).port), '127.0.0.1').on('error', () => client.destroy());
    let own = 0;
    clients.add(client.on('error', () => undefined));
    upstream.on('data', (data) => void client.write(data)).on('close', () => client.destroy());
    client.on('data', (data: Buffer) => {
      own += data.length;
      total += data.length;
      if (own > (limits[0] ?? Infinity)) {
        limits.shift();
        closed = once(upstream, 'close');
        client.destroy();
        upstream.end(data);
        return;
      }
      client.pause();
      upstream.write(data, () => setTimeout(() => client.resume(), data.length / 1000));
    });
    client.on('end', () => upstream.end());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    bytes: () => total,
    /** Resolves when the gateway has seen the last cut. */
    cut: () => closed,
    close() {
      for (const client of clients) client.destroy();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
