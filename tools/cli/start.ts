import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { identifyProcess, isStillRunning } from '@cups/local';
import type { ProcessIdentity } from '@cups/local';
import { startPlatform } from '../platform/platform.ts';
import { playDay } from '../day/play-day.ts';
import { seedQueue } from '../day/seed-queue.ts';
import { publicServices } from '../day/filings.ts';
import { startTable, formatSummary } from '../day/live-table.ts';

/** `npm start`: runs the whole platform locally, and plays the sample day on an empty store. */

const HELP = `npm start [-- options]

Starts Kafka, the store and all services, prints \`serving http://…\`, plays the sample day when the store is empty, and
serves until Ctrl-C. Restarts a process that exits, at most 5 times in 10 minutes; then it stops everything (exit code 1).

  --port <n>       port of the gateway (default 8080)
  --data <folder>  data folder of Kafka and the store (default .cups/data)
  --empty          does not play the sample day
  --open           Kafka without TLS, users and ACLs, and calls between services without TLS; the data stays the same
  --help           prints this text

MONGODB_URI and KAFKA_BROKERS replace the embedded store and Kafka.
`;

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8080' },
    data: { type: 'string', default: '.cups/data' },
    empty: { type: 'boolean', default: false },
    open: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
/** The centre that README sends a newcomer to. */
const FIRST_CENTRE = 'CU-001';
const port = Number(values.port);
if (!Number.isInteger(port) || port < 0 || port > 65535) {
  console.error('--port must be a number from 0 (any free port) to 65535');
  process.exit(2);
}

const root = join(import.meta.dirname, '../..');
const running = join(root, '.cups', 'running.json');
const dataDir = resolve(root, values.data);
const started = performance.now();
const progress = (line: string) =>
  console.log(`  ${((performance.now() - started) / 1000).toFixed(1).padStart(5)} s  ${line}`);

let stopping: Promise<void> | undefined;
let platform: Awaited<ReturnType<typeof startPlatform>> | undefined;

async function stop(code: number, why: string): Promise<never> {
  if (!stopping) {
    console.log(`\n${why}`);
    stopping = platform?.stop() ?? Promise.resolve();
  }
  await stopping;
  if (readRunningPlatform()?.pid === process.pid) rmSync(running);
  process.exit(code);
}

/** Returns the recorded platform that `npm run demo` uses, running or not. */
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

const aborted = new AbortController();
const abort = (): void => {
  aborted.abort();
  // While parts are starting, startPlatform ends what it has started.
  if (platform) void stop(0, 'stopping …');
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, abort);
// `tools/run.mjs`, which forwards signals, was killed.
process.on('disconnect', abort);

try {
  platform = await startPlatform({
    port,
    dataDir,
    open: values.open,
    testIdp: true,
    restart: true,
    signal: aborted.signal,
    onProgress: progress,
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
        data: dataDir,
        services: platform.addresses(),
        open: values.open,
      }),
    );
  }
  console.log(`serving ${platform.url}`);
  if (!values.empty && (await platform.isEmpty())) {
    console.log('\nThe store is empty: playing the sample day through the public API.\n');
    const table = startTable(process.stdout);
    const day = await playDay({ url: platform.url, onChange: table.show });
    table.end();
    console.log(formatSummary(day));
    if (day.lost + day.doubled + day.errors.length > 0) await stop(1, 'The sample day failed: stopping.');
    const left = await seedQueue(platform.url, FIRST_CENTRE, await publicServices(platform.url));
    console.log(`  ${left} further applications stay open at ${FIRST_CENTRE}\n`);
  }
  console.log(`The platform serves at ${platform.url} (data in ${values.data}, logs in ${platform.logs}).`);
  console.log(`Sign-in by SAML and OpenID Connect is at the test identity provider, ${platform.testIdp}.`);
  console.log('Play another day with npm run demo. Stop with Ctrl-C.');
} catch (error) {
  if (aborted.signal.aborted) await stop(0, 'stopped');
  await stop(1, error instanceof Error ? error.message : 'could not start');
}
