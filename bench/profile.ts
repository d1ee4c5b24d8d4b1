import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runSide } from './compare/side.ts';
import { withLoad } from './compare/turn.ts';
import { foldStacks } from './fold-profile.ts';
import type { CpuProfile, Period } from './fold-profile.ts';
import { diffClocks, nowMs, readClocks } from './processes.ts';
import { dividePerPair } from './load-runs.ts';
import type { LoadRunner } from './load-runs.ts';

/** Profiles all services of a platform under load. */

const HELP = `node bench/profile.ts [checkout] [--in-flight 64] [--pairs 1000]

Starts the platform of a checkout, by default this one, on an empty folder, and creates and submits applications. Profiles the
CPU of each service. For each it writes to .cups/profiles the profile of its whole life, for Chromium's developer tools, and
the stacks of the second half of the pairs, when the code is warm, for flame graphs.

  --in-flight <n>  pairs (create + submit of an application) in flight
  --pairs <n>      pairs in each half

docs/reports/benchmarks.md has the command that draws a flame graph.`;

/** Node's own interval is 1 ms. */
const SAMPLE_INTERVAL_US = 500;
const ROUND_SECONDS = 5;

const root = join(import.meta.dirname, '..');
const folder = join(root, '.cups/profiles');
const {
  values: args,
  positionals: [checkout = root],
} = parseArgs({
  options: {
    'in-flight': { type: 'string', default: '64' },
    pairs: { type: 'string', default: '1000' },
    help: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
const log = (line: string) => process.stdout.write(`${line}\n`);

if (args.help) {
  log(HELP);
} else {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  await profile(resolve(checkout), { inFlight: Number(args['in-flight']), pairs: Number(args.pairs) }, stop.signal);
}

interface Load {
  inFlight: number;
  pairs: number;
}

/** The second half of the load. */
interface MeasuredLoad {
  period: Period;
  cpuMsPerPair: Record<string, number>;
}

async function profile(of: string, load: Load, signal: AbortSignal): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const flags = `--cpu-prof --cpu-prof-interval=${SAMPLE_INTERVAL_US} --cpu-prof-dir=${folder}`;
  const { pids, ...measured } = await runSide(
    of,
    { open: false, fromSources: true, env: { NODE_OPTIONS: flags }, signal, onProgress: log },
    async (side, prefix) => {
      const result = await withLoad(side, { prefix, signal }, (work) => runLoad(work, load));
      return { ...result, pids: side.pids };
    },
  );
  // Processes write their profiles when they end.
  for (const [service, pid] of Object.entries(pids)) writeStacks(service, pid, of, measured);
  for (const job of readdirSync(folder).filter((name) => name.startsWith('CPU.'))) rmSync(join(folder, job));
}

async function runLoad(work: LoadRunner, { inFlight, pairs }: Load): Promise<MeasuredLoad> {
  const runUntil = async (count: number): Promise<void> => {
    while (work.accepted.size < count) {
      const round = await work.closed(inFlight, ROUND_SECONDS);
      if (round.pairs === 0) throw new Error(`The platform accepts no application: ${work.firstRefusal}`);
      log(`  ${round.pairsPerSecond} pairs/s`);
    }
  };
  await runUntil(pairs);
  const before = { ms: nowMs(), pairs: work.accepted.size, clocks: readClocks(work.pids()) };
  await runUntil(before.pairs + pairs);
  const cpu = diffClocks(before.clocks, readClocks(work.pids()));
  return {
    period: { fromMs: before.ms, toMs: nowMs() },
    cpuMsPerPair: dividePerPair(cpu, work.accepted.size - before.pairs),
  };
}

/** Keeps the profile of a process under the name of its service, and folds it. */
function writeStacks(service: string, pid: number, of: string, { period, cpuMsPerPair }: MeasuredLoad): void {
  // The main thread has number 0.
  const written = readdirSync(folder).find((name) => name.includes(`.${pid}.0.`));
  if (written === undefined) return;
  const kept = join(folder, `${service}.cpuprofile`);
  renameSync(join(folder, written), kept);
  const stacks = foldStacks(JSON.parse(readFileSync(kept, 'utf8')) as CpuProfile, period, of);
  const file = join(folder, `${service}.folded`);
  writeFileSync(file, [...stacks].map(([stack, microseconds]) => `${stack} ${microseconds}\n`).join(''));
  log(`${relative(root, file)}: ${cpuMsPerPair[service]} CPU-ms a pair`);
}
