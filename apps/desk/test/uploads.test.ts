import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ApiError, NetworkError } from '../src/api/client.ts';
import type { LocalStore, openLocalStore } from '../src/local-store/local-store.ts';
import type { Transfer } from '../src/documents/transfer.ts';
import type { openUploads, StorageFullError, Uploads } from '../src/documents/uploads.ts';
import type { UploadOrder } from '../src/documents/upload-order.ts';
import type { UploadEnvironment } from '../src/documents/upload-environment.ts';

/** Uploads over a network that fails, and over pages that close meanwhile. */

/** A platform that creates uploads once per key; the test sends their bytes. */
class Platform {
  readonly created = new Map<string, { id: string; metadata: string }>();
  readonly deleted: string[] = [];
  creations = 0;
  /** Reason and status of the next responses; undefined loses the response after its effect. */
  failures: ({ reason: string; status: number } | undefined)[] = [];

  take(request: IncomingMessage, response: ServerResponse): void {
    const failure = this.failures.length > 0 ? [this.failures.shift()] : [];
    if (failure[0]) return refuse(response, failure[0]);
    if (request.method === 'DELETE') this.deleted.push(String(request.url));
    const key = String(request.headers['idempotency-key']);
    const metadata = String(request.headers['upload-metadata']);
    const upload = this.created.get(key) ?? { id: idOf(metadata), metadata };
    if (request.method === 'POST') {
      this.creations += 1;
      this.created.set(key, upload);
    }
    if (failure.length > 0) return void request.socket.destroy();
    response.writeHead(request.method === 'POST' ? 201 : 204, { Location: `/api/v1/uploads/${upload.id}` });
    response.end();
  }
}

/** Returns the ID that the page declares. */
const idOf = (metadata: string): string => atob(/(?:^|,)id ([^,]+)/.exec(metadata)?.[1] ?? '');

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
/** What waits in the outbox. */
let order: UploadOrder;
let store: LocalStore;
let modules: {
  openUploads: typeof openUploads;
  createPageUploadEnvironment: () => UploadEnvironment;
  openLocalStore: typeof openLocalStore;
  NetworkError: typeof NetworkError;
  ApiError: typeof ApiError;
  StorageFullError: typeof StorageFullError;
  /** A request of another part of the page. */
  request: () => Promise<unknown>;
};

beforeAll(async () => {
  server = createServer((request, response) => platform.take(request, response));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  Object.assign(globalThis, { location: { origin: `http://127.0.0.1:${port}` } });
  // The client reads the location when it is loaded.
  const { deleteDocument } = await import('../src/documents/documents-api.ts');
  modules = Object.assign(
    {},
    await import('../src/api/client.ts'),
    await import('../src/documents/uploads.ts'),
    await import('../src/documents/upload-environment.ts'),
    await import('../src/local-store/local-store.ts'),
    { request: () => deleteDocument('documents/D7') },
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
  order = { canCreate: () => true, canSend: () => true };
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
  const page = await modules.openUploads(store, order, {
    ...modules.createPageUploadEnvironment(),
    loadTransfer: () => Promise.resolve(startTransfer),
  });
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

/** Waits until the browser stores that a scan was removed. */
async function untilLeftOut(id: string): Promise<void> {
  for (let tries = 0; !(await store.read<{ isLeftOut?: boolean }>('upload', id))?.isLeftOut; tries += 1) {
    if (tries > 400) throw new Error('The scan stays.');
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
    const { document } = page.all()[0]!.record;
    expect(Object.fromEntries(metadata)).toEqual({
      application: 'A',
      kind: 'identity-card',
      sha256: 'ab'.repeat(32),
      id: document.slice('documents/'.length),
      pages: '5,3',
    });
    sendings[0]!.progress(5);
    expect(page.all()[0]).toMatchObject({ state: 'sending', sentBytes: 5, record: { isLocal: false } });
    sendings[0]!.end();
    await until(() => statesOf(page)[0] === 'complete');
    expect(await store.readBytes('upload-bytes', page.all()[0]!.record.id)).toBeUndefined();
  });

  test('creates all documents immediately, and sends two at a time', async () => {
    const page = await openPage();
    for (const kind of ['a', 'b', 'c', 'd']) await page.add(file(), target(kind));
    await until(() => page.all().every(({ record }) => !record.isLocal) && sendings.length === 2);
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
    const { document } = page.all()[0]!.record;
    expect([...new Set(sendings.map(({ url }) => url))]).toEqual([`/api/v1/uploads/${document.slice(10)}`]);
    expect(next.all()[0]!.record.document).toBe(document);
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
    expect(next.all()).toEqual([]);
    expect(await store.list('upload')).toMatchObject([{ id, isLeftOut: true }]);
    expect(await store.readBytes('upload-bytes', id)).toBeUndefined();
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
    const { document } = page.all()[0]!.record;
    sendings[0]!.fail(new modules.ApiError({ reason: 'NOT_FOUND', status: 404 } as never));
    await until(() => statesOf(page)[0] === 'interrupted');
    page.resumeAll();
    await until(() => sendings.length === 2);
    const { record } = page.all()[0]!;
    expect(record).toMatchObject({ formerNames: [document], isNamed: false, isLocal: false });
    expect([...platform.created.values()].map(({ id }) => `documents/${id}`)).toEqual([document, record.document]);
  });

  test('keeps what the platform lacks, and drops a sent file after 24 hours', async () => {
    order.canCreate = ({ application }) => application === 'A';
    const page = await openPage();
    await page.add(file(), target());
    await page.add(file(), { application: 'B', kind: 'a' });
    await until(() => sendings.length === 1);
    sendings[0]!.end();
    await until(() => statesOf(page)[0] === 'complete');
    await untilStored('upload', 2);
    page.stop();
    jest.useFakeTimers({ now: Date.now() + 25 * 60 * 60_000, doNotFake: ['setTimeout', 'setImmediate', 'nextTick'] });
    expect((await openPage()).all().map(({ record }) => record.application)).toEqual(['B']);
    expect(await store.list('upload')).toHaveLength(1);
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
    order.canCreate = () => false;
    const { id } = await page.add(file(), target());
    const take = platform.take.bind(platform);
    platform.take = (request, response) => {
      page.remove(id);
      take(request, response);
    };
    order.canCreate = () => true;
    page.wake();
    await until(() => platform.deleted.length > 0);
    expect(sendings).toEqual([]);
  });

  test('deletes nothing at the platform that it never got', async () => {
    order.canCreate = () => false;
    const page = await openPage();
    page.remove((await page.add(file(), target())).id);
    order.canCreate = () => true;
    page.wake();
    expect(page.all()).toEqual([]);
    expect(await store.list('document-deletion')).toEqual([]);
  });
});

describe('a write that names scans', () => {
  const named = (document: string, more: object = {}) => ({
    evidence: [{ kind: 'identity-card', copy: document, ...more }],
  });

  test('creates their documents before it is sent, once, and their bytes follow the writes', async () => {
    Object.assign(order, { canCreate: () => false, canSend: () => false });
    const page = await openPage();
    const { document } = await page.add(file(), target());
    page.wake();
    expect(platform.created.size).toBe(0);
    const body = { costOption: 'urgent', ...named(document) };
    expect(await Promise.all([page.prepareBody(body), page.prepareBody(body)])).toEqual([body, body]);
    expect(await page.prepareBody(body)).toEqual(body);
    expect([...platform.created.values()].map(({ id }) => `documents/${id}`)).toEqual([document]);
    expect(platform.creations).toBe(1);
    page.wake();
    // Whatever the page had begun has happened by then.
    await modules.request();
    expect(sendings).toEqual([]);
    order.canSend = () => true;
    page.wake();
    await until(() => sendings.length === 1);
  });

  test('creates the same document after a lost response and a closed page', async () => {
    order.canCreate = () => false;
    const page = await openPage();
    const { document } = await page.add(file(), target());
    platform.failures = [undefined];
    await expect(page.prepareBody(named(document))).rejects.toThrow(modules.NetworkError);
    page.stop();
    const next = await openPage();
    expect(await next.prepareBody(named(document))).toEqual(named(document));
    expect(platform.created.size).toBe(1);
  });

  test('creates a document of another window, and sends its bytes when that is closed', async () => {
    order.canCreate = () => false;
    const page = await openPage();
    const other = await openPage();
    const { document } = await other.add(file(), target());
    other.stop();
    expect(await page.prepareBody(named(document))).toEqual(named(document));
    page.wake();
    await until(() => sendings.length === 1);
    expect(page.all()[0]!.record.document).toBe(document);
  });

  test('is sent without a scan that was removed, also in another window and after a closed page', async () => {
    order.canCreate = () => false;
    const page = await openPage();
    const other = await openPage();
    const { id, document } = await page.add(file(), target());
    await other.prepareBody(named(document));
    const { write } = store;
    let release: () => void = () => undefined;
    const disk = new Promise<void>((done) => (release = done));
    store.write = (...record) => disk.then(() => write(...record));
    page.remove(id);
    // The browser has not stored it yet.
    expect(await page.prepareBody(named(document))).toEqual({ evidence: [] });
    release();
    await untilLeftOut(id);
    for (const window of [page, other, await openPage()]) {
      expect(await window.prepareBody(named(document))).toEqual({ evidence: [] });
      expect(await window.prepareBody(named(document, { originalSeen: true }))).toEqual({
        evidence: [{ kind: 'identity-card', originalSeen: true }],
      });
      expect(window.all()).toEqual([]);
    }
  });

  test('is rejected with the scan, and goes out after another attempt', async () => {
    order.canCreate = () => false;
    const page = await openPage();
    const { document } = await page.add(file(), target());
    platform.failures = [{ reason: 'DOCUMENT_QUOTA_REACHED', status: 409 }];
    await expect(page.prepareBody(named(document))).rejects.toMatchObject({ reason: 'DOCUMENT_QUOTA_REACHED' });
    expect(page.all()[0]).toMatchObject({ state: 'rejected', rejection: { reason: 'DOCUMENT_QUOTA_REACHED' } });
    await page.prepareBody(named(document));
    await until(() => sendings.length === 1);
    expect(page.all()[0]!.rejection).toBeUndefined();
  });

  test('names a document anew that the platform abandons before its bytes arrive', async () => {
    order.canSend = () => false;
    const page = await openPage();
    const { document } = await page.add(file(), target());
    await until(() => page.all()[0]!.record.isLocal === false);
    jest.useFakeTimers({ now: Date.now() + 96 * 60 * 60_000, doNotFake: ['setTimeout', 'setImmediate', 'nextTick'] });
    const body = await page.prepareBody(named(document));
    const { record } = page.all()[0]!;
    expect(body).toEqual(named(record.document));
    expect(record.document).not.toBe(document);
    expect(platform.created.size).toBe(2);
  });

  test('keeps the name of a document that this browser does not know', async () => {
    const page = await openPage();
    expect(await page.prepareBody(named('documents/D7'))).toEqual(named('documents/D7'));
    expect(await page.prepareBody({ evidence: null })).toEqual({ evidence: null });
    expect(platform.created.size).toBe(0);
  });
});

test('a window that closes while a scan is stored leaves the whole scan, or nothing', async () => {
  const page = await openPage();
  const { write, writeBytes } = store;
  const storedAlone: string[] = [];
  // The window closes before the next transaction.
  store.write = async (...given) => {
    await write.apply(store, given);
    storedAlone.push(given[0]);
    await new Promise<never>(() => {});
  };
  let isStored = false;
  store.writeBytes = async (...given) => {
    await writeBytes.apply(store, given);
    isStored = true;
    await new Promise<never>(() => {});
  };
  void page.add(file(), target());
  await until(() => isStored || storedAlone.length > 0);
  expect(storedAlone).toEqual([]);
  Object.assign(store, { write, writeBytes });
  expect((await openPage()).all()).toMatchObject([{ record: { kind: target().kind } }]);
});

describe('a full disk', () => {
  beforeEach(() => {
    store.writeBytes = () => Promise.reject(new Error('QuotaExceededError'));
  });

  test('lets an upload live as long as the page, while there is a line', async () => {
    const page = await openPage();
    await page.add(file(), target());
    expect(page.all()[0]).toMatchObject({ isUnstored: true });
    expect(await store.list('upload')).toEqual([]);
    await until(() => sendings.length === 1);
  });

  test('takes nothing without a line', async () => {
    const page = await openPage();
    platform.failures = [undefined];
    await expect(modules.request()).rejects.toThrow(modules.NetworkError);
    await expect(page.add(file(), target())).rejects.toThrow(modules.StorageFullError);
    expect([page.all(), await store.list('upload')]).toEqual([[], []]);
    await modules.request();
  });
});
