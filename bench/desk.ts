import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { brotliCompressSync } from 'node:zlib';
import mongoose from 'mongoose';
import { openDesk } from '@cups/tools/desk';
import type { Desk } from '@cups/tools/desk';
import { startPlatform } from '@cups/tools/platform';
import { fillStore } from './desk/fill.ts';
import type { FilledStore } from './desk/fill.ts';
import { copyRegistryWithoutLimits } from './jobs.ts';
import { round } from './processes.ts';
import { readEnvironmentInfo } from './environment-info.ts';

/**
 * Measures the desk's screens on a large store: queue and counts, changes, search, application details, supervisor figures. Compares each
 * with the same query by the driver alone.
 */

const HELP = `node bench/desk.ts [--all 20000] [--centre 20000] [--runs 3]

Starts a platform on an empty folder, submits a few applications, copies them to --all in total and --centre at one centre, measures
the screens of a specialist there, and writes bench/desk.json. One application in ten is open.`;

const FILE = 'bench/desk.json';
const root = join(import.meta.dirname, '..');
const { values: args } = parseArgs({
  options: {
    all: { type: 'string', default: '20000' },
    centre: { type: 'string', default: '20000' },
    runs: { type: 'string', default: '3' },
    help: { type: 'boolean', default: false },
  },
});
const [all, atCentre, runs] = [Number(args.all), Number(args.centre), Number(args.runs)] as const;
const log = (line: string) => process.stdout.write(`${line}\n`);

if (args.help) log(HELP);
else if (![all, atCentre, runs].every((one) => Number.isInteger(one) && one > 0) || atCentre > all) {
  process.stderr.write('--all, --centre, --runs: numbers from 1, and at the centre not more than in all\n');
  process.exitCode = 2;
} else await measure();

async function measure(): Promise<void> {
  const loadBefore = loadavg()[0]!;
  mkdirSync(join(root, '.cups'), { recursive: true });
  const dataDir = mkdtempSync(join(root, '.cups', 'desk-'));
  const platform = await startPlatform({
    port: 0,
    dataDir,
    prefix: `desk${randomBytes(3).toString('hex')}-`,
    onProgress: log,
    env: {
      // A generator keeps its sign-in cookie while it runs.
      SESSION_IDLE_MINUTES: '480',
      REGISTRY_DIR: copyRegistryWithoutLimits(dataDir),
      LOG_LEVEL: 'warn',
      RATE_LIMIT_ADDRESS_PER_MINUTE: '10000000',
      RATE_LIMIT_SESSION_PER_MINUTE: '10000000',
      MAX_IN_FLIGHT_PER_ADDRESS: '512',
      REQUEST_BUDGET_MS: '60000',
    },
  });
  const connection = await mongoose.createConnection(platform.mongoUri, platform.mongoTls).asPromise();
  try {
    const applications = connection.getClient().db(`${platform.prefix}cups-intake`).collection('applications');
    const filled = await fillStore({
      url: platform.url,
      applications: applications as never,
      all,
      atCentre,
      onProgress: log,
    });
    const screens = await measureScreens(platform.url, filled, applications as never);
    const report = { command: `node bench/desk.ts --all ${all} --centre ${atCentre}`, all, atCentre, runs, screens };
    writeFileSync(
      join(root, FILE),
      `${JSON.stringify({ ...report, ...readEnvironmentInfo(loadBefore) }, undefined, 2)}\n`,
    );
    for (const screen of screens) log(formatScreen(screen));
    log(`written to ${FILE}`);
  } finally {
    await connection.close();
    await platform.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** One request of a screen. `raw` is the same query by the driver alone. */
interface ScreenResult {
  name: string;
  ms: number;
  slowestMs: number;
  rawMs: number;
  ratio: number;
  bytes: number;
  brotliBytes: number;
  rows: number;
}
type Collection = mongoose.mongo.Collection<{ _id: string }>;

async function measureScreens(url: string, filled: FilledStore, applications: Collection): Promise<ScreenResult[]> {
  const desk = await openDesk(url, 'cu-001-specialist');
  const supervisor = await openDesk(url, 'supervisor');
  const { centre, open, idnp, trackingNumber, id } = filled;
  const day = new Date().toISOString().slice(0, 10);
  const there = { $gt: new Date(0) };
  const page = { limit: 51, projection: { history: 0, submissions: 0, content: 0, outbox: 0, requests: 0, names: 0 } };
  const find = (filter: object, how: object = page) => applications.find({ centre, ...filter }, how).toArray();
  const queue = await desk.call<{ cursor: string }>('GET', '/queue');
  const cursor = encodeURIComponent(queue.body.cursor);
  const places = { projection: { queue: 1, assignee: 1 } };
  const counted = (filter: object) => Promise.all([find(filter), find({ 'queue.since': there }, places)]);
  const search = (query: string): RequestSpec => ['POST', '/applications/search', { query }];
  const rows: [name: string, asked: RequestSpec, who: Desk, raw: () => Promise<unknown>][] = [
    ['queue: today', ['GET', '/queue'], desk, () => counted({ 'queue.actionDate': { $gt: '', $lte: day } })],
    ['queue: open', ['GET', '/queue?bucket=open'], desk, () => counted({ 'queue.since': there })],
    [
      'queue: changes',
      ['GET', `/queue/changes?cursor=${cursor}`],
      desk,
      () => counted({ updateTime: { $gte: new Date() } }),
    ],
    [
      'search: name',
      search(filled.familyName),
      desk,
      () => find({ names: { $in: [filled.nameHash] } }, { ...page, limit: 200 }),
    ],
    ['search: IDNP', search(idnp), desk, () => find({ 'content.applicant.idnp': idnp })],
    ['search: number', search(trackingNumber), desk, () => find({ trackingNumber })],
    ['person', ['POST', '/persons/lookup', { idnp }], desk, () => find({ 'content.applicant.idnp': idnp })],
    ['details', ['GET', `/applications/${id}/details`], desk, () => find({ _id: id }, {})],
    [
      'statistics of a year',
      ['GET', `/statistics?from=2026-01-01&to=2026-12-31`],
      supervisor,
      () => applications.find({ submitTime: there }, { projection: { state: 1, submitTime: 1 } }).toArray(),
    ],
  ];
  log(`${open} of ${atCentre} at the centre are open; asking …`);
  const screens: ScreenResult[] = [];
  for (const [name, asked, who, raw] of rows) screens.push(await measureScreen(name, asked, who, raw));
  return screens;
}

type RequestSpec = [method: string, path: string, body?: object];

/** Alternates the two, so that other load affects both alike. */
async function measureScreen(
  name: string,
  asked: RequestSpec,
  desk: Desk,
  raw: () => Promise<unknown>,
): Promise<ScreenResult> {
  const [method, path, body] = asked;
  const [ours, theirs]: [number[], number[]] = [[], []];
  let answer: unknown;
  for (let run = 0; run < runs; run += 1) {
    const started = performance.now();
    ({ body: answer } = await desk.call(method, path, body ? { body } : {}));
    ours.push(performance.now() - started);
    const rawStarted = performance.now();
    await raw();
    theirs.push(performance.now() - rawStarted);
  }
  const text = JSON.stringify(answer);
  const { applications = [], rows = [] } = answer as { applications?: unknown[]; rows?: unknown[] };
  return {
    name,
    ms: round(median(ours)),
    slowestMs: round(Math.max(...ours)),
    rawMs: round(median(theirs)),
    ratio: round(median(theirs) / median(ours)),
    bytes: Buffer.byteLength(text),
    brotliBytes: brotliCompressSync(text).byteLength,
    rows: applications.length + rows.length,
  };
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

function formatScreen({ name, ms, slowestMs, rawMs, ratio, bytes, brotliBytes, rows }: ScreenResult): string {
  const times = `${ms} ms (slowest ${slowestMs}), driver alone ${rawMs} ms, ratio ${ratio}`;
  return `${name.padEnd(22)} ${times}; ${rows} rows, ${bytes} bytes, ${brotliBytes} compressed`;
}
