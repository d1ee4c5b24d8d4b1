import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import mongoose from 'mongoose';
import { openDesk } from '@cups/tools/desk';
import { formatTable } from '@cups/tools/format-table';
import { startPlatform } from '@cups/tools/platform';
import type { Platform } from '@cups/tools/platform';
import { request, Children } from './children.ts';
import { createTemplates, fillStore } from './desk/fill.ts';
import type { StoredDocument } from './desk/fill.ts';
import { measureScreens } from './desk/screens.ts';
import type { ScreenResult, ScreenSession } from './desk/screens.ts';
import { openStoreReads } from './desk/store-reads.ts';
import { copyRegistryWithoutLimits, LOAD_SETTINGS, signInJobs } from './jobs.ts';
import type { LoadCommand, LoadResult } from './load.ts';
import type { Percentiles } from './processes.ts';
import { round } from './processes.ts';
import { readEnvironmentInfo } from './environment-info.ts';

/** Measures the desk's screens and submits over HTTP with few and with many applications at one centre. */

const HELP = `node bench/desk.ts [--applications 200000] [--few 600] [--runs 100] [--seconds 20] [--out bench/desk.json]

Starts a platform on an empty folder, and measures it twice: with --few applications, so that pages are full, and with
--applications, all at one centre. It creates 125 applications through the API and copies them in the store; one in ten
is open. Each time it measures
  screens   of a specialist and a supervisor, --runs times each, beside the same reads by intake's functions alone
  submits   at 20 pairs (create + submit) a second for --seconds, all at that centre
and prints times and ratios (many ÷ few). 200,000 applications take about 10 minutes.`;

const RATE = 20;
/** Aims at p95: ratio of a screen, ms of its reads by intake's functions alone, and ms of the statistics. */
const AIMS = { ratio: 1.5, storeMs: 25, statisticsMs: 300 };
const DAY = 86_400_000;
const root = join(import.meta.dirname, '..');
const { values: args } = parseArgs({
  options: {
    applications: { type: 'string', default: '200000' },
    few: { type: 'string', default: '600' },
    runs: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '20' },
    out: { type: 'string', default: join(import.meta.dirname, 'desk.json') },
    help: { type: 'boolean', default: false },
  },
});
const [many, few, runs, seconds] = [args.applications, args.few, args.runs, args.seconds].map(Number) as [
  number,
  number,
  number,
  number,
];
const log = (line: string) => void process.stdout.write(`${line}\n`);
/** Logs with the seconds since the start of the process. */
const logProgress = (line: string) => log(`${Math.round(performance.now() / 1_000)} s: ${line}`);

if (args.help) log(HELP);
else if (![many, few, runs, seconds].every((one) => Number.isInteger(one) && one > 0) || few < 200 || many <= few) {
  process.stderr.write('--runs, --seconds: numbers from 1; --few: from 200; --applications: more than --few\n');
  process.exitCode = 2;
} else await main();

async function main(): Promise<void> {
  const loadBefore = loadavg()[0]!;
  mkdirSync(join(root, '.cups'), { recursive: true });
  const dataDir = mkdtempSync(join(root, '.cups', 'desk-'));
  const platform = await startPlatform({
    port: 0,
    dataDir,
    prefix: `desk${randomBytes(3).toString('hex')}-`,
    onProgress: logProgress,
    env: {
      ...LOAD_SETTINGS,
      REGISTRY_DIR: copyRegistryWithoutLimits(dataDir),
      LOG_LEVEL: 'warn',
      // The store is filled with copies of applications, and a sealed copy would open with no key.
      SEAL_APPLICATIONS: 'false',
    },
  });
  try {
    const result = await measureBoth(platform, dataDir);
    printResult(result);
    const command = `node bench/desk.ts --applications ${many} --few ${few} --runs ${runs} --seconds ${seconds}`;
    const report = { command, applications: many, ...result, ...readEnvironmentInfo(loadBefore) };
    writeFileSync(args.out, `${JSON.stringify(report, undefined, 2)}\n`);
    log(`written to ${args.out}`);
  } finally {
    await platform.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Figures with one number of applications. */
interface DeskResult {
  applications: number;
  screens: ScreenResult[];
  submitMs: Percentiles;
  refused: Record<string, number>;
}

interface BothResults {
  few: DeskResult;
  many: DeskResult;
  /** Seconds to load the others and to count them in the statistics. */
  fillSeconds: number;
}

async function measureBoth(platform: Platform, dataDir: string): Promise<BothResults> {
  const connection = await mongoose.createConnection(platform.mongoUri, platform.mongoTls).asPromise();
  const applications = connection
    .getClient()
    .db(`${platform.prefix}cups-intake`)
    .collection<StoredDocument>('applications');
  const children = new Children();
  logProgress('creating the applications that are copied …');
  const person = await createTemplates(platform.url, applications);
  const period = { from: toDate(Date.now() - 364 * DAY), to: toDate(Date.now()) };
  const storeReads = await openStoreReads(platform, dataDir, person, period);
  try {
    const load = children.fork('load.ts');
    const jobs = await signInJobs(platform.url, ({ code }) => code === 'CU-001');
    await request(load, { kind: 'jobs', port: Number(new URL(platform.url).port), jobs, firstPerson: 0 });
    const [desk, supervisor] = [
      await openDesk(platform.url, 'cu-001-specialist'),
      await openDesk(platform.url, 'supervisor'),
    ];
    const session: ScreenSession = { desk, supervisor, person, period, storeReads, runs };
    const measure = async (count: number): Promise<DeskResult> => {
      await fillStore(applications, count, logProgress);
      logProgress(`${count} applications: ${seconds} s at ${RATE} pairs a second …`);
      const order: LoadCommand = { kind: 'open', perSecond: RATE, seconds };
      const { submitMs, refused } = await request<LoadResult>(load, order);
      logProgress(`asking for the screens, ${runs} times each …`);
      return { applications: count, screens: await measureScreens(session), submitMs, refused };
    };
    logProgress('warming up …');
    await fillStore(applications, few, logProgress);
    await measureScreens({ ...session, runs: Math.min(runs, 30) });
    const fewResult = await measure(few);
    const started = performance.now();
    await fillStore(applications, many, logProgress);
    const fillSeconds = round((performance.now() - started) / 1000, 1);
    return { few: fewResult, many: await measure(many), fillSeconds };
  } finally {
    children.kill();
    await storeReads.close();
    await connection.close();
  }
}

function toDate(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

function printResult({ few: small, many: large, fillSeconds }: BothResults): void {
  const rows = large.screens.map((screen, at) => {
    const before = small.screens[at]!;
    const ratios = [round(screen.p50 / before.p50), round(screen.p95 / before.p95)] as const;
    const isReached =
      screen.name === 'statistics of a year'
        ? screen.p95 <= AIMS.statisticsMs
        : ratios[1] <= AIMS.ratio && screen.storeP95 <= AIMS.storeMs;
    const times = [before.p50, before.p95, screen.p50, screen.p95, ...ratios];
    const storeTimes = [before.storeP50, before.storeP95, screen.storeP50, screen.storeP95];
    const sizes = [screen.rows, screen.bytes, screen.brotliBytes];
    return [screen.name, ...times, ...storeTimes, ...sizes, isReached ? 'reached' : 'NOT REACHED'];
  });
  const headings = [
    ...['few p50 ms', 'p95', 'many p50 ms', 'p95', 'ratio p50', 'p95'],
    ...['store: few p50', 'p95', 'many p50', 'p95', 'rows', 'bytes', 'Brotli', 'aims'],
  ];
  const submits = [small, large].map(({ applications: count, submitMs: { p50, p95, p99, max }, refused }) => [
    `${count} applications`,
    ...[p50, p95, p99, max],
    JSON.stringify(refused),
  ]);
  log(`\nfew: ${small.applications}, many: ${large.applications} applications, filled in ${fillSeconds} s\n`);
  log(formatTable(['screen', ...headings], rows));
  log(`\n${formatTable([`submit at ${RATE}/s, ms`, 'p50', 'p95', 'p99', 'max', 'refused'], submits)}\n`);
}
