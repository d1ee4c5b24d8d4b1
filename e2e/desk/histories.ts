import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { eventually } from '@cups/testing';
import type { Desk } from '@cups/tools/desk';
import { formatTable } from '@cups/tools/format-table';
import { sendReplies } from './agency.ts';
import { fileApplication, openDeskFor } from './filings.ts';
import { startTestPlatform } from './test-platform.ts';

/** Measures the requests of an application's screens with short and with long histories. */

const HELP = `node e2e/desk/histories.ts [--acts 10,1000,5000] [--runs 200]

Starts a platform on an empty folder, and files one application for each number of acts. Its agency reports progress until
the history has as many. Then it asks for the screens of all applications in turn, --runs times, so that other load affects
all alike:
  application     details with the newest 150 steps
  earlier steps   one page of 50 archived steps
  access log      a page of 200 entries
  journal         a page of 200 entries with their proofs
and prints times and ratios to the first application. 5,000 acts take a minute or two.`;

const { values: args } = parseArgs({
  options: {
    acts: { type: 'string', default: '10,1000,5000' },
    runs: { type: 'string', default: '200' },
    help: { type: 'boolean', default: false },
  },
});
const sizes = args.acts.split(',').map(Number);
const runs = Number(args.runs);
const OPERATOR = 'cu-001-specialist';
/** Replies in one request to Kafka. */
const BATCH = 500;
/** Acts arrive in the history within this time. */
const HISTORY_TIMEOUT_MS = 5 * 60_000;
const log = (line: string) => void process.stdout.write(`${line}\n`);

if (args.help) log(HELP);
else if (![runs, ...sizes].every((one) => Number.isInteger(one) && one > 0)) {
  process.stderr.write('--acts, --runs: numbers from 1\n');
  process.exitCode = 2;
} else await main();

async function main(): Promise<void> {
  const loadBefore = loadavg()[0]!;
  const testPlatform = await startTestPlatform({ LOG_LEVEL: 'warn' });
  try {
    const desk = await openDeskFor(OPERATOR);
    const ids: string[] = [];
    for (const count of sizes) {
      ids.push(await fileWithActs(desk, count));
      log(`${count} acts on one application`);
    }
    const results = await measure(desk, ids);
    print(results, { loadBefore, loadAfter: loadavg()[0]! });
  } finally {
    await testPlatform.close();
  }
}

/** Files an application, and waits until its history has as many acts. Filing is the first. @returns its ID */
async function fileWithActs(desk: Desk, count: number): Promise<string> {
  const application = await fileApplication({ operator: OPERATOR, ending: 'ZN' });
  for (let sent = 1; sent < count; sent += BATCH) {
    const notes = Array.from({ length: Math.min(BATCH, count - sent) }, (_, n) => ({ note: `Etapa ${sent + n}.` }));
    await sendReplies(application, 'progressed', notes);
  }
  const hasAll = async () => {
    const { body } = await desk.call<HistorySize>('GET', `/applications/${application.id}/details`);
    return body.olderActions + body.history.length >= count || undefined;
  };
  await eventually(hasAll, { timeoutMs: HISTORY_TIMEOUT_MS, everyMs: 1_000 });
  return application.id;
}

interface HistorySize {
  olderActions: number;
  history: object[];
}

type ScreenName = 'application' | 'earlier steps' | 'access log' | 'journal';

interface Measurement {
  /** Ms, one of each run. */
  times: number[];
  bytes: number;
}

/** Returns the measurements of each screen, in the order of the applications. */
async function measure(desk: Desk, applications: readonly string[]): Promise<Map<ScreenName, Measurement[]>> {
  const results = new Map<ScreenName, Measurement[]>();
  const older = await Promise.all(
    applications.map(async (id) => {
      const { body } = await desk.call<{ olderActions: number }>('GET', `/applications/${id}/details`);
      return body.olderActions;
    }),
  );
  const paths: Record<ScreenName, (id: string, at: number) => string | undefined> = {
    application: (id) => `/applications/${id}/details`,
    'earlier steps': (id, at) =>
      older[at]! > 0 ? `/applications/${id}/history?before=${older[at]}&pageSize=50` : undefined,
    'access log': (id) => `/applications/${id}/access-log?pageSize=200`,
    journal: (id) => `/applications/${id}/journal?pageSize=200`,
  };
  for (const name of Object.keys(paths) as ScreenName[]) {
    const found = applications.map((): Measurement => ({ times: [], bytes: 0 }));
    // The first run is not counted.
    for (let run = 0; run <= runs; run += 1) {
      for (const [at, id] of applications.entries()) {
        const path = paths[name](id, at);
        if (path === undefined) continue;
        const { body, ms } = await desk.call('GET', path);
        if (run > 0) found[at]!.times.push(ms);
        found[at]!.bytes = Buffer.byteLength(JSON.stringify(body));
      }
    }
    results.set(name, found);
  }
  return results;
}

/** Nearest rank. */
function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

const round = (value: number): number => Math.round(value * 100) / 100;

function print(results: Map<ScreenName, Measurement[]>, load: { loadBefore: number; loadAfter: number }): void {
  const rows = [...results].flatMap(([name, measurements]) => {
    const first = measurements.find(({ times }) => times.length > 0);
    return measurements.flatMap(({ times, bytes }, at) => {
      if (!first || times.length === 0) return [];
      const [p50, p95] = [percentile(times, 0.5), percentile(times, 0.95)];
      const ratios = [p50 / percentile(first.times, 0.5), p95 / percentile(first.times, 0.95)].map(round);
      return [[name, sizes[at]!, round(p50), round(p95), ...ratios, bytes]];
    });
  });
  log(`\n${runs} runs; load of the machine before ${round(load.loadBefore)}, after ${round(load.loadAfter)}\n`);
  log(formatTable(['request', 'acts', 'p50 ms', 'p95 ms', 'ratio p50', 'ratio p95', 'bytes'], rows));
}
