import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, connect as dial, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startLocal, type LocalPlatform } from '@cups/local';
import { eventually, captureLog, testInfrastructure } from '@cups/testing';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { StoredEvent } from '@cups/contracts';
import mongoose from 'mongoose';
import { openStore, startRelay, type Documents, type Relay, type Store, type StoredDocument } from '../src/index.ts';

interface Case extends StoredDocument {
  state: string;
}

const { mongoUri } = testInfrastructure();
let captured: ReturnType<typeof captureLog>;
let database: string;
let open: (Store | Relay)[] = [];

beforeEach(() => {
  database = `t${randomUUID().slice(0, 8)}-cups-cases`;
  captured = captureLog();
});
afterEach(async () => {
  for (const one of open.reverse()) await ('stop' in one ? one.stop() : one.close());
  open = [];
});

async function openCases(uri = mongoUri): Promise<Documents<Case>> {
  const store = openStore({ uri, database, log: captured.log });
  open.push(store);
  const cases = store.documents<Case>({
    collection: 'cases',
    schema: { state: String },
    indexes: [],
    schemaVersion: 1,
    existsReason: 'ALREADY_EXISTS' as const,
  });
  await eventually(() => store.ready());
  return cases;
}

/** A relay without sweeps during the test, after the first. */
async function startTestRelay(cases: Documents<Case>): Promise<StoredEvent[]> {
  const sent: StoredEvent[] = [];
  const publish = (entries: StoredEvent[]) => {
    sent.push(...entries);
    return Promise.resolve({ rejected: [] });
  };
  open.push(
    startRelay({ now: () => new Date(), documents: [cases], publish, log: captured.log, sweepIntervalMs: 3_600_000 }),
  );
  const first = await cases.create(
    { _id: 'first', state: 'x' },
    { scope: 'service', cause: {}, events: [event('first')], now: new Date() },
  );
  await eventually(async () => (await cases.get(first.document._id, { scope: 'service' }))?.outbox.length === 0);
  return sent;
}

const event = (id: string) => ({
  topic: 'cups.cases',
  key: id,
  type: 'Changed',
  subject: id,
  data: Buffer.alloc(10),
  sequenced: true,
});
const requestCause = (id: string) => ({ requestId: id, request: { id, key: 'Save|gateway', fingerprint: 'f' } });
const create = (cases: Documents<Case>, id: string) =>
  cases.create(
    { _id: id, state: 'queued' },
    { scope: 'service', cause: requestCause(`r-${id}`), events: [event(id)], now: new Date() },
  );
const change = (cases: Documents<Case>, id: string) =>
  cases.update(id, { scope: 'service', cause: requestCause(`u-${id}`), now: new Date() }, (one) => ({
    document: { ...one, state: 'changed' },
    events: [event(id)],
  }));
const sequences = (sent: StoredEvent[], id: string) => sent.filter(({ key }) => key === id).map(({ n }) => n);

describe('a store outage while 250 documents are drained', () => {
  /** Runs the process until its first batch is in flight, stops the store, and acknowledges the batch. */
  async function withStoppedStore(
    work: (parts: { local: LocalPlatform; child: ChildProcess; port: number }) => Promise<void>,
  ) {
    const dataDir = mkdtempSync(join(tmpdir(), 'cups-outage-'));
    const local = await startLocal({ dataDir, parts: ['store'] });
    const script = new URL('./relay-process.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, [script, local.mongoUri, database, '250'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    try {
      const lines: string[] = [];
      createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
      const port = await eventually(() => lines.find((line) => line.startsWith('port '))?.slice(5), {
        timeoutMs: 30_000,
      });
      await eventually(() => lines.includes('publishing'));
      await local.killStore();
      await eventually(async () => (await fetchReadiness(Number(port))) === 503);
      child.stdin.write('acknowledged\n');
      await work({ local, child, port: Number(port) });
    } finally {
      child.kill('SIGKILL');
      await local.stop();
      rmSync(dataDir, { recursive: true, force: true });
    }
  }
  const fetchReadiness = async (port: number): Promise<number> =>
    (await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(2_000) })).status;

  test('keeps the process running and empties every outbox after recovery', async () => {
    await withStoppedStore(async ({ local, port }) => {
      const until = Date.now() + 3_000;
      while (Date.now() < until) expect(await fetchReadiness(port)).toBe(503);
      await local.restartStore();
      const client = new mongoose.mongo.MongoClient(local.mongoUri);
      const countPending = () =>
        client
          .db(database)
          .collection('cases')
          .countDocuments({ 'outbox.0': { $exists: true } });
      await eventually(async () => (await fetchReadiness(port)) === 200);
      await eventually(async () => (await countPending()) === 0).finally(() => client.close());
    });
  }, 90_000);

  test('lets SIGTERM end the process in order', async () => {
    await withStoppedStore(async ({ child }) => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 20_000);
      expect(await ended).toBe(0);
      clearTimeout(late);
    });
  }, 90_000);
});

test('logs an outage once while the relay drains', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'cups-outage-'));
  const local = await startLocal({ dataDir, parts: ['store'] });
  try {
    const cases = await openCases(local.mongoUri);
    const created = Promise.withResolvers<void>();
    const publish = async () => {
      // The first sweep may find the document before its writer gets a response.
      await created.promise;
      await local.killStore();
      return { rejected: [] };
    };
    const relay = startRelay({
      now: () => new Date(),
      documents: [cases],
      publish,
      log: captured.log,
      sweepIntervalMs: 3_600_000,
    });
    open.push(relay);
    await create(cases, 'a');
    created.resolve();
    expect(await relay.drain(3_000)).toBe(false);
    const failureLines = captured.lines.filter((line) => line['event'] === 'outbox-cleanup-failed');
    expect(failureLines).toHaveLength(1);
  } finally {
    await local.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}, 60_000);

/**
 * A proxy before the store. While `cuts`, it forwards a write, waits for the response, and closes the connection
 * instead.
 */
async function startLossyProxy() {
  const sockets = new Set<Socket>();
  const state = { cuts: false, cut: 0 };
  const target = new URL(mongoUri.replace('mongodb:', 'http:'));
  const server = createServer((near) => {
    const far = dial(Number(target.port), target.hostname);
    let isWriting = false;
    for (const one of [near, far]) {
      sockets.add(one);
      one.on('error', () => {}).on('close', () => (near.destroy(), far.destroy()));
    }
    near.on('data', (bytes: Buffer) => {
      isWriting = state.cuts && /\x02(insert|update)\0.{4}cases\0/s.test(bytes.toString('latin1'));
      far.write(bytes);
    });
    far.on('data', (bytes: Buffer) => {
      if (!isWriting) return void near.write(bytes);
      state.cut += 1;
      near.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    state,
    uri: `mongodb://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => (server.close(), sockets.forEach((socket) => socket.destroy())),
  };
}

describe('events of a write without a response', () => {
  test('are published within seconds after an insert and an update, without a retry', async () => {
    const line = await startLossyProxy();
    try {
      const cases = await openCases(line.uri);
      const sent = await startTestRelay(cases);
      await create(cases, 'b');
      await eventually(() => sequences(sent, 'b').length === 1);
      line.state.cuts = true;
      await expect(create(cases, 'a')).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
      await eventually(() => cases.get('b', { scope: 'service' }).then(Boolean, () => false));
      await expect(change(cases, 'b')).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
      expect(line.state.cut).toBeGreaterThanOrEqual(2);
      line.state.cuts = false;
      await eventually(() => sequences(sent, 'a').length > 0 && sequences(sent, 'b').length > 1, { timeoutMs: 8_000 });
      expect([sequences(sent, 'a'), sequences(sent, 'b')]).toEqual([[1], [1, 2]]);
    } finally {
      line.close();
    }
  });

  test('are published once for each insert and update of a group, whose repeats change nothing', async () => {
    const line = await startLossyProxy();
    const ids = ['a', 'b', 'c', 'd'];
    const expectUncertain = async (writes: Promise<unknown>[]) => {
      for (const one of await Promise.allSettled(writes)) {
        expect(one).toMatchObject({ status: 'rejected', reason: { reason: 'STORE_UNAVAILABLE' } });
      }
    };
    try {
      const cases = await openCases(line.uri);
      const sent = await startTestRelay(cases);
      line.state.cuts = true;
      await expectUncertain(ids.map((id) => create(cases, id)));
      line.state.cuts = false;
      await eventually(async () => (await cases.get('d', { scope: 'service' }).catch(() => undefined)) !== undefined);
      for (const id of ids) expect(await create(cases, id)).toMatchObject({ replayed: true });
      line.state.cuts = true;
      await expectUncertain(ids.map((id) => change(cases, id)));
      line.state.cuts = false;
      await eventually(async () => (await cases.get('d', { scope: 'service' }).catch(() => undefined))?.revision === 2);
      for (const id of ids) expect(await change(cases, id)).toMatchObject({ outcome: 'replayed' });
      await eventually(() => ids.every((id) => sequences(sent, id).length > 1), { timeoutMs: 8_000 });
      expect(ids.map((id) => sequences(sent, id))).toEqual(ids.map(() => [1, 2]));
    } finally {
      line.close();
    }
  });

  test('are published when a repeated request finds them', async () => {
    const [dead, living] = [await openCases(), await openCases()];
    const sent = await startTestRelay(living);
    await create(dead, 'a');
    await create(dead, 'b');
    await change(dead, 'b');
    expect(await create(living, 'a')).toMatchObject({ replayed: true });
    expect(await change(living, 'b')).toMatchObject({ outcome: 'replayed' });
    await eventually(() => sequences(sent, 'a').length > 0 && sequences(sent, 'b').length > 1, { timeoutMs: 3_000 });
    expect([sequences(sent, 'a'), sequences(sent, 'b')]).toEqual([[1], [1, 2]]);
  });

  test('are published when a counted event repeats', async () => {
    const [dead, living] = [await openCases(), await openCases()];
    const sent = await startTestRelay(living);
    const consume = (cases: Documents<Case>) =>
      cases.update(
        'a',
        { scope: 'service', cause: { sequence: { subject: 's', value: 1 } }, now: new Date() },
        (one) => ({
          document: { ...one, state: 'told' },
          events: [event('a')],
        }),
      );
    await create(dead, 'a');
    await consume(dead);
    expect(await consume(living)).toMatchObject({ outcome: 'ignored' });
    await eventually(() => sequences(sent, 'a').length === 2, { timeoutMs: 3_000 });
  });
});
