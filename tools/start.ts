import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { identifyProcess, isStillRunning } from '@cups/local';
import type { ProcessIdentity } from '@cups/local';
import { startPlatform } from './platform.ts';
import { playDay } from './day.ts';
import { seedQueue } from './day/seed-queue.ts';
import { publicServices } from './filings.ts';
import { startTable, formatSummary } from './table.ts';

/** `npm start`: the whole platform on this machine, and the sample day on an empty store. */

const HELP = `npm start [-- options]

Starts Kafka, the store and all services, prints \`serving http://…\`, plays the sample day when the store is empty, and
serves until Ctrl-C. What ends by itself is started again, 5 times within 10 minutes at most; then all is stopped (code 1).

  --port <n>       port of the gateway (default 8080)
  --data <folder>  where Kafka and the store keep their data (default .cups/data)
  --empty          do not play the sample day
  --open           Kafka without TLS, users and rights, and calls between services without TLS; what is held stays the same
  --help           this text

MONGODB_URI and KAFKA_BROKERS name real ones instead of the embedded store and Kafka.
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
/** Where README sends a newcomer. */
const FIRST_CENTRE = 'CU-001';
const port = Number(values.port);
if (!Number.isInteger(port) || port < 0 || port > 65535) {
  console.error('--port: a number from 0 (any free port) to 65535');
  process.exit(2);
}

const root = join(import.meta.dirname, '..');
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

/** What is written of the platform that `npm run demo` finds, whether it still runs or not. */
function readRunningPlatform(): ({ pid: number } & Partial<ProcessIdentity>) | undefined {
  try {
    return JSON.parse(readFileSync(running, 'utf8')) as { pid: number };
  } catch {
    return undefined;
  }
}

/** Whether that is another one that still runs: after a power cut its number may be that of any process. */
function isAnotherRunning(): boolean {
  const { pid, boot, started } = readRunningPlatform() ?? {};
  return pid !== undefined && boot !== undefined && started !== undefined && isStillRunning({ pid, boot, started });
}

const aborted = new AbortController();
const abort = (): void => {
  aborted.abort();
  // While parts are still starting, startPlatform itself ends what it has started.
  if (platform) void stop(0, 'stopping …');
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, abort);
// `tools/run.mjs`, which passes signals on, was killed.
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
    if (day.lost + day.doubled + day.errors.length > 0) await stop(1, 'The sample day is not right: stopping.');
    const left = await seedQueue(platform.url, FIRST_CENTRE, await publicServices(platform.url));
    console.log(`  ${left} further applications stay open at ${FIRST_CENTRE}, for whoever signs in there first\n`);
  }
  console.log(`The platform serves at ${platform.url} (its data in ${values.data}, logs in ${platform.logs}).`);
  console.log(`People sign in by SAML and OpenID Connect at the test identity provider, ${platform.testIdp}.`);
  console.log('Another day: npm run demo. An end: Ctrl-C.');
} catch (error) {
  if (aborted.signal.aborted) await stop(0, 'stopped');
  await stop(1, error instanceof Error ? error.message : 'could not start');
}
