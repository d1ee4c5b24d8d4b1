import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { measureDrain } from './agencies/drain.ts';
import { measureFlood } from './agencies/flood.ts';
import { measureIdleAgencies } from './agencies/idle.ts';
import { measureJoining } from './agencies/join.ts';
import { measureRefusals } from './agencies/refusals.ts';
import { measureCalls, measureTls } from './agencies/tls.ts';
import { readEnvironmentInfo } from './environment-info.ts';

/** Cost and benefit of isolating agencies. */

const HELP = `node bench/agencies.ts [--only tls,calls,flood,refusals,drain,idle,join] [--seconds 10] [--rounds 5]

Starts platforms on empty folders and measures
  tls       pairs (create + submit) per second, with TLS ÷ without, alternating, medians
  calls     the same with and without mutual TLS between services only
  flood     latency of other agencies (p99, medians) while one floods its replies, with and without a quota
  refusals  garbage messages per second that the bridge refuses ÷ a consumer that only counts
  drain     how quickly the backlog drains after all agencies were down for ten minutes at 5 applications per second
  idle      CPU and memory of an idle platform with 4, 20 and 100 agencies
  join      from \`npm run cups -- agency add\` to the first application decided by the new agency

  --only <names>   some of them
  --seconds <n>    length of each part
  --rounds <n>     of tls, calls, flood and refusals
  --help           prints this text

Each run replaces the last one of its parts in bench/results. \`othersPercent\` is the share of one core that other processes used meanwhile.`;

const JOBS = {
  tls: measureTls,
  calls: measureCalls,
  flood: measureFlood,
  refusals: measureRefusals,
  drain: measureDrain,
  idle: measureIdleAgencies,
  join: measureJoining,
} as const;

const root = join(import.meta.dirname, '..');
const { values: args } = parseArgs({
  options: {
    only: { type: 'string', default: Object.keys(JOBS).join() },
    seconds: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '5' },
    help: { type: 'boolean', default: false },
  },
});
const names = args.only.split(',');
const [seconds, rounds] = [Number(args.seconds), Number(args.rounds)];
const log = (line: string) => process.stdout.write(`${line}\n`);

if (args.help) log(HELP);
else if (names.some((name) => !(name in JOBS)) || !(seconds >= 2) || !(Number.isInteger(rounds) && rounds > 0)) {
  process.stderr.write('--only: names of parts; --seconds: from 2; --rounds: from 1\n');
  process.exitCode = 2;
} else await measure();

async function measure(): Promise<void> {
  const loadBefore = loadavg()[0]!;
  const figures: Record<string, unknown> = {};
  for (const name of names) {
    log(`── ${name}`);
    figures[name] = await JOBS[name as keyof typeof JOBS]({ seconds, rounds, onProgress: log });
  }
  const command = `node bench/agencies.ts --only ${args.only} --seconds ${seconds} --rounds ${rounds}`;
  const report = Object.assign({ command }, figures, readEnvironmentInfo(loadBefore), { loadAfter: loadavg()[0] });
  const folder = join(import.meta.dirname, 'results');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${['agencies', ...names].join('-')}.json`);
  writeFileSync(file, `${JSON.stringify(report, undefined, 2)}\n`);
  log(`kept in ${relative(root, file)}`);
}
