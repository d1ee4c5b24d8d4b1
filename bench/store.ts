import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startLocal } from '@cups/local';
import type { LocalPlatform } from '@cups/local';
import mongoose from 'mongoose';
import { formatTable } from '@cups/tools/format-table';
import type { Cell } from '@cups/tools/format-table';
import { readEnvironmentInfo } from './environment-info.ts';
import { measureMemory, round } from './processes.ts';
import { CENTRE, centreOf, createApplication, idOf, MINUTE, START } from './store/applications.ts';
import type { Application, Applications } from './store/applications.ts';
import { bridgeReads, notificationReads } from './store/follow-up-reads.ts';
import { loadFollowUps } from './store/follow-ups.ts';
import type { LoadedApplication } from './store/follow-ups.ts';
import { databaseOf, openServiceStores } from './store/service-stores.ts';
import type { ServiceStores } from './store/service-stores.ts';
import { timeReads } from './store/timing.ts';
import type { Reads } from './store/timing.ts';

/** Measures the embedded store alone: a bulk load, the reads of a desk, writes, memory, and the next start. */

const HELP = `node bench/store.ts [--documents 200000] [--centre 200000] [--follow-ups 100000] [--seconds 4] [--out file]

Loads documents of 3 KB with the indexes of intake's applications, --centre of them at one centre and the others at 85,
then runs each read of a desk 30 times, and conditional updates and inserts with 1 and 16 clients. Then it loads the
deliveries and the threads of notices of --follow-ups of them, and runs the reads of agency-bridge and notifications.`;

const root = join(import.meta.dirname, '..');
const BATCH = 500;

const { values: args } = parseArgs({
  options: {
    documents: { type: 'string', default: '200000' },
    centre: { type: 'string', default: '200000' },
    'follow-ups': { type: 'string', default: '100000' },
    seconds: { type: 'string', default: '4' },
    out: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const [documents, atCentre, seconds] = [args.documents, args.centre, args.seconds].map(Number) as [
  number,
  number,
  number,
];
const followUpCount = Math.min(documents, Number(args['follow-ups']));

const log = (line: string) => void process.stdout.write(`${line}\n`);

/** The reads of a desk's screens. */
function desksReads(applications: Applications): Reads {
  const centre = CENTRE;
  const page = (filter: object, sort: Record<string, 1 | -1>) =>
    applications
      .find({ centre, ...filter })
      .sort(sort)
      .limit(50)
      .toArray();
  const middle = new Date(START + (atCentre / 2) * MINUTE);
  const [idnp, present] = ['2900000000077', { $gt: new Date(0) }];
  return {
    'queue of a stage': () => page({ 'queue.stage': 'new' }, { 'queue.since': 1, _id: 1 }),
    'queue, newest first': () => page({ 'queue.since': present }, { 'queue.since': -1, _id: -1 }),
    'queue, a later page': () =>
      page(
        {
          'queue.stage': 'new',
          $or: [{ 'queue.since': { $gt: middle } }, { 'queue.since': middle, _id: { $gt: 'A' } }],
        },
        { 'queue.since': 1, _id: 1 },
      ),
    'a count to 1,000': () => applications.countDocuments({ centre, 'queue.stage': 'new' }, { limit: 1_000 }),
    list: () => page({}, { _id: -1 }),
    'changes of an hour': () =>
      page({ updateTime: { $gte: new Date(START + (atCentre - 60) * MINUTE) } }, { updateTime: 1, _id: 1 }),
    'search by IDNP': () =>
      page({ $or: [{ 'content.applicant.idnp': idnp }, { 'content.represented.idnp': idnp }] }, { _id: -1 }),
    'search by name': () => page({ names: { $in: ['abc7'] } }, { _id: -1 }),
    'search by number': () => applications.findOne({ trackingNumber: 'T77' }),
    application: () => applications.findOne({ _id: idOf(77) }),
  };
}

const median = (values: number[]): number => values[values.length >> 1]!;

/** Runs clients for some seconds. Returns [operations a second, median ms]. */
async function runClients(clients: number, work: (client: number, n: number) => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  const end = performance.now() + seconds * 1_000;
  const client = async (_: unknown, at: number) => {
    for (let n = 0; performance.now() < end; n += 1) {
      const started = performance.now();
      await work(at, n);
      times.push(performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  times.sort((a, b) => a - b);
  return [Math.round(times.length / seconds), round(median(times))];
}

async function timeWrites(applications: Applications): Promise<Cell[][]> {
  const rows: Cell[][] = [];
  for (const clients of [1, 16]) {
    const update = (client: number, n: number) =>
      applications.findOneAndUpdate(
        { _id: idOf((client * 9_973 + n) % documents), state: { $in: ['submitted', 'closed'] } },
        { $set: { updateTime: new Date() }, $inc: { revision: 1 } as never },
        { returnDocument: 'after' },
      );
    rows.push(['conditional update', clients, ...(await runClients(clients, update))]);
    const insert = (client: number, n: number) => {
      const id = `${clients}-${client}-${n}`;
      return applications.insertOne(
        Object.assign(createApplication(n, atCentre), { _id: id, trackingNumber: id, createRequest: id }),
      );
    };
    rows.push(['insert', clients, ...(await runClients(clients, insert))]);
  }
  return rows;
}

async function load(applications: Applications): Promise<number> {
  const started = performance.now();
  for (let n = 0; n < documents; n += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, documents - n) }, (_, at) =>
      createApplication(n + at, atCentre),
    );
    await applications.insertMany(batch, { ordered: false });
    if (n % 50_000 === 0) log(`${n} of ${documents} documents …`);
  }
  return (performance.now() - started) / 1_000;
}

/** Returns what the follow-ups of an application need of it. */
const loadedApplication = (n: number): LoadedApplication => ({
  id: idOf(n),
  centre: centreOf(n, atCentre),
  time: new Date(START + n * MINUTE),
});

/** Loads the deliveries and threads, and times the reads of their services. */
async function measureFollowUps(stores: ServiceStores) {
  const loadSeconds = await loadFollowUps(stores, followUpCount, loadedApplication, log);
  const bridge = await timeReads(bridgeReads(stores, loadedApplication));
  const notifications = await timeReads(notificationReads(stores, loadedApplication));
  return { documents: followUpCount, loadSeconds, bridge, notifications };
}

/** Loads and measures on a new store. */
async function measureStore(local: LocalPlatform, stores: ServiceStores, client: mongoose.mongo.MongoClient) {
  const memory = () => measureMemory(local.pids.store);
  const applications = client.db(databaseOf('intake')).collection<Application>('applications');
  const loadSeconds = await load(applications);
  const loadedMiB = memory();
  const reads = await timeReads(desksReads(applications));
  const writes = await timeWrites(applications);
  const usedMiB = memory();
  const followUps = await measureFollowUps(stores);
  const endMiB = memory();
  await stores.close();
  const restarting = performance.now();
  await local.restartStore();
  const restartMs = Math.round(performance.now() - restarting);
  return { documents, atCentre, loadSeconds, loadedMiB, usedMiB, endMiB, restartMs, reads, writes, followUps };
}

function printResult({ followUps, ...result }: Awaited<ReturnType<typeof measureStore>>): void {
  const rate = (count: number, duration: number) =>
    `${Math.round(duration)} s, ${Math.round(count / duration)} a second`;
  const facts: Cell[][] = [
    ['documents, at one centre', `${documents}, ${atCentre}`],
    ['load', rate(documents, result.loadSeconds)],
    ['memory (PSS) after the load, after the writes', `${result.loadedMiB} MiB, ${result.usedMiB} MiB`],
    ['deliveries and threads, of each', String(followUps.documents)],
    ['load of deliveries and threads', rate(2 * followUps.documents, followUps.loadSeconds)],
    ['memory (PSS) at the end', `${result.endMiB} MiB`],
    ['the next start', `${result.restartMs} ms`],
  ];
  const tables = [
    formatTable(undefined, facts),
    formatTable(['READ', 'p50 ms', 'p95 ms'], result.reads),
    formatTable(['WRITE', 'CLIENTS', 'a second', 'p50 ms'], result.writes),
    formatTable(['READ OF AGENCY-BRIDGE', 'p50 ms', 'p95 ms'], followUps.bridge),
    formatTable(['READ OF NOTIFICATIONS', 'p50 ms', 'p95 ms'], followUps.notifications),
  ];
  process.stdout.write(`\n${tables.join('\n\n')}\n`);
}

async function measure(): Promise<void> {
  const loadBefore = loadavg()[0]!;
  mkdirSync(join(root, '.cups'), { recursive: true });
  const dataDir = mkdtempSync(join(root, '.cups', 'store-'));
  const local = await startLocal({ dataDir, parts: ['store'] });
  const client = new mongoose.mongo.MongoClient(local.mongoUri, { retryWrites: false, maxPoolSize: 20 });
  const stores = await openServiceStores(local.mongoUri);
  try {
    const result = await measureStore(local, stores, client);
    printResult(result);
    const report = Object.assign(result, readEnvironmentInfo(loadBefore));
    if (args.out) writeFileSync(args.out, `${JSON.stringify(report, undefined, 2)}\n`);
  } finally {
    await stores.close();
    await client.close(true);
    await local.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

if (args.help) process.stdout.write(`${HELP}\n`);
else if (![documents, atCentre, followUpCount, seconds].every((one) => Number.isInteger(one) && one > 0)) {
  process.stderr.write('--documents, --centre, --follow-ups, --seconds: numbers from 1\n');
  process.exitCode = 2;
} else await measure();
