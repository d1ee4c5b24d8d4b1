import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ApiError, NetworkError } from '../src/api/client.ts';
import type { LocalStore, openLocalStore } from '../src/local-store/local-store.ts';
import type { Transfer } from '../src/documents/transfer.ts';
import type { openUploads, Uploads } from '../src/documents/uploads.ts';

/** Uploads over a network that fails, and over pages that close meanwhile. */

/** A platform that creates uploads once per key; the test sends their bytes. */
class Platform {
  readonly created = new Map<string, { id: string; metadata: string }>();
  readonly deleted: string[] = [];
  /** Reason and status of the next responses; undefined loses the response after its effect. */
  failures: ({ reason: string; status: number } | undefined)[] = [];

  take(request: IncomingMessage, response: ServerResponse): void {
    const failure = this.failures.length > 0 ? [this.failures.shift()] : [];
    if (failure[0]) return refuse(response, failure[0]);
    if (request.method === 'DELETE') this.deleted.push(String(request.url));
    const key = String(request.headers['idempotency-key']);
    const upload = this.created.get(key) ?? { id: `D${this.created.size}`, metadata: '' };
    upload.metadata = String(request.headers['upload-metadata']);
    if (request.method === 'POST') this.created.set(key, upload);
    if (failure.length > 0) return void request.socket.destroy();
    response.writeHead(request.method === 'POST' ? 201 : 204, { Location: `/api/v1/uploads/${upload.id}` });
    response.end();
  }
}

function refuse(response: ServerResponse, { reason, status }: { reason: string; status: number }): void {
  response.writeHead(status, { 'content-type': 'application/problem+json' });
  response.end(JSON.stringify({ type: 'x', title: 'x', action: 'x', requestId: 'x', reason, status }));
}

interface Sending {
  url: string;
  progress: (bytes: number) => void;
  end: () => void;
  fail: (error: Error) => void;
  isStopped: boolean;
}

let server: Server;
let platform: Platform;
let sendings: Sending[];
let pages: Uploads[];
let store: LocalStore;
let modules: {
  openUploads: typeof openUploads;
  openLocalStore: typeof openLocalStore;
  NetworkError: typeof NetworkError;
  ApiError: typeof ApiError;
};

beforeAll(async () => {
  server = createServer((request, response) => platform.take(request, response));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  Object.assign(globalThis, { location: { origin: `http://127.0.0.1:${port}` } });
  // The client reads the location when it is loaded.
  modules = Object.assign(
    {},
    await import('../src/api/client.ts'),
    await import('../src/documents/uploads.ts'),
    await import('../src/local-store/local-store.ts'),
  );
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});
beforeEach(async () => {
  platform = new Platform();
  sendings = [];
  pages = [];
  // Without IndexedDB the store lives in memory, and so survives the "pages" of a test.
  store = await modules.openLocalStore('operators/one');
});
afterEach(() => {
  pages.forEach((page) => page.stop());
  jest.useRealTimers();
});

function startTransfer(_content: Blob, url: string, progress: (bytes: number) => void): Transfer {
  let sending: Sending | undefined;
  const done = new Promise<void>((end, fail) => {
    sending = { url, progress, end, fail, isStopped: false };
    sendings.push(sending);
  });
  return {
    done,
    stop() {
      if (sending) sending.isStopped = true;
      sending?.fail(new modules.NetworkError('interrupted'));
    },
  };
}

async function openPage(): Promise<Uploads> {
  const page = await modules.openUploads(store, () => Promise.resolve(startTransfer));
  pages.push(page);
  return page;
}

const file = (pageSizes: number[] = []) => ({
  content: new Blob(['%PDF-1.4']),
  sha256: 'ab'.repeat(32),
  mediaType: 'application/pdf',
  pageSizes,
});
const target = (kind = 'identity-card') => ({ application: 'A', kind });
const statesOf = (page: Uploads) => page.all().map(({ state }) => state);

/** Waits for a condition that changes with the uploads. */
async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries += 1) {
    if (tries > 400) throw new Error('The condition does not come true.');
    await new Promise((done) => setTimeout(done, 10));
  }
}

/** Waits until the browser stores a number of records of a kind. */
async function untilStored(kind: string, count: number): Promise<void> {
  for (let tries = 0; (await store.list(kind)).length !== count; tries += 1) {
    if (tries > 400) throw new Error(`The number of ${kind} does not become ${count}.`);
    await new Promise((done) => setTimeout(done, 10));
  }
}

describe('uploads', () => {
  test('creates an upload with its metadata, and sends it', async () => {
    const page = await openPage();
    await page.add(file([5, 3]), target());
    await until(() => sendings.length === 1);
    const metadata = [...platform.created.values()][0]!.metadata.split(',').map((pair) => {
      const [key, value = ''] = pair.split(' ');
      return [key, atob(value)];
    });
    expect(Object.fromEntries(metadata)).toEqual({
      application: 'A',
      kind: 'identity-card',
      sha256: 'ab'.repeat(32),
      pages: '5,3',
    });
    sendings[0]!.progress(5);
    expect(page.all()[0]).toMatchObject({ state: 'sending', sentBytes: 5, record: { document: 'documents/D0' } });
    sendings[0]!.end();
    await until(() => statesOf(page)[0] === 'complete');
    expect(await store.readBytes('upload-bytes', page.all()[0]!.record.id)).toBeUndefined();
  });

  test('names all documents immediately, and sends two at a time', async () => {
    const page = await openPage();
    for (const kind of ['a', 'b', 'c', 'd']) await page.add(file(), target(kind));
    await until(() => page.all().every(({ record }) => record.document) && sendings.length === 2);
    expect(statesOf(page)).toEqual(['sending', 'sending', 'queued', 'queued']);
    sendings[0]!.end();
    await until(() => sendings.length === 3);
  });

  test('creates one document although the response is lost', async () => {
    platform.failures = [undefined];
    const page = await openPage();
    await page.add(file(), target());
    await until(() => statesOf(page)[0] === 'interrupted');
    page.resumeAll();
    await until(() => sendings.length === 1);
    expect(platform.created.size).toBe(1);
  });

  test('continues after an interruption and after a closed page', async () => {
    const page = await openPage();
    await page.add(file(), target());
    await until(() => sendings.length === 1);
    sendings[0]!.fail(new modules.NetworkError('cut'));
    await until(() => statesOf(page)[0] === 'interrupted');
    page.resumeAll();
    await until(() => sendings.length === 2);
    page.stop();
    const next = await openPage();
    await until(() => sendings.length === 3);
    expect([...new Set(sendings.map(({ url }) => url))]).toEqual(['/api/v1/uploads/D0']);
    expect(next.all()[0]!.record.document).toBe('documents/D0');
  });

  test('continues an upload of another browser', async () => {
    const page = await openPage();
    await page.add(file(), Object.assign({ document: 'documents/D7' }, target()));
    await until(() => sendings.length === 1);
    expect(sendings[0]!.url).toBe('/api/v1/uploads/D7');
    expect(platform.created.size).toBe(0);
  });

  test('pauses, resumes and removes', async () => {
    const page = await openPage();
    const { id } = await page.add(file(), target());
    await until(() => sendings.length === 1);
    page.pause(id);
    expect([statesOf(page), sendings[0]!.isStopped]).toEqual([['paused'], true]);
    page.stop();
    const next = await openPage();
    expect(statesOf(next)).toEqual(['paused']);
    next.resume(id);
    await until(() => sendings.length === 2);
    next.remove(id);
    await until(() => platform.deleted.length === 1);
    expect([next.all(), await store.list('upload')]).toEqual([[], []]);
  });

  test('reports a rejection, and stops when the session ends', async () => {
    platform.failures = [
      { reason: 'DOCUMENT_LIMIT_REACHED', status: 409 },
      { reason: 'SESSION_EXPIRED', status: 401 },
    ];
    const page = await openPage();
    await page.add(file(), target('a'));
    await until(() => statesOf(page)[0] === 'rejected');
    expect(page.all()[0]!.rejection?.reason).toBe('DOCUMENT_LIMIT_REACHED');
    await page.add(file(), target('b'));
    await until(() => statesOf(page)[1] === 'interrupted');
    expect(sendings).toEqual([]);
  });

  test('creates an upload again that the platform forgot', async () => {
    const page = await openPage();
    await page.add(file(), target());
    await until(() => sendings.length === 1);
    page.markNamed(page.all()[0]!.record.id);
    sendings[0]!.fail(new modules.ApiError({ reason: 'NOT_FOUND', status: 404 } as never));
    await until(() => statesOf(page)[0] === 'interrupted');
    page.resumeAll();
    await until(() => sendings.length === 2);
    expect(page.all()[0]!.record).toMatchObject({ document: 'documents/D1', isNamed: false });
  });

  test('drops a file after 24 hours', async () => {
    const page = await openPage();
    await page.add(file(), target());
    await until(() => platform.created.size === 1);
    page.stop();
    jest.useFakeTimers({ now: Date.now() + 25 * 60 * 60_000, doNotFake: ['setTimeout', 'setImmediate', 'nextTick'] });
    expect((await openPage()).all()).toEqual([]);
    expect(await store.list('upload')).toEqual([]);
  });

  test('deletes a removed document over a lost line and a closed page', async () => {
    platform.failures = [{ reason: 'UPSTREAM_UNAVAILABLE', status: 503 }];
    const page = await openPage();
    page.deletions.add('documents/D7');
    await until(() => platform.failures.length === 0);
    page.stop();
    expect(platform.deleted).toEqual([]);
    await openPage();
    await until(() => platform.deleted.length === 1);
    expect(platform.deleted).toEqual(['/api/v1/documents/D7']);
    await untilStored('document-deletion', 0);
  });

  test('takes an unknown document as deleted, and keeps a rejection until the clerk read it', async () => {
    platform.failures = [
      { reason: 'NOT_FOUND', status: 404 },
      { reason: 'DOCUMENT_IN_USE', status: 409 },
    ];
    const page = await openPage();
    page.deletions.add('documents/D7');
    await until(() => platform.failures.length === 1);
    page.deletions.add('documents/D8');
    await until(() => page.deletions.rejected().length === 1);
    await untilStored('document-deletion', 1);
    expect(page.deletions.rejected()[0]).toMatchObject({
      document: 'documents/D8',
      error: { reason: 'DOCUMENT_IN_USE' },
    });
    page.deletions.dismiss('documents/D8');
    expect(page.deletions.rejected()).toEqual([]);
    await untilStored('document-deletion', 0);
  });

  test('deletes the document of an upload that is removed while it is created', async () => {
    const page = await openPage();
    const { id } = await page.add(file(), target());
    page.remove(id);
    await until(() => platform.deleted.length === 1);
    expect(sendings).toEqual([]);
  });
});
