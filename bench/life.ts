import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { playDay } from '@cups/tools/day';
import type { DayResult } from '@cups/tools/day';
import { startPlatform } from '@cups/tools/platform';
import type { Platform } from '@cups/tools/platform';
import { measureIdle } from './idle.ts';
import type { IdleUsage } from './idle.ts';
import { copyRegistryWithoutLimits } from './jobs.ts';
import {
  measureCollections,
  measureJournal,
  measureLogBytes,
  dividePerApplication,
  measureTopics,
} from './life/storage-size.ts';
import type { StorageCounts } from './life/storage-size.ts';
import { nowMs, pssMiB, readClocks, round, diffClocks } from './processes.ts';
import { readEnvironmentInfo } from './environment-info.ts';

/**
 * Measures one application from draft to end: store and topic bytes, log lines, and CPU time of each process, over sample days at desks
 * that also read. `npm run cups -- sizing` uses the result.
 */

const HELP = `node bench/life.ts [--applications 300]

Starts a platform on an empty folder, warms it up with one sample day, lets it settle, plays another day with --applications, and
writes the cost per application to bench/life.json.`;

/** Enough applications for the JITs of Node and Java to warm up. */
const WARM_UP = 68;
const IDLE_SECONDS = 20;
/** Concurrent visits. */
const PARALLEL = 16;
const FILE = 'bench/life.json';

const root = join(import.meta.dirname, '..');
const { values: args } = parseArgs({
  options: { applications: { type: 'string', default: '300' }, help: { type: 'boolean', default: false } },
});
const applications = Number(args.applications);
const log = (line: string) => process.stdout.write(`${line}\n`);

if (args.help) log(HELP);
else if (!(Number.isInteger(applications) && applications > 0)) {
  process.stderr.write('--applications: a number from 1\n');
  process.exitCode = 2;
} else await measure();

/** Reads everything that grows with applications. */
async function takeSnapshot(platform: Platform, dataDir: string) {
  const collections = await measureCollections(platform);
  const topics = measureTopics(dataDir, platform.prefix);
  const logs = measureLogBytes(join(dataDir, 'logs'));
  const journal = measureJournal(dataDir);
  return { collections, topics, logs, journal, clocks: readClocks(platform.pids()), ms: nowMs() };
}
type Snapshot = Awaited<ReturnType<typeof takeSnapshot>>;

async function measure(): Promise<void> {
  const loadBefore = loadavg()[0]!;
  mkdirSync(join(root, '.cups'), { recursive: true });
  const dataDir = mkdtempSync(join(root, '.cups', 'life-'));
  const platform = await startPlatform({
    port: 0,
    dataDir,
    prefix: `life${randomBytes(3).toString('hex')}-`,
    onProgress: log,
    env: {
      // A generator keeps its sign-in cookie while it runs.
      SESSION_IDLE_MINUTES: '480',
      REGISTRY_DIR: copyRegistryWithoutLimits(dataDir),
      LOG_LEVEL: 'info',
      RATE_LIMIT_ADDRESS_PER_MINUTE: '10000000',
      RATE_LIMIT_SESSION_PER_MINUTE: '10000000',
      MAX_IN_FLIGHT_PER_ADDRESS: '512',
    },
  });
  try {
    log('warming up …');
    await playApplications(platform, WARM_UP);
    await pause(5_000);
    const idle = await measureIdle(platform, IDLE_SECONDS);
    const idleMemory = readMemory(platform);
    const before = await takeSnapshot(platform, dataDir);
    log(`${applications} applications …`);
    const day = await playApplications(platform, applications);
    const loaded = readMemory(platform);
    // The day does not wait for counted events and emptied outboxes.
    await pause(5_000);
    const after = await takeSnapshot(platform, dataDir);
    const report = buildReport({ day, idle, idleMemory, loaded, before, after, loadBefore });
    writeFileSync(join(root, FILE), `${JSON.stringify(report, undefined, 2)}\n`);
    log(`written to ${FILE}`);
  } finally {
    await platform.stop();
    rmSync(dataDir, { recursive: true, force: true });
    log(`${relative(root, dataDir)} is gone again`);
  }
}

/** @throws Error when the day does not reconcile: a failed run has no cost */
async function playApplications({ url }: Platform, count: number): Promise<DayResult> {
  const day = await playDay({ url, applications: count, parallel: PARALLEL });
  if (day.lost + day.doubled + day.errors.length > 0) throw new Error(`Not a good day: ${day.errors.join('; ')}`);
  return day;
}

/** Returns the proportional set size of every process that the platform started, in MiB. */
function readMemory(platform: Platform): Record<string, number> {
  const started = Object.entries(platform.pids()).filter(([, pid]) => pid > 0);
  return Object.fromEntries(started.map(([name, pid]) => [name, round(pssMiB(pid), 1)]));
}

interface LifeMeasurement {
  day: DayResult;
  idle: IdleUsage;
  idleMemory: Record<string, number>;
  loaded: Record<string, number>;
  before: Snapshot;
  after: Snapshot;
  loadBefore: number;
}

/** Computes the cost per application of the day, without the idle load. */
function buildReport({ day, idle, idleMemory, loaded, before, after, loadBefore }: LifeMeasurement) {
  const count = day.applications;
  const { others, ...spent } = diffClocks(before.clocks, after.clocks);
  const elapsed = after.ms - before.ms;
  const cpu = Object.entries(spent).map(([name, ms]) => {
    const anyway = ((idle.cpuBy[name] ?? 0) / 100) * elapsed;
    return [name, round((ms - anyway) / count)] as const;
  });
  const grown = (a: StorageCounts, b: StorageCounts) => dividePerApplication(a, b, count);
  return {
    command: `node bench/life.ts --applications ${applications}`,
    applications: count,
    withdrawn: day.byState['withdrawn'] ?? 0,
    notices: day.notices,
    seconds: day.seconds,
    cpuMs: Object.fromEntries(cpu),
    idlePercent: idle.cpuBy,
    /** Percent of one core that other processes used during the day. */
    othersPercent: round((others! * 100) / elapsed, 1),
    memoryMiB: { idle: idleMemory, loaded },
    collections: grown(before.collections, after.collections),
    topics: grown(before.topics, after.topics),
    logBytes: grown(before.logs, after.logs),
    journal: grown(before.journal, after.journal)['log'],
    indexes: Object.fromEntries(Object.entries(after.collections).map(([name, { indexes }]) => [name, indexes])),
    /** Documents and bytes of all centres, independent of applications. */
    centres: after.collections['identity.centres'],
    ...readEnvironmentInfo(loadBefore),
  };
}
