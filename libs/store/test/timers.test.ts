import { randomUUID } from 'node:crypto';
import { eventually, captureLog, testInfrastructure } from '@cups/testing';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  openStore,
  startTimers,
  type Documents,
  type Store,
  type StoredDocument,
  type TimersOptions,
} from '../src/index.ts';

interface Case extends StoredDocument {
  state: string;
}

const { mongoUri } = testInfrastructure();
const { log } = captureLog();
const scope = 'service';
const DUE = new Date('2026-03-02T08:00:00Z');
const running: { stop(): Promise<void> }[] = [];
let store: Store;
let cases: Documents<Case>;

beforeEach(async () => {
  store = openStore({ uri: mongoUri, database: `t${randomUUID().slice(0, 8)}-cups-cases`, log });
  cases = store.documents<Case>({
    collection: 'cases',
    schema: { state: String },
    indexes: [],
    schemaVersion: 1,
    existsReason: 'ALREADY_EXISTS' as const,
  });
  await eventually(() => store.ready());
});
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
  await store.close();
});

/** Creates documents with due timers, the earliest first. Returns their IDs. */
async function createDueDocuments(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, at) => `t${String(at).padStart(4, '0')}`);
  for (const [at, _id] of ids.entries()) {
    const timer = { kind: 'expiry', due: new Date(DUE.getTime() + at) };
    await cases.create({ _id, state: 'queued', timer }, { scope, cause: {}, events: [], now: DUE });
  }
  return ids;
}

const start = (options: Pick<TimersOptions, 'due'> & Partial<TimersOptions>): void =>
  void running.push(startTimers(Object.assign({ documents: cases, pollMs: 20, now: () => new Date() }, options)));

/** Returns the documents with reads that take as long as `delayOf` says. @param delayOf ms, of the read with this number */
function delayReads(delayOf: (read: number) => number): { documents: Documents<Case>; countReads: () => number } {
  let reads = 0;
  const collection = () => ({
    find: (...args: Parameters<ReturnType<typeof cases.internals.collection>['find']>) => ({
      async toArray() {
        await new Promise((done) => setTimeout(done, delayOf((reads += 1))));
        return cases.internals
          .collection()
          .find(...args)
          .toArray();
      },
    }),
  });
  return { documents: { internals: { collection } } as unknown as Documents<Case>, countReads: () => reads };
}

const clear = (id: string) =>
  cases.update(id, { scope, cause: {}, now: new Date() }, (document) => {
    return { document: { ...document, state: 'expired', timer: null }, events: [] };
  });

const claimOf = async (id: string) => (await cases.get(id, { scope }))?.timer?.claimedUntil?.toISOString();

describe('startTimers', () => {
  test('handles timers concurrently up to the bound', async () => {
    const ids = await createDueDocuments(24);
    const [together, open] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const startedIds: string[] = [];
    start({
      concurrency: 6,
      async due(id) {
        startedIds.push(id);
        if (startedIds.length === 6) together.resolve();
        await open.promise;
        await clear(id);
      },
    });
    await together.promise;
    // Nothing else may start while six run.
    await cases.find({ state: 'queued' }, { scope });
    expect(startedIds.toSorted()).toEqual(ids.slice(0, 6));
    open.resolve();
    await eventually(async () => (await cases.find({ state: 'expired' }, { scope })).length === ids.length);
    expect(startedIds.toSorted()).toEqual(ids);
  });

  test('starts a lease at the claim, however long other timers took', async () => {
    const [first, second] = (await createDueDocuments(2)) as [string, string];
    let clock = new Date('2026-03-02T09:00:00.000Z');
    let seen: string | undefined;
    start({
      concurrency: 1,
      leaseMs: 60_000,
      now: () => clock,
      async due(id) {
        if (id === first) clock = new Date('2026-03-02T09:00:50.000Z');
        else seen = await claimOf(second);
        await clear(id);
      },
    });
    await eventually(() => seen !== undefined);
    expect(seen).toBe('2026-03-02T09:01:50.000Z');
  });

  test('does not wait for a hanging handler or start it twice', async () => {
    const ids = await createDueDocuments(150);
    const [hanging] = ids as [string];
    const open = Promise.withResolvers<void>();
    let hangs = 0;
    start({
      leaseMs: 50,
      async due(id) {
        if (id !== hanging) return void (await clear(id));
        hangs += 1;
        await open.promise;
      },
    });
    await eventually(async () => (await cases.find({ state: 'expired' }, { scope })).length === ids.length - 1, {
      timeoutMs: 20_000,
    });
    expect(hangs).toBe(1);
    open.resolve();
  }, 40_000);

  test('gives a hanging handler up at its deadline, frees its slot and claims its timer again', async () => {
    const [hanging, other] = (await createDueDocuments(2)) as [string, string];
    const deadlines: AbortSignal[] = [];
    const lines: string[] = [];
    start({
      concurrency: 1,
      handlerTimeoutMs: 50,
      leaseMs: 50,
      log: { ...log, warn: ({ event, resource }) => void lines.push(`${event} ${resource}`) },
      async due(id, _kind, deadline) {
        if (id === other) return void (await clear(id));
        deadlines.push(deadline);
        await new Promise(() => {});
      },
    });
    await eventually(async () => (await cases.get(other, { scope }))?.state === 'expired');
    await eventually(() => deadlines.length >= 2);
    expect(deadlines[0]?.aborted).toBe(true);
    expect(lines).toContain(`timer-timed-out ${hanging}`);
  });

  test('stops though a handler hangs', async () => {
    await createDueDocuments(1);
    const started = Promise.withResolvers<AbortSignal>();
    start({
      stopTimeoutMs: 50,
      async due(_id, _kind, deadline) {
        started.resolve(deadline);
        await new Promise(() => {});
      },
    });
    const deadline = await started.promise;
    await running.pop()!.stop();
    expect(deadline.aborted).toBe(true);
  });

  test('ends running handlers before stop resolves', async () => {
    const [id] = (await createDueDocuments(1)) as [string];
    const [started, open] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    start({
      async due() {
        started.resolve();
        await open.promise;
        await clear(id);
      },
    });
    await started.promise;
    const stopped = running.pop()!.stop();
    open.resolve();
    await stopped;
    expect((await cases.get(id, { scope }))?.state).toBe('expired');
  });

  test('polls as often as before after a single slow read', async () => {
    const { documents, countReads } = delayReads((read) => (read === 1 ? 500 : 0));
    start({ documents, due: () => Promise.resolve() });
    // At the rate of the slow read, the second one would come after 50 s.
    await eventually(() => countReads() >= 5);
  });

  test('polls less often while every read is slow', async () => {
    const { documents, countReads } = delayReads(() => 40);
    const startedAt = performance.now();
    start({ documents, due: () => Promise.resolve() });
    await eventually(() => countReads() >= 4, { timeoutMs: 30_000 });
    // Three reads find out; the fourth comes after a hundred times their duration, with a jitter of a fifth.
    expect(performance.now() - startedAt).toBeGreaterThan(3_200);
  }, 40_000);
});
