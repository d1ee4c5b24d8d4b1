import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { identifyProcess, isStillRunning } from '@cups/local';
import type { ProcessIdentity } from '@cups/local';
import { openElapsing } from '../../platform/elapse-term.ts';
import { startPlatform } from '../../platform/platform.ts';
import type { Platform } from '../../platform/platform.ts';
import { playDay } from '../../day/play-day.ts';
import { seedQueue } from '../../day/seed-queue.ts';
import { publicServices } from '../../day/filings.ts';
import { createProgress } from '../program.ts';
import { describeJournal } from '../../day/journal-state.ts';
import { startTable, formatSummary } from '../../day/live-table.ts';

export interface StartOptions {
  port: number;
  data: string;
  sampleData: boolean;
  insecure: boolean;
}

/** The centre that README sends a newcomer to. */
const FIRST_CENTRE = 'CU-001';
const root = join(import.meta.dirname, '../../..');
const running = join(root, '.cups', 'running.json');

let stopping: Promise<void> | undefined;
let platform: Platform | undefined;

async function stop(code: number, why: string): Promise<never> {
  if (!stopping) {
    console.log(`\n${why}`);
    stopping = platform?.stop() ?? Promise.resolve();
  }
  await stopping;
  if (readRunningPlatform()?.pid === process.pid) rmSync(running);
  process.exit(code);
}

/** Returns the recorded platform that `cups demo` uses, running or not. */
function readRunningPlatform(): ({ pid: number } & Partial<ProcessIdentity>) | undefined {
  try {
    return JSON.parse(readFileSync(running, 'utf8')) as { pid: number };
  } catch {
    return undefined;
  }
}

/** Whether another platform still runs: after a power cut its process ID may belong to any process. */
function isAnotherRunning(): boolean {
  const { pid, boot, started } = readRunningPlatform() ?? {};
  return pid !== undefined && boot !== undefined && started !== undefined && isStillRunning({ pid, boot, started });
}

/** Returns the URL of the simulator of MPower, which runs beside the test identity provider. */
const mpowerOf = ({ testIdp }: Pick<Platform, 'testIdp'>): string | undefined => testIdp && `${testIdp}/mpower`;

const aborted = new AbortController();
const abort = (): void => {
  aborted.abort();
  // While parts are starting, startPlatform ends what it has started.
  if (platform) void stop(0, 'stopping …');
};
/** Runs the whole platform until a signal, and plays the sample day on an empty store. It ends the process. */
export async function start({ port, data, sampleData, insecure }: StartOptions): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, abort);
  // `tools/run.mjs`, which forwards signals, was killed.
  process.on('disconnect', abort);

  try {
    platform = await startPlatform({
      port,
      dataDir: resolve(root, data),
      open: insecure,
      testIdp: true,
      restart: true,
      signal: aborted.signal,
      onProgress: createProgress(),
      onExit: (name) => void stop(1, `${name} does not stay alive: see ${platform?.logs ?? 'its log'}`),
    });
    if (!isAnotherRunning()) {
      mkdirSync(join(root, '.cups'), { recursive: true });
      writeFileSync(
        running,
        JSON.stringify({
          url: platform.url,
          pid: process.pid,
          ...identifyProcess(process.pid),
          data: resolve(root, data),
          services: platform.addresses(),
          mpower: mpowerOf(platform),
          open: insecure,
        }),
      );
    }
    console.log(`serving ${platform.url}`);
    if (sampleData && (await platform.isEmpty())) {
      console.log('\nThe store is empty: playing the sample day through the public API.\n');
      const table = startTable(process.stdout);
      const day = await playDay({
        url: platform.url,
        everyAgencyFetches: true,
        everyChannel: true,
        elapseTerm: openElapsing(platform),
        erasesOne: true,
        mpower: mpowerOf(platform),
        onChange: table.show,
      });
      table.end();
      console.log(formatSummary(day));
      console.log(await describeJournal(resolve(root, data)));
      if (day.lost + day.doubled + day.errors.length > 0) await stop(1, 'The sample day failed: stopping.');
      const left = await seedQueue(platform.url, FIRST_CENTRE, await publicServices(platform.url));
      console.log(`  ${left} further applications stay open at ${FIRST_CENTRE}\n`);
    }
    console.log(`The platform serves at ${platform.url} (data in ${data}, logs in ${platform.logs}).`);
    console.log(`Sign-in by SAML and OpenID Connect is at the test identity provider, ${platform.testIdp}.`);
    console.log('Play another day with npm run cups -- demo. Stop with Ctrl-C.');
  } catch (error) {
    if (aborted.signal.aborted) await stop(0, 'stopped');
    await stop(1, error instanceof Error ? error.message : 'could not start');
  }
}
