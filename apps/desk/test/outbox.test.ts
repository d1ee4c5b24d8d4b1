import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import type { LocalStore } from '../src/local-store/local-store.ts';
import type { OutboxEnvironment } from '../src/outbox/environment.ts';
import type { Outbox } from '../src/outbox/outbox.ts';
import type { UndoneError, Write } from '../src/outbox/write.ts';

/** The outbox over a network that fails before or after a write takes effect, and over pages that close meanwhile. */

/** The outcome of one request: passed, request lost, response lost, or overloaded. */
type RequestOutcome = 'passes' | 'lost' | 'answer lost' | 'busy';

/** A platform that applies writes in order, once per key, with ETag checks. */
class Platform {
  effects: string[] = [];
  bodies: object[] = [];
  keys = new Set<string>();
  outcomes: RequestOutcome[] = [];
  /** Content of the application, in answers. */
  content: object = {};
  /** Rejects the next write. */
  rejects: { reason: string; status: number } | undefined;

  async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const outcome = this.outcomes.shift() ?? 'passes';
    if (outcome === 'lost') return void request.socket.destroy();
    if (outcome === 'busy') return refuse(response, 'OVERLOADED', 503);
    const rejection = this.#write(request, JSON.parse(Buffer.concat(chunks).toString()) as { text?: string });
    if (outcome === 'answer lost') return void request.socket.destroy();
    if (rejection) return refuse(response, rejection.reason, rejection.status);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ ...this.content, id: 'A', etag: this.#etag(), state: 'draft' }));
  }

  /** A mandate changes no application. */
  #etag = () => `"${this.effects.filter((effect) => !effect.includes('/mandates')).length}"`;

  #write(request: IncomingMessage, body: { text?: string }): { reason: string; status: number } | undefined {
    const key = String(request.headers['idempotency-key']);
    if (this.keys.has(key)) return undefined;
    const refused = this.rejects;
    this.rejects = undefined;
    if (refused) return refused;
    if (request.method === 'PATCH' && request.headers['if-match'] !== this.#etag()) {
      return { reason: 'ETAG_STALE', status: 412 };
    }
    this.keys.add(key);
    const path = String(request.url).replace(/^.*applications/, '');
    this.bodies.push(body);
    this.effects.push([request.method, path, body.text].filter(Boolean).join(' '));
    return undefined;
  }
}

function refuse(response: ServerResponse, reason: string, status: number): void {
  response.writeHead(status, { 'content-type': 'application/problem+json' });
  response.end(JSON.stringify({ type: 'x', title: 'x', action: 'x', requestId: 'x', reason, status }));
}

let server: Server;
let platform: Platform;
let open: () => Promise<Outbox>;
let Undone: typeof UndoneError;
let openerOfNewStore: (stored?: Write[]) => Promise<() => Promise<Outbox>>;
let createEnvironment: (changes?: Partial<OutboxEnvironment>) => OutboxEnvironment;
let openOn: (localStore: LocalStore, changes?: Partial<OutboxEnvironment>) => Promise<Outbox>;
const opened: Outbox[] = [];

beforeAll(async () => {
  server = createServer((request, response) => void platform.take(request, response));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  Object.assign(globalThis, { location: { origin } });
  const outboxes = await import('../src/outbox/outbox.ts');
  ({ UndoneError: Undone } = await import('../src/outbox/write.ts'));
  const { createLocalLocks, SILENT_CHANNEL } = await import('../src/outbox/environment.ts');
  const { send } = await import('../src/outbox/send.ts');
  /** A desk in Node: the outbox of the page with another environment. */
  createEnvironment = (changes = {}) =>
    Object.assign(
      {
        owner: 'operators/test',
        isReachable: () => true,
        now: Date.now,
        currentGrant: () => undefined,
        send,
        locks: createLocalLocks(),
        openChannel: () => SILENT_CHANNEL,
      },
      changes,
    );
  openOn = async (localStore, changes) => {
    const outbox = await outboxes.openOutbox(localStore, createEnvironment(changes));
    opened.push(outbox);
    return outbox;
  };
  const { openLocalStore: openKeeping } = await import('../src/local-store/local-store.ts');
  // Without a browser the local store is in memory, so pages share `localStore`.
  openerOfNewStore = async (stored = []) => {
    const localStore = await openKeeping('operators/test');
    for (const write of stored) await localStore.write('write', write.key, write);
    return () => openOn(localStore);
  };
});
afterAll(() => new Promise<void>((done) => server.close(() => done())));
beforeEach(async () => {
  platform = new Platform();
  open = await openerOfNewStore();
});
afterEach(() => opened.splice(0).forEach((outbox) => outbox.stop()));

/** Retries until no write is pending, without the delays between attempts. */
async function drained(outbox: Outbox): Promise<void> {
  for (let round = 0; outbox.countPending() > 0; round += 1) {
    if (round > 2_000) throw new Error(`${outbox.countPending()} writes never went out`);
    outbox.flush();
    outbox.resume();
    await new Promise((done) => setImmediate(done));
  }
}
const note = (outbox: Outbox, text: string) =>
  outbox.put({ application: 'A', kind: 'notes', body: { text } }).catch(() => undefined);
/** Opens a page on a disk that a test fills. */
async function openOnDisk() {
  const { openLocalStore } = await import('../src/local-store/local-store.ts');
  const localStore = await openLocalStore('operators/test');
  const disk = { isFull: false };
  const write: LocalStore['write'] = (...args) =>
    disk.isFull ? Promise.reject(new Error('the disk is full')) : localStore.write(...args);
  return { disk, localStore, outbox: await openOn({ ...localStore, write }) };
}
const arrived = async (effects: number) => {
  while (platform.effects.length < effects) await new Promise((done) => setImmediate(done));
};

/** Stored writes without a line, one for each of many applications. */
const dayOfActs = (count: number): Write[] =>
  Array.from({ length: count }, (_, n) => ({
    key: `0000${n}`.slice(-4),
    application: `A${n}`,
    kind: 'notes',
    body: { text: `${n}` },
    madeAt: new Date(1_800_000_000_000 + n).toISOString(),
    sequence: n,
    isOffline: true,
  }));

describe('a desk that returns with a day of acts', () => {
  test('sends four applications at a time, and what somebody waits for before the others', async () => {
    const { openLocalStore: openKeeping } = await import('../src/local-store/local-store.ts');
    const localStore = await openKeeping('operators/test');
    for (const write of dayOfActs(100)) await localStore.write('write', write.key, write);
    const sent: string[] = [];
    const waiting: (() => void)[] = [];
    const outbox = await openOn(localStore, {
      send: async ({ application }) => {
        sent.push(application);
        await new Promise<void>((done) => waiting.push(done));
        return { id: application, etag: '"1"' } as Awaited<ReturnType<OutboxEnvironment['send']>>;
      },
    });
    const settle = () => new Promise((done) => setImmediate(done));
    while (sent.length < 4) await settle();
    void outbox.put({ application: 'now', kind: 'withdraw', body: {}, isFinal: true });
    for (let at = 0; at < 10; at += 1) await settle();
    expect(sent).toHaveLength(4);
    waiting.shift()!();
    while (sent.length < 5) await settle();
    expect(sent[4]).toBe('now');
    while (outbox.countPending() > 0) {
      expect(waiting.length).toBeLessThanOrEqual(4);
      waiting.shift()?.();
      await settle();
    }
    expect(new Set(sent).size).toBe(101);
  });

  test('sends nothing after a refusal for overload before the time that the platform asks for', async () => {
    const { ApiError } = await import('../src/api/client.ts');
    const { openLocalStore: openKeeping } = await import('../src/local-store/local-store.ts');
    const localStore = await openKeeping('operators/test');
    for (const write of dayOfActs(100)) await localStore.write('write', write.key, write);
    let refusedAt: number | undefined;
    const early: number[] = [];
    const outbox = await openOn(localStore, {
      send: async ({ application }) => {
        await new Promise((done) => setImmediate(done));
        if (refusedAt !== undefined) early.push(performance.now() - refusedAt);
        refusedAt ??= performance.now();
        // The three beside the first are under way.
        if (early.length < 4) throw new ApiError({ reason: 'RATE_LIMITED', status: 429 } as never, 1);
        return { id: application, etag: '"1"' } as Awaited<ReturnType<OutboxEnvironment['send']>>;
      },
    });
    while (early.length < 10) {
      outbox.resume();
      await new Promise((done) => setTimeout(done, 10));
    }
    expect(early.filter((ms) => ms < 950)).toHaveLength(3);
  });
});

describe('PersistentOutbox', () => {
  test('applies each write once and in order, whatever the network does', async () => {
    const outcome = fc.constantFrom<RequestOutcome>('passes', 'lost', 'answer lost', 'busy');
    const closes = fc.array(fc.boolean(), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(fc.array(outcome, { maxLength: 30 }), closes, async (outcomes, pages) => {
        platform = new Platform();
        platform.outcomes = [...outcomes];
        const reopen = await openerOfNewStore();
        let outbox = await reopen();
        for (const [n, isClosed] of pages.entries()) {
          void note(outbox, String(n));
          await new Promise((done) => setImmediate(done));
          if (!isClosed) continue;
          outbox.stop();
          outbox = await reopen();
        }
        await drained(outbox);
        outbox.stop();
        expect(platform.effects).toEqual(pages.map((_, n) => `POST /A/notes ${n}`));
      }),
      { numRuns: 60 },
    );
  });

  test('sends writes that a page of an earlier release stored, under the names of today', async () => {
    const earlier = (kind: string, body: object, second: number) => {
      const madeAt = `2026-11-28T08:00:0${second}Z`;
      return { key: `key-${second}`, application: 'A', kind, body, madeAt } as Write;
    };
    const reopen = await openerOfNewStore([
      earlier('told', { how: 'phone' }, 1),
      earlier('notices/7/told', { how: 'slip' }, 2),
      earlier('desk-notes/seen', {}, 3),
      earlier('hand-over', { collectedBy: 'applicant', paperKind: 'passport', paperNumber: 'A1' }, 4),
    ]);
    await drained(await reopen());
    expect(platform.effects).toEqual([
      'POST /A/person-notifications',
      'POST /A/notices/7/person-notifications',
      'POST /A/desk-alerts/mark-seen',
      'POST /A/hand-over',
    ]);
    expect(platform.bodies).toEqual([
      { method: 'phone' },
      { method: 'slip' },
      {},
      { collectedBy: 'applicant', idDocumentKind: 'passport', idDocumentNumber: 'A1' },
    ]);
    expect([...platform.keys]).toEqual(['key-1', 'key-2', 'key-3', 'key-4']);
  });

  test('merges pending edits, based on the last response', async () => {
    const outbox = await open();
    platform.outcomes = ['lost'];
    void outbox.put({ application: 'A', kind: 'create', body: { text: 'a' } });
    for (const text of ['b', 'c', 'd']) void outbox.put({ application: 'A', kind: 'edit', body: { text } });
    await drained(outbox);
    expect(platform.effects).toEqual(['POST a', 'PATCH /A d']);
    expect(outbox.syncStatus('A')).toMatchObject({ pending: [], savedAt: expect.any(Number) });
    expect(outbox.known('A')?.etag).toBe('"2"');
  });

  test.each([
    ['refuses the next edit', 'if a colleague changed the content', { answers: { purpose: 'x' } }, 'ETAG_STALE'],
    ['takes the next edit', 'if a colleague added a note', {}, undefined],
  ])('the platform %s after an action %s', async (_effect, _cause, content, reason) => {
    const outbox = await open();
    void outbox.put({ application: 'A', kind: 'create', body: { text: 'a' } });
    await drained(outbox);
    platform.effects.push('a colleague');
    platform.content = content;
    void outbox.put({ application: 'A', kind: 'assign', body: { text: 'b' } });
    const edited = outbox.put({ application: 'A', kind: 'edit', body: { text: 'c' } });
    const refusal = await edited.then(
      () => undefined,
      (error: unknown) => (error as { reason: string }).reason,
    );
    expect(refusal).toBe(reason);
  });

  test.each([
    ['after the answer before it', []],
    // The page records a mandate after it has opened the draft.
    ['and a mandate waits before it', [{ application: 'A', kind: 'mandates' as const, body: { text: 'm' } }]],
  ])('keeps the version for an edit when the page ends %s', async (_name, between) => {
    const { openLocalStore } = await import('../src/local-store/local-store.ts');
    const localStore = await openLocalStore('operators/test');
    let isAlive = true;
    const never = new Promise<void>(() => {});
    const page: LocalStore = {
      ...localStore,
      write: (...args) => (isAlive ? localStore.write(...args) : never),
      // The page ends when it removes the first answered write.
      remove: () => ((isAlive = false), never),
    };
    const outbox = await openOn(page);
    platform.outcomes = ['lost'];
    void outbox.put({ application: 'A', kind: 'create', body: { text: 'a' } }).catch(() => undefined);
    for (const write of between) void outbox.put(write).catch(() => undefined);
    void outbox.put({ application: 'A', kind: 'edit', body: { text: 'b' } }).catch(() => undefined);
    while (isAlive) {
      outbox.resume();
      await new Promise((done) => setImmediate(done));
    }
    outbox.stop();
    // The create is still there; without it the next page has the version from the store alone.
    const [create] = (await localStore.list<Write>('write')).filter(({ kind }) => kind === 'create');
    await localStore.remove('write', create!.key);
    const next = await openOn(localStore);
    await drained(next);
    expect(platform.effects.filter((effect) => !effect.includes('mandates'))).toEqual(['POST a', 'PATCH /A b']);
    expect(next.countRefused()).toBe(0);
  });

  test('sends an answered write again when a full disk did not take its answer', async () => {
    const { disk, localStore, outbox: first } = await openOnDisk();
    platform.outcomes = ['lost'];
    for (const [kind, text] of [
      ['create', 'a'],
      ['mandates', 'm'],
      ['edit', 'b'],
    ] as const)
      void first.put({ application: 'A', kind, body: { text } }).catch(() => undefined);
    while (!first.syncStatus('A').unreachableSince) await new Promise((done) => setImmediate(done));
    disk.isFull = true;
    platform.outcomes = ['passes', ...Array.from({ length: 20 }, (): RequestOutcome => 'lost')];
    while (!first.hasStorageError()) {
      first.resume();
      await new Promise((done) => setImmediate(done));
    }
    first.stop();

    platform.outcomes = [];
    const next = await openOn(localStore);
    await drained(next);
    expect(platform.effects.filter((effect) => !effect.includes('/mandates'))).toEqual(['POST a', 'PATCH /A b']);
    expect(next.countRefused()).toBe(0);
    next.stop();
    expect(await localStore.list('write')).toEqual([]);
  });

  test('removes an answered write once the disk has taken its answer', async () => {
    const { disk, localStore, outbox } = await openOnDisk();
    platform.outcomes = ['lost'];
    void outbox.put({ application: 'A', kind: 'create', body: { text: 'a' } }).catch(() => undefined);
    void outbox.put({ application: 'A', kind: 'edit', body: { text: 'b' } }).catch(() => undefined);
    while (!outbox.syncStatus('A').unreachableSince) await new Promise((done) => setImmediate(done));
    disk.isFull = true;
    await drained(outbox);
    expect(platform.effects).toEqual(['POST a', 'PATCH /A b']);
    outbox.stop();
    expect(await localStore.list('write')).toEqual([]);
  });

  test('sends steps of the collecting centre to the collection', async () => {
    const outbox = await open();
    await outbox.put({ application: 'A', kind: 'collections/confirm-arrival', body: {} });
    await outbox.put({ application: 'A', kind: 'collections/hand-over', body: {} });
    await outbox.put({ application: 'A', kind: 'collection-centre', body: { centre: 'centres/CU-005' } });
    expect(platform.effects).toEqual([
      'POST /api/v1/collections/A/confirm-arrival',
      'POST /api/v1/collections/A/hand-over',
      'POST /A/collection-centre',
    ]);
  });

  test('sends a repeated pending action once', async () => {
    const outbox = await open();
    platform.outcomes = ['lost'];
    const body = { needMet: true };
    const both = [1, 2].map(() => [
      outbox.put({ application: 'A', kind: 'hand-over', body: { idDocumentKind: 'passport' } }),
      outbox.put({ application: 'A', kind: 'confirm-outcome', body }),
    ]);
    expect(outbox.countPending()).toBe(2);
    await drained(outbox);
    await Promise.all(both.flat());
    expect(platform.effects).toEqual(['POST /A/hand-over', 'POST /A/confirm-outcome']);

    // After an edit the same action is a new one.
    platform.outcomes = ['lost'];
    for (const kind of ['renew', 'edit', 'renew'] as const) {
      void outbox.put({ application: 'A', kind, body: { text: 'a' } }).catch(() => undefined);
    }
    await drained(outbox);
    expect(platform.effects.slice(2)).toEqual(['POST /A/renew a', 'PATCH /A a', 'POST /A/renew a']);
  });

  test('stops at a rejection until it is retried or withdrawn', async () => {
    const outbox = await open();
    platform.rejects = { reason: 'ACTION_NOT_ALLOWED', status: 409 };
    const first = outbox.put({ application: 'A', kind: 'submit', body: {} });
    await expect(first).rejects.toMatchObject({ reason: 'ACTION_NOT_ALLOWED' });
    const second = note(outbox, 'behind');
    expect(outbox.syncStatus('A')).toMatchObject({ pending: [{ kind: 'submit' }, { kind: 'notes' }] });
    outbox.flush();
    outbox.retry('A');
    await second;
    expect(platform.effects).toEqual(['POST /A/submit', 'POST /A/notes behind']);

    platform.rejects = { reason: 'TOO_MANY_NOTES', status: 400 };
    const third = note(outbox, 'no place');
    outbox.flush();
    await third;
    outbox.withdrawWrites(
      'A',
      outbox.syncStatus('A').pending.map(({ key }) => key),
    );
    expect(outbox.countPending()).toBe(0);
    await expect(open().then((next) => next.countPending())).resolves.toBe(0);
  });

  test('keeps writes pending while signed out', async () => {
    const outbox = await open();
    platform.rejects = { reason: 'SESSION_EXPIRED', status: 401 };
    void note(outbox, 'kept');
    outbox.flush();
    await new Promise<void>((done) => outbox.subscribe(done));
    expect(outbox.syncStatus('A')).toMatchObject({ pending: [{ kind: 'notes' }] });
    expect(outbox.syncStatus('A').refusal).toBeUndefined();
    const again = await open();
    await drained(again);
    expect(platform.effects).toEqual(['POST /A/notes kept']);
  });

  test('holds a withdrawal so that it can be undone, unless it is final', async () => {
    const outbox = await open();
    const body = { statement: { signed: true } };
    const undone = outbox.put({ application: 'A', kind: 'withdraw', body });
    expect(outbox.syncStatus('A').undoableKey).toBeDefined();
    outbox.undo('A');
    await expect(undone).rejects.toBeInstanceOf(Undone);
    expect(platform.effects).toEqual([]);

    const final = outbox.put({ application: 'A', kind: 'withdraw', body: {}, isFinal: true });
    expect(outbox.syncStatus('A').undoableKey).toBeUndefined();
    await final;
    expect(platform.effects).toHaveLength(1);
  });

  test('undoes a held write without a trace', async () => {
    const outbox = await open();
    const undone = outbox.put({ application: 'A', kind: 'person-notifications', body: { method: 'phone' } });
    expect(outbox.syncStatus('A').undoableKey).toBe(outbox.syncStatus('A').pending[0]?.key);
    outbox.undo('A');
    await expect(undone).rejects.toBeInstanceOf(Undone);
    expect(outbox.syncStatus('A')).toMatchObject({ pending: [], undoableKey: undefined });
    await expect(open().then((next) => next.countPending())).resolves.toBe(0);
    expect(platform.effects).toEqual([]);

    // Sent writes stay.
    const sent = note(outbox, 'sent');
    outbox.flush();
    outbox.undo('A');
    await sent;
    expect(platform.effects).toEqual(['POST /A/notes sent']);
  });

  test('sends a held write before the next write, and on close', async () => {
    const outbox = await open();
    void note(outbox, 'first');
    await outbox.put({ application: 'A', kind: 'assign', body: {} });
    expect(platform.effects).toEqual(['POST /A/notes first', 'POST /A/assign']);

    void outbox.put({ application: 'A', kind: 'payment', body: { text: '70' } }).catch(() => undefined);
    await outbox.close();
    expect(platform.effects.slice(2)).toEqual(['POST /A/payment 70']);
    await expect(open().then((next) => next.countPending())).resolves.toBe(0);
  });

  test('closes in time while unreachable, and sends from the next page', async () => {
    const outbox = await open();
    platform.outcomes = ['lost'];
    void note(outbox, 'held');
    await outbox.close();
    expect(platform.effects).toEqual([]);
    await drained(await open());
    expect(platform.effects).toEqual(['POST /A/notes held']);
  });

  test('sends a held write after ten seconds', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'performance'] });
    try {
      const outbox = await open();
      void note(outbox, 'late');
      jest.advanceTimersByTime(9_999);
      outbox.resume();
      await new Promise((done) => setImmediate(done));
      expect(outbox.syncStatus('A').undoableKey).toBeDefined();
      jest.advanceTimersByTime(1);
      expect(outbox.syncStatus('A').undoableKey).toBeUndefined();
      await arrived(1);
    } finally {
      jest.useRealTimers();
    }
  });
});
