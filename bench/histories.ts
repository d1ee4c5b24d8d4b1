import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openDesk } from '@cups/tools/desk';
import type { Desk } from '@cups/tools/desk';
import { createContent, publicServices } from '@cups/tools/filings';
import type { Centre } from '@cups/tools/filings';
import { formatTable } from '@cups/tools/format-table';
import { grantMandate } from '@cups/tools/mandates';
import { startPlatform } from '@cups/tools/platform';
import { copyRegistryWithoutLimits, LOAD_SETTINGS } from './jobs.ts';
import { percentiles, round } from './processes.ts';

/** Measures the requests of an application's screens with short and with long histories. */

const HELP = `node bench/histories.ts [--acts 10,1000,5000] [--runs 200]

Starts a platform on an empty folder, files one application for each number of acts, and gives it as many over the API.
Then it asks for the screens of all applications in turn, --runs times, so that other load affects all alike:
  application     details with the newest 150 steps
  earlier steps   one page of 50 archived steps
  access list     the access log, and the journal with its proofs
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
const root = join(import.meta.dirname, '..');
/** Each application is of another person. */
let personCount = 0;
const log = (line: string) => void process.stdout.write(`${line}\n`);

if (args.help) log(HELP);
else if (![runs, ...sizes].every((one) => Number.isInteger(one) && one > 0)) {
  process.stderr.write('--acts, --runs: numbers from 1\n');
  process.exitCode = 2;
} else await main();

async function main(): Promise<void> {
  const loadBefore = loadavg()[0]!;
  mkdirSync(join(root, '.cups'), { recursive: true });
  const dataDir = mkdtempSync(join(root, '.cups', 'histories-'));
  const platform = await startPlatform({
    port: 0,
    dataDir,
    prefix: `hist${randomBytes(3).toString('hex')}-`,
    onProgress: log,
    env: { ...LOAD_SETTINGS, REGISTRY_DIR: copyRegistryWithoutLimits(dataDir), LOG_LEVEL: 'warn' },
  });
  try {
    const desk = await openDesk(platform.url, 'cu-001-specialist');
    const colleague = await openDesk(platform.url, 'cu-001-manager');
    const ids: string[] = [];
    for (const count of sizes) {
      const id = await fileOne(platform.url, desk);
      // Filing is the first act.
      for (let n = 1; n < count; n += 1)
        await (n % 2 === 0 ? desk : colleague).call('POST', `/applications/${id}/assign`, { body: {} });
      log(`${count} acts on one application`);
      ids.push(id);
    }
    const results = await measure(desk, ids);
    print(results, { loadBefore, loadAfter: loadavg()[0]! });
  } finally {
    await platform.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Files an application, and returns its ID. */
async function fileOne(url: string, desk: Desk): Promise<string> {
  const { body: centre } = await desk.call<Centre>('GET', '/centres/CU-001');
  const services = await publicServices(url);
  const service = services.find(({ code }) => code === 'civil-status-extract')!;
  const own = { mandate: { kind: 'own-presence' } };
  const content = { publicService: service.code, ...createContent((personCount += 1), centre, service), ...own };
  const mandate = await grantMandate(desk, content);
  const body = { ...content, mandate };
  const { body: draft } = await desk.call<{ id: string }>('POST', '/applications', { body });
  await desk.call('POST', `/applications/${draft.id}/submit`, { body: {} });
  return draft.id;
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

function print(results: Map<ScreenName, Measurement[]>, load: { loadBefore: number; loadAfter: number }): void {
  const rows = [...results].flatMap(([name, measurements]) => {
    const first = measurements.find(({ times }) => times.length > 0);
    return measurements.flatMap(({ times, bytes }, at) => {
      if (!first || times.length === 0) return [];
      const [{ p50, p95 }, base] = [percentiles(times), percentiles(first.times)];
      return [[name, sizes[at]!, round(p50), round(p95), round(p50 / base.p50), round(p95 / base.p95), bytes]];
    });
  });
  log(`\n${runs} runs; load of the machine before ${round(load.loadBefore)}, after ${round(load.loadAfter)}\n`);
  log(formatTable(['request', 'acts', 'p50 ms', 'p95 ms', 'ratio p50', 'ratio p95', 'bytes'], rows));
}
