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
import type { Idle } from './idle.ts';
import { dataWithoutLimits } from './jobs.ts';
import { collectionsOf, logBytes, perApplication, topicsOf } from './life/stored.ts';
import type { Counts } from './life/stored.ts';
import { nowMs, pssMiB, readClocks, round, used } from './processes.ts';
import { surroundings } from './surroundings.ts';

/**
 * What one application costs from its draft to its end: bytes in the store of each service and on each topic, lines of log, and
 * processor time of each process, by sample days at desks that also read what they wrote. `npm run sizing` counts with it.
 */

const HELP = `node bench/life.ts [--applications 300]

Starts a platform of its own on an empty folder, warms it up with one sample day, lets it rest, plays another day of so many
applications, and writes what each of them has cost to bench/life.json.`;

/** Enough for the machines of Node and Java to have compiled what they will. */
const WARM_UP = 68;
const IDLE_SECONDS = 20;
/** Followed at once. */
const PARALLEL = 16;
const FILE = 'bench/life.json';

const root = join(import.meta.dirname, '..');
const { values: args } = parseArgs({
  options: { applications: { type: 'string', default: '300' }, help: { type: 'boolean', default: false } },
});
const applications = Number(args.applications);
const say = (line: string) => process.stdout.write(`${line}\n`);

if (args.help) say(HELP);
else if (!(Number.isInteger(applications) && applications > 0)) {
  process.stderr.write('--applications: a number from 1\n');
  process.exitCode = 2;
} else await measure();

/** All that grows with applications, at one moment. */
async function look(platform: Platform, dataDir: string) {
  const collections = await collectionsOf(platform);
  const topics = topicsOf(dataDir, platform.prefix);
  const logs = logBytes(join(dataDir, 'logs'));
  return { collections, topics, logs, clocks: readClocks(platform.pids()), ms: nowMs() };
}
type Look = Awaited<ReturnType<typeof look>>;

async function measure(): Promise<void> {
  const loadBefore = loadavg()[0]!;
  mkdirSync(join(root, '.cups'), { recursive: true });
  const dataDir = mkdtempSync(join(root, '.cups', 'life-'));
  const platform = await startPlatform({
    port: 0,
    dataDir,
    prefix: `life${randomBytes(3).toString('hex')}-`,
    onProgress: say,
    env: {
      // A generator keeps the cookie of its sign-in for as long as it runs.
      SESSION_IDLE_MINUTES: '480',
      CUPS_DATA: dataWithoutLimits(dataDir),
      LOG_LEVEL: 'info',
      RATE_LIMIT_ADDRESS_PER_MINUTE: '10000000',
      RATE_LIMIT_SESSION_PER_MINUTE: '10000000',
      MAX_IN_FLIGHT_PER_ADDRESS: '512',
    },
  });
  try {
    say('warming up …');
    await play(platform, WARM_UP);
    await pause(5_000);
    const idle = await measureIdle(platform, IDLE_SECONDS);
    const before = await look(platform, dataDir);
    say(`${applications} applications …`);
    const day = await play(platform, applications);
    const loaded = memoryOf(platform);
    // What the day did not wait for: events that are counted, outboxes that are emptied.
    await pause(5_000);
    const after = await look(platform, dataDir);
    const report = reportOf({ day, idle, loaded, before, after, loadBefore });
    writeFileSync(join(root, FILE), `${JSON.stringify(report, undefined, 2)}\n`);
    say(`written to ${FILE}`);
  } finally {
    await platform.stop();
    rmSync(dataDir, { recursive: true, force: true });
    say(`${relative(root, dataDir)} is gone again`);
  }
}

/** @throws Error when the books of the day do not balance: what went wrong has no price */
async function play({ url }: Platform, count: number): Promise<DayResult> {
  const day = await playDay({ url, applications: count, parallel: PARALLEL });
  if (day.lost + day.doubled + day.errors.length > 0) throw new Error(`Not a good day: ${day.errors.join('; ')}`);
  return day;
}

/** Proportional set size of every process, in MiB. */
function memoryOf(platform: Platform): Record<string, number> {
  return Object.fromEntries(Object.entries(platform.pids()).map(([name, pid]) => [name, round(pssMiB(pid), 1)]));
}

interface Measured {
  day: DayResult;
  idle: Idle;
  loaded: Record<string, number>;
  before: Look;
  after: Look;
  loadBefore: number;
}

/** Of `day.applications`, what each has cost; what the platform takes anyway is not counted. */
function reportOf({ day, idle, loaded, before, after, loadBefore }: Measured) {
  const count = day.applications;
  const { others, ...spent } = used(before.clocks, after.clocks);
  const elapsed = after.ms - before.ms;
  const cpu = Object.entries(spent).map(([name, ms]) => {
    const anyway = ((idle.cpuBy[name] ?? 0) / 100) * elapsed;
    return [name, round((ms - anyway) / count)] as const;
  });
  const grown = (a: Counts, b: Counts) => perApplication(a, b, count);
  return {
    command: `node bench/life.ts --applications ${applications}`,
    applications: count,
    withdrawn: day.byState['withdrawn'] ?? 0,
    notices: day.notices,
    seconds: day.seconds,
    cpuMs: Object.fromEntries(cpu),
    idlePercent: idle.cpuBy,
    /** Of one core, of what was not ours while the day was played. */
    othersPercent: round((others! * 100) / elapsed, 1),
    memoryMiB: { idle: Object.assign({}, idle.memory, idle.jvms), loaded },
    collections: grown(before.collections, after.collections),
    topics: grown(before.topics, after.topics),
    logBytes: grown(before.logs, after.logs),
    indexes: Object.fromEntries(Object.entries(after.collections).map(([name, { indexes }]) => [name, indexes])),
    /** Documents and bytes of all centres of the repository, whatever is filed. */
    centres: after.collections['identity.centres'],
    ...surroundings(loadBefore),
  };
}
