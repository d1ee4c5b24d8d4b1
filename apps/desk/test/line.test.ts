import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The switch that cuts the line of the page, against a server that counts requests. */

const stored = new Map<string, string>();
const storage = {
  getItem: (key: string) => stored.get(key) ?? null,
  setItem: (key: string, value: string) => void stored.set(key, value),
  removeItem: (key: string) => void stored.delete(key),
};
Object.defineProperty(globalThis, 'localStorage', { value: storage, configurable: true });
const { cutLine, fetchOverLine, isLineCut, restoreLine, subscribeToLine } = await import('../src/api/line.ts');
const { startTransfer } = await import('../src/documents/transfer.ts');
const { NetworkError } = await import('../src/api/client.ts');

let requests: string[] = [];
/** Called for each request before its response. */
let onRequest = (): void => {};
const server = createServer((request, response) => {
  requests.push(`${request.method} ${request.url}`);
  onRequest();
  // An upload stays open: only its head is answered.
  if (request.method === 'HEAD')
    return void response.writeHead(200, { 'Upload-Offset': '0', 'Upload-Length': '9' }).end();
  if (request.method !== 'PATCH') response.end('here');
});
let url = '';
/** tus-js-client takes no Blob in Node. */
const FILE = Buffer.from('nine byte') as unknown as Blob;

beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  restoreLine();
  requests = [];
  onRequest = () => {};
});

describe('a cut line', () => {
  test('sends nothing until it is restored', async () => {
    cutLine();
    await expect(fetchOverLine(url)).rejects.toThrow(TypeError);
    expect(requests).toEqual([]);
    restoreLine();
    expect(await (await fetchOverLine(url)).text()).toBe('here');
  });

  test('loses the response to a request in progress, even if restored meanwhile', async () => {
    onRequest = () => {
      cutLine();
      restoreLine();
    };
    await expect(fetchOverLine(url)).rejects.toThrow(TypeError);
    expect(requests).toHaveLength(1);
  });

  test('refuses and interrupts uploads', async () => {
    cutLine();
    await expect(startTransfer(FILE, `${url}/u`, () => {}).done).rejects.toThrow(NetworkError);
    expect(requests).toEqual([]);
    restoreLine();
    onRequest = () => requests.at(-1)?.startsWith('PATCH') && cutLine();
    await expect(startTransfer(FILE, `${url}/u`, () => {}).done).rejects.toThrow(NetworkError);
    expect(requests).toEqual(['HEAD /u', 'PATCH /u']);
  });

  test('reports each change once', () => {
    const seen: boolean[] = [];
    const unsubscribe = subscribeToLine(() => void seen.push(isLineCut()));
    cutLine();
    cutLine();
    restoreLine();
    unsubscribe();
    cutLine();
    expect(seen).toEqual([true, false]);
  });
});
