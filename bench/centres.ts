import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { formatTable } from '@cups/tools/format-table';
import type { Cell } from '@cups/tools/format-table';
import { measureCentres } from './centres/measure.ts';
import type { CentresResult } from './centres/measure.ts';
import { MAX_CENTRES } from './centres/registry.ts';
import { readEnvironmentInfo } from './environment-info.ts';
import { round } from './processes.ts';

/** Measures what the number of centres costs: start, memory, idle CPU, a pair, and the screens of one and of all. */

const HELP = `node bench/centres.ts [--centres 26,86,900] [--seconds 20] [--runs 20]

Starts a platform on an empty folder with each number of active centres, one after the other, and measures
  start       until all services are ready, and of identity alone
  cups.centres  from its begin to the last centre, as a new agency reads it
  idle        CPU and memory of each process, when nothing is to be done
  pairs       (create + submit) at 16 in flight, spread over all centres
  screens     of one centre and of a supervisor of all, before and after the pairs

Each run replaces bench/results/centres.json.`;

const { values: args } = parseArgs({
  options: {
    centres: { type: 'string', default: '26,86,900' },
    seconds: { type: 'string', default: '20' },
    runs: { type: 'string', default: '20' },
    help: { type: 'boolean', default: false },
  },
});
const counts = args.centres.split(',').map(Number);
const [seconds, runs] = [Number(args.seconds), Number(args.runs)];
const log = (line: string) => void process.stdout.write(`${line}\n`);

if (args.help) log(HELP);
else if (
  !counts.every((one) => Number.isInteger(one) && one > 0 && one <= MAX_CENTRES) ||
  !(seconds >= 2 && runs >= 1)
) {
  process.stderr.write(`--centres: numbers from 1 to ${MAX_CENTRES}; --seconds: from 2; --runs: from 1\n`);
  process.exitCode = 2;
} else await main();

async function main(): Promise<void> {
  const loadBefore = loadavg()[0]!;
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const results: CentresResult[] = [];
  for (const centres of counts) {
    log(`── ${centres} centres`);
    results.push(await measureCentres({ centres, seconds, runs, log, signal: stop.signal }));
  }
  const command = `node bench/centres.ts --centres ${args.centres} --seconds ${seconds} --runs ${runs}`;
  const report = { command, results, ...readEnvironmentInfo(loadBefore) };
  const folder = join(import.meta.dirname, 'results');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'centres.json');
  writeFileSync(file, `${JSON.stringify(report, undefined, 2)}\n`);
  log(`\n${formatResults(results)}\n\nkept in ${relative(process.cwd(), file)}`);
  if (results.some(({ trouble }) => trouble.length > 0)) process.exitCode = 1;
}

/** A row for each figure, a column for each number of centres. */
function formatResults(results: CentresResult[]): string {
  const row = (name: string, valueOf: (result: CentresResult) => Cell): Cell[] => [name, ...results.map(valueOf)];
  const first = results[0]!;
  const sum = (values: Record<string, number>) =>
    round(
      Object.values(values).reduce((total, one) => total + one, 0),
      1,
    );
  const rows = [
    row('start, s', ({ startSeconds }) => startSeconds),
    row('start of identity, s', ({ identityStartSeconds }) => identityStartSeconds),
    row('cups.centres from its begin, ms', ({ catchUp }) => catchUp.ms),
    row('centres on cups.centres', ({ catchUp }) => catchUp.centres),
    ...Object.keys(first.idle.memory).map((name) => row(`${name}, MiB`, ({ idle }) => idle.memory[name]!)),
    row('Node services, MiB', ({ idle }) => idle.nodeMiB),
    row('store, MiB', ({ idle }) => idle.jvms.store),
    row('Kafka, MiB', ({ idle }) => idle.jvms.kafka),
    row('idle, % of a core', ({ idle }) => idle.cpuPercent),
    row('of it identity', ({ idle }) => idle.cpuBy['identity'] ?? 0),
    row('pairs/s at 16 in flight', ({ load }) => load.pairsPerSecond),
    row('CPU-ms a pair', ({ load }) => sum(load.cpuMsPerPair)),
    row('submit p99, ms', ({ load }) => load.submitMs.p99),
    row('sign-in at all centres, s', ({ load }) => load.signInSeconds),
    ...Object.keys(first.screens).flatMap((name) => [
      row(`${name}, p50 ms`, ({ screens }) => screens[name]!.p50),
      row(`${name} after the pairs, p50 ms`, ({ load }) => load.after[name]!.p50),
    ]),
    row('others, % of a core', ({ idle, load }) => Math.max(idle.othersPercent, load.othersPercent)),
  ];
  return formatTable(['centres', ...results.map(({ centres }) => String(centres))], rows);
}
