import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { agenciesIn, startPlatform } from '@cups/tools/platform';
import type { Platform } from '@cups/tools/platform';
import mongoose from 'mongoose';
import { watchAgencies } from './arrivals.ts';
import { Children, request } from './children.ts';
import { readEnvironmentInfo } from './environment-info.ts';
import { copyRegistryWithoutLimits, LOAD_SETTINGS, signInJobs } from './jobs.ts';
import type { LoadCommand } from './load.ts';
import { LoadRunner, warmUp } from './load-runs.ts';
import { measureOverload } from './overload/measure.ts';
import type { OverloadOptions } from './overload/measure.ts';
import { buildOverloadReport, formatOverload } from './overload/report.ts';
import { reconcileCounts } from './reconciliation.ts';

/** Measures how much a platform still accepts while more applicants arrive than it can serve. */

const HELP = `node bench/overload.ts [--seconds 20] [--factor 5] [--patience 15] [--open] [--json]

Starts a platform on an empty folder, warms it up and measures
  saturation  pairs (create + submit of a 3 KB application) per second at 64 in flight, before and after the overload
  overload    applicants arrive by the clock at --factor times that rate. A refused desk waits as the page does: Retry-After, and
              one second, doubling. It gives up when its applicant has waited for --patience seconds
  goodput     pairs accepted while applicants arrived, divided by saturation (target 0.9), and CPU time of the platform a pair
  recovery    from the last arrival until every desk has ended and everything accepted has its notice and is on its topic
  memory      most of each service during the overload, and before and after it
  valid       accepted = stored = published = received by the agencies

  --open      Kafka and the store without TLS, users and ACLs
  --json      prints one JSON object only

The load generator shares the machine: the report states its part. Each run replaces bench/results/overload.json. Exit code 1
when the run was not valid.`;

const root = join(import.meta.dirname, '..');
const { values: args } = parseArgs({
  options: {
    seconds: { type: 'string', default: '20' },
    factor: { type: 'string', default: '5' },
    patience: { type: 'string', default: '15' },
    open: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const [seconds, factor, patience] = [Number(args.seconds), Number(args.factor), Number(args.patience)];
const log = (line: string): void => {
  if (!args.json) process.stdout.write(`${line}\n`);
};

if (args.help) process.stdout.write(`${HELP}\n`);
else if (!(seconds >= 2 && seconds <= 600 && factor >= 1 && factor <= 50 && patience >= 1 && patience <= 300)) {
  process.stderr.write('--seconds: from 2 to 600; --factor: from 1 to 50; --patience: from 1 to 300\n');
  process.exitCode = 2;
} else process.exitCode = await main();

/** @returns the exit code */
async function main(): Promise<number> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const loadBefore = loadavg()[0]!;
  mkdirSync(join(root, '.cups'), { recursive: true });
  const dataDir = mkdtempSync(join(root, '.cups', 'overload-'));
  const trouble: string[] = [];
  let platform: Platform | undefined;
  let isValid = false;
  try {
    platform = await startPlatform({
      port: 0,
      dataDir,
      prefix: `overload${randomBytes(3).toString('hex')}-`,
      open: args.open,
      signal: stop.signal,
      onProgress: log,
      onExit: (name, code) => trouble.push(`${name} exited unexpectedly (${code})`),
      // One machine plays all desks: without the share of one address in unfinished bodies.
      env: { ...LOAD_SETTINGS, MAX_UNFINISHED_BODIES: '8192', REGISTRY_DIR: copyRegistryWithoutLimits(dataDir) },
    });
    const measured = await measurePlatform(platform, { seconds, factor, patience, log }, stop.signal, trouble);
    const report = { ...buildOverloadReport(measured), trouble, ...readEnvironmentInfo(loadBefore) };
    isValid = report.valid && trouble.length === 0;
    const file = saveReport(report);
    log(`${formatOverload(report)}\n\nkept in ${relative(process.cwd(), file)}`);
    if (args.json) process.stdout.write(`${JSON.stringify(report)}\n`);
    return isValid ? 0 : 1;
  } finally {
    await platform?.stop();
    if (isValid) rmSync(dataDir, { recursive: true, force: true });
    else process.stderr.write(`${[...trouble, ''].join('\n')}The folder ${relative(root, dataDir)} is kept.\n`);
  }
}

/** Signs in at all centres, measures, and counts what was accepted at each stage. */
async function measurePlatform(platform: Platform, options: OverloadOptions, signal: AbortSignal, trouble: string[]) {
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
    const notices = () => threads.estimatedDocumentCount();
    const runner = new LoadRunner({ pids: () => platform.pids(), arrivals, notices, load, signal, trouble });
    await warmUp(runner, options.seconds, log);
    const measured = await measureOverload(platform, runner, options);
    log('counting …');
    const counted = await reconcileCounts(platform, runner, arrivals, applications, await notices());
    return { ...measured, counted };
  } finally {
    children.kill();
    await arrivals.stop().catch(() => {});
    await store.close().catch(() => {});
  }
}

/** @returns the file */
function saveReport(report: object): string {
  const folder = join(import.meta.dirname, 'results');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'overload.json');
  writeFileSync(file, `${JSON.stringify(report, undefined, 2)}\n`);
  return file;
}
