import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { agenciesIn, startPlatform } from '@cups/tools/platform';
import type { Platform } from '@cups/tools/platform';
import mongoose from 'mongoose';
import { watchAgencies } from './arrivals.ts';
import type { Arrivals } from './arrivals.ts';
import { request, Children } from './children.ts';
import { compare } from './compare.ts';
import { reconcileCounts } from './reconciliation.ts';
import { measureIdle } from './idle.ts';
import { signInJobs, BODY_BYTES, copyRegistryWithoutLimits, LOAD_SETTINGS } from './jobs.ts';
import type { LoadCommand } from './load.ts';
import { nowMs, readClocks, round, diffClocks } from './processes.ts';
import { printTable } from './print.ts';
import { measureRawDrivers } from './raw.ts';
import { saveReport, buildReport } from './report.ts';
import type { BenchMeasurement, Report } from './report.ts';
import { readEnvironmentInfo } from './environment-info.ts';
import { LoadRunner, warmUp } from './load-runs.ts';
import type { LoadLevelResult, OpenLoopResult } from './load-runs.ts';

/**
 * Measures the platform's throughput, compares it with raw drivers, and reconciles the results. Everything runs on this machine; the
 * report states the load generator's share.
 */

const HELP = `npm run bench -- [--json] [--seconds 20] [--open]
npm run bench -- --compare <commit> [--base-env <NAME=value>] [--rounds 3] [--json] [--out <file>] [--seconds 20] [--open]

Starts a platform on an empty folder, warms it up and measures
  saturation   pairs (create + submit of a 3 KB application) per second at 8, 16, 32 and 64 in flight
  latency      at 20 pairs per second, from the planned start: submit to its answer, submit to the agency's topic
  raw drivers  gRPC echo, insert, conditional update, produce … in the same run, and the ratio to the measured cost
  idle         CPU of all processes and memory of the Node services, when nothing is to be done
  valid        accepted = stored = published = received by the agencies

With --compare, it checks that commit out into a temporary folder, installs it, and measures it and this checkout alternately
(A B, B A, A B …), each on an empty folder, by the load generator of this checkout. It prints ratios of this checkout to
the commit: median, least and most of all rounds. They cover pairs per second and CPU time per pair at 1, 16 and 64 in
flight, acknowledgements at 20 pairs per second, and memory. Ctrl-C removes the folder and ends all processes.

  --compare <commit> compares with this commit
  --base-env <NAME=value>  a setting of the commit's platform alone, any number of times. With the commit of this checkout,
                     it shows what a part costs: JOURNAL_ENTRIES=false, or SEAL_APPLICATIONS=false and SEAL_NOTICES=false
  --rounds <n>       turns of each side (default 3)
  --out <file>       also writes the JSON of a comparison to a file
  --json             prints one JSON object only
  --seconds <n>      length of each part (default 20)
  --open             Kafka and the store without TLS, users and ACLs
  --help             prints this text

Exit code 1 when the run was not valid. Each run replaces the last one in bench/results.`;

/** Levels of the ramp: pairs in flight. */
const LEVELS = [8, 16, 32, 64];
const OPEN_RATE = 20;

const root = join(import.meta.dirname, '..');
const { values: args } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '20' },
    open: { type: 'boolean', default: false },
    compare: { type: 'string' },
    'base-env': { type: 'string', multiple: true, default: [] },
    rounds: { type: 'string', default: '3' },
    out: { type: 'string' },
  },
});
const seconds = Number(args.seconds);
const rounds = Number(args.rounds);
const log = (line: string) => {
  if (!args.json) process.stdout.write(`${line}\n`);
};

if (args.help) {
  process.stdout.write(`${HELP}\n`);
} else if (!(seconds >= 2 && seconds <= 600)) {
  process.stderr.write('--seconds must be from 2 to 600.\n');
  process.exitCode = 1;
} else if (!(Number.isInteger(rounds) && rounds >= 1 && rounds <= 100)) {
  process.stderr.write('--rounds must be a whole number from 1 to 100.\n');
  process.exitCode = 1;
} else {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  try {
    const { compare: commit, open, json, out } = args;
    if (commit === undefined) process.exitCode = await bench(stop.signal);
    else await compare({ commit, baseEnv: readBaseEnv(), rounds, seconds, open, json, out, signal: stop.signal, log });
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}

/** @throws Error for a setting without a value */
function readBaseEnv(): Record<string, string> {
  const pairs = args['base-env'].map((setting) => {
    const [, name, value] = /^([A-Z][A-Z0-9_]*)=(.*)$/.exec(setting) ?? [];
    if (name === undefined || value === undefined) throw new Error(`--base-env must be NAME=value, not ${setting}.`);
    return [name, value] as const;
  });
  return Object.fromEntries(pairs);
}

/** Runs from an empty folder to the report. @returns the exit code */
async function bench(signal: AbortSignal): Promise<number> {
  mkdirSync(join(root, '.cups'), { recursive: true });
  // On the disk of the embedded store, whose syncs are part of the measurement.
  const dataDir = mkdtempSync(join(root, '.cups', 'bench-'));
  const trouble: string[] = [];
  const loadBefore = loadavg()[0]!;
  let platform: Platform | undefined;
  let report: Report | undefined;
  try {
    platform = await startBenchPlatform(dataDir, signal, trouble);
    const loaded = await loadPlatform(platform, signal, trouble);
    log('idle …');
    await pause(5_000);
    const idle = await measureIdle(platform, Math.max(10, seconds * 1.5));
    report = buildReport({ ...loaded, idle, seconds, trouble, around: readEnvironmentInfo(loadBefore) });
    const file = saveReport(report);
    if (!args.json) printTable(report);
    log(`kept in ${relative(root, file)}`);
    process.stdout.write(`${JSON.stringify(report)}\n`);
    return report.valid ? 0 : 1;
  } finally {
    await platform?.stop();
    if (report?.valid) rmSync(dataDir, { recursive: true, force: true });
    else {
      const folder = relative(root, dataDir);
      process.stderr.write(`${[...trouble, ''].join('\n')}The run did not end well: its folder ${folder} is kept.\n`);
    }
  }
}

/** Starts a platform with limits for one machine that plays all desks, and with silent agencies. */
function startBenchPlatform(dataDir: string, signal: AbortSignal, trouble: string[]): Promise<Platform> {
  return startPlatform({
    port: 0,
    dataDir,
    prefix: `bench${randomBytes(3).toString('hex')}-`,
    open: args.open,
    signal,
    onProgress: log,
    onExit: (name, code) => trouble.push(`${name} exited unexpectedly (${code})`),
    env: { ...LOAD_SETTINGS, REGISTRY_DIR: copyRegistryWithoutLimits(dataDir) },
  });
}

/** Measures everything under load, and ends the processes, connections and consumers that it used. */
async function loadPlatform(
  platform: Platform,
  signal: AbortSignal,
  trouble: string[],
): Promise<Omit<BenchMeasurement, 'idle' | 'seconds' | 'trouble' | 'around'>> {
  const { prefix, mongoUri, mongoTls } = platform;
  const children = new Children();
  const topics = agenciesIn(join(root, 'data')).map((code) => `${prefix}agency.${code}.requests`);
  const arrivals = await watchAgencies(platform, `${prefix}bench`, topics);
  const store = await mongoose.createConnection(mongoUri, mongoTls).asPromise();
  try {
    const threads = store.useDb(`${prefix}cups-notifications`).collection('threads');
    const applications = store.useDb(`${prefix}cups-intake`).collection<{ _id: string }>('applications');
    const load = children.fork('load.ts');
    const jobs = await signInJobs(platform.url);
    const order: LoadCommand = { kind: 'jobs', port: Number(new URL(platform.url).port), jobs, firstPerson: 0 };
    await request(load, order);
    log(`${jobs.length} applications of about ${BODY_BYTES} bytes to choose from`);
    const notices = () => threads.estimatedDocumentCount();
    const work = new LoadRunner({ pids: () => platform.pids(), arrivals, notices, load, signal, trouble });

    await warmUp(work, seconds, log);
    const ramp = await saturate(work);
    const best = ramp.reduce((a, b) => (b.pairsPerSecond > a.pairsPerSecond ? b : a));
    log(`${OPEN_RATE} pairs/s for ${seconds} s …`);
    const open = await work.open(OPEN_RATE, seconds);

    log('raw drivers …');
    const began = nowMs();
    const before = readClocks(work.pids());
    const raw = await measureRawDrivers(platform, applications, children, best.inFlight, Math.max(1, seconds / 8));
    const after = readClocks(Object.assign(children.pidsBeside(load), work.pids()));
    const rawOthersPercent = round((diffClocks(before, after)['others']! * 100) / (nowMs() - began), 1);

    log('counting …');
    const counted = await reconcileCounts(platform, work, arrivals, applications, await notices());
    const toAgency = computeTransitTimes(open, arrivals);
    const { firstRefusal } = work;
    return { ramp, best, perSecond: OPEN_RATE, open, toAgency, raw, rawOthersPercent, counted, firstRefusal };
  } finally {
    children.kill();
    await arrivals.stop().catch(() => {});
    await store.close().catch(() => {});
  }
}

async function saturate(work: LoadRunner): Promise<LoadLevelResult[]> {
  const ramp: LoadLevelResult[] = [];
  for (const inFlight of LEVELS) {
    const one = await work.closed(inFlight, seconds / 2);
    ramp.push(one);
    log(`${inFlight} in flight: ${one.pairsPerSecond} pairs/s, ${one.seenPerSecond}/s until seen on the topic`);
  }
  return ramp;
}

/** Returns the ms from submit to the agency's topic, for observed applications. */
function computeTransitTimes({ result }: OpenLoopResult, arrivals: Arrivals): number[] {
  return result.accepted.flatMap((id) => {
    const seen = arrivals.applications.get(id);
    return seen === undefined ? [] : [seen - result.sentMs![id]!];
  });
}
