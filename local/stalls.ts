/**
 * Replays the load of 20 applications a second on an embedded store with thousands of documents. Prints latencies and
 * stalls. Usage: `node local/stalls.ts [--documents 5000] [--seconds 30] [--jfr <file>]`. With `--jfr` the store
 * records itself (see CUPS_STORE_JFR in local/src/store.ts).
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import mongoose from 'mongoose';
import { startLocal } from './src/index.ts';

const { values: args } = parseArgs({
  options: {
    documents: { type: 'string', default: '5000' },
    seconds: { type: 'string', default: '30' },
    jfr: { type: 'string' },
  },
});
const documents = Number(args.documents);
const seconds = Number(args.seconds);
const perSecond = 20;

type StoredDocument = {
  _id: string;
  revision: number;
  outbox: { n: number; time: Date }[];
  body: object;
  timer?: { due: Date };
};
type Collection = mongoose.mongo.Collection<StoredDocument>;

/** Similar in size and structure to an application of the benchmark. */
const createBody = (size: number) => ({
  answers: Object.fromEntries(
    Array.from({ length: 40 }, (_, n) => [`field${n}`, `value ${n} `.padEnd(size / 60, 'ă')]),
  ),
  history: Array.from({ length: 6 }, (_, n) => ({
    kind: 'edit',
    n,
    at: new Date(),
    actor: 'operators/cu-001-specialist',
  })),
  evidence: Array.from({ length: 4 }, (_, n) => ({
    kind: 'identity-document',
    number: `A0000${n}`,
    originalSeen: true,
  })),
});
const createOutboxEntry = (n: number) => ({
  n,
  time: new Date(),
  topic: 'cups.applications',
  data: Buffer.alloc(200),
  type: 'Opened',
});
const createDocument = (_id: string, size: number): StoredDocument => ({
  _id,
  revision: 1,
  outbox: [createOutboxEntry(1)],
  body: createBody(size),
  timer: { due: new Date(Date.now() + 86_400_000) },
});

const durations: Record<string, number[]> = {};
const stalls: string[] = [];
let began = performance.now();
async function timed<T>(name: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await work();
  const ms = performance.now() - start;
  (durations[name] ??= []).push(ms);
  if (ms > 50) stalls.push(`${((start - began) / 1_000).toFixed(2)} s: ${name} ${ms.toFixed(0)} ms`);
  return result;
}
const percentile = (sorted: number[], part: number) => (sorted[Math.floor((sorted.length - 1) * part)] ?? 0).toFixed(1);

/** Polls by index like timers.ts and sweep.ts, less often if a poll is slow. */
async function pollRepeatedly(
  name: string,
  work: () => Promise<unknown>,
  everyMs: number,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const start = performance.now();
    await timed(name, work);
    await pause(Math.max(everyMs, (performance.now() - start) * 100), undefined, { signal }).catch(() => {});
  }
}

async function writePair(
  applications: Collection,
  deliveries: Collection,
  threads: Collection,
  id: string,
): Promise<void> {
  await timed('insert', () => applications.insertOne(createDocument(id, 3_000)));
  const submit = {
    $set: { revision: 2, 'body.submission': createBody(3_000) },
    $push: { outbox: createOutboxEntry(2) },
  };
  await timed('update', () => applications.updateOne({ _id: id, revision: 1 }, submit));
  await timed('find', () => applications.findOne({ _id: id }));
  await timed('insert', () => deliveries.insertOne(createDocument(id, 3_000)));
  await timed('insert', () => threads.insertOne(createDocument(id, 1_000)));
}

async function pullRepeatedly(collection: Collection, ids: string[], signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await pause(100);
    const some = ids.splice(0, ids.length);
    const $pull = { outbox: { n: { $lte: 2 } } };
    const writes = some.map((_id) => ({ updateOne: { filter: { _id }, update: { $pull } } }));
    if (writes.length > 0) await timed('bulk pull', () => collection.bulkWrite(writes, { ordered: false }));
  }
}

const root = join(import.meta.dirname, '..', '.cups');
mkdirSync(root, { recursive: true });
const dataDir = mkdtempSync(join(root, 'stalls-'));
if (args.jfr) process.env['CUPS_STORE_JFR'] = args.jfr;
const local = await startLocal({ dataDir, parts: ['store'] });
const client = new mongoose.mongo.MongoClient(local.mongoUri, { retryWrites: false });
const all = ['applications', 'deliveries', 'threads'].map((name) => client.db(name).collection<StoredDocument>(name));
const [applications, deliveries, threads] = all as [Collection, Collection, Collection];
try {
  for (const collection of all) {
    await collection.createIndexes([
      { key: { 'outbox.time': 1 }, sparse: true },
      { key: { 'timer.due': 1 }, sparse: true },
    ]);
    for (let n = 0; n < documents; n += 100) {
      const some = Array.from({ length: 100 }, (_, i) => ({ ...createDocument(`old-${n + i}`, 6_000), outbox: [] }));
      await collection.insertMany(some);
    }
  }
  console.log(`3 × ${documents} documents stored; ${perSecond} applications a second for ${seconds} s`);
  await pause(6_000);
  const stop = new AbortController();
  const lag = monitorEventLoopDelay({ resolution: 5 });
  lag.enable();
  began = performance.now();
  const left: string[][] = [[], [], []];
  const background = all.flatMap((collection, index) => [
    pullRepeatedly(collection, left[index] as string[], stop.signal),
    pollRepeatedly(
      'timer poll',
      () =>
        collection
          .find({ 'timer.due': { $lte: new Date() } })
          .sort({ 'timer.due': 1 })
          .toArray(),
      2_000,
      stop.signal,
    ),
    pollRepeatedly(
      'sweep',
      () =>
        collection
          .find({ 'outbox.time': { $lt: new Date(Date.now() - 10_000) }, _id: { $gt: '' } })
          .sort({ _id: 1 })
          .toArray(),
      10_000,
      stop.signal,
    ),
  ]);
  const pairs: Promise<void>[] = [];
  for (let n = 0; n < perSecond * seconds; n += 1) {
    await pause(Math.max(0, began + (n * 1_000) / perSecond - performance.now()));
    const done = writePair(applications, deliveries, threads, `new-${n}`);
    pairs.push(done.then(() => left.forEach((ids) => ids.push(`new-${n}`))));
  }
  await Promise.all(pairs);
  stop.abort();
  await Promise.all(background);
  for (const [name, values] of Object.entries(durations)) {
    const sorted = values.sort((a, b) => a - b);
    console.log(
      `${name.padEnd(12)} ${String(sorted.length).padStart(5)} calls  p50 ${percentile(sorted, 0.5)}  p95 ${percentile(sorted, 0.95)}  p99 ${percentile(sorted, 0.99)}  max ${percentile(sorted, 1)} ms`,
    );
  }
  console.log(
    `event loop delay of this process: p99 ${(lag.percentile(99) / 1e6).toFixed(1)}, max ${(lag.max / 1e6).toFixed(1)} ms`,
  );
  console.log(
    `${stalls.length} above 50 ms${stalls.length > 0 ? `, the first:\n  ${stalls.slice(0, 25).join('\n  ')}` : ''}`,
  );
} finally {
  await client.close(true);
  await local.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
