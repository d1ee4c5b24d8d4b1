import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runFleet } from './fleet.ts';
import { startFleetPlatform } from './platform.ts';
import { formatReport, toMarkdown } from './report.ts';
import type { FleetReport } from './fleet.ts';

/** `cups fleet`, which checks the options: starts a platform, runs the fleet, prints the report. */

const { values } = parseArgs({
  options: {
    desks: { type: 'string', default: '3' },
    acts: { type: 'string', default: '500' },
    hours: { type: 'string', default: '24' },
    seconds: { type: 'string', default: '30' },
    settle: { type: 'string', default: '120' },
    seed: { type: 'string', default: Math.random().toString(36).slice(2, 8) },
    report: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

const started = performance.now();
const progress = (line: string): void => {
  if (!values.json) console.log(`${((performance.now() - started) / 1000).toFixed(1).padStart(7)} s  ${line}`);
};
const aborted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => aborted.abort());
process.on('disconnect', () => aborted.abort());
// The run has a platform of its own.
for (const name of ['MONGODB_URI', 'KAFKA_BROKERS', 'CUPS_PREFIX']) delete process.env[name];

async function run(): Promise<number> {
  const { signal } = aborted;
  const { seed } = values;
  progress(`seed ${seed}`);
  const { platform, close } = await startFleetPlatform({ signal, onProgress: progress });
  try {
    const report = await runFleet(platform, {
      seed,
      desks: Number(values.desks),
      acts: Number(values.acts),
      hours: Number(values.hours),
      seconds: Number(values.seconds),
      settleSeconds: Number(values.settle),
      signal,
      onProgress: progress,
    });
    console.log(values.json ? JSON.stringify(report) : formatReport(report));
    if (values.report !== undefined) writeReport(values.report, report);
    return report.violations.length > 0 ? 1 : 0;
  } finally {
    await close();
  }
}

function writeReport(file: string, report: FleetReport): void {
  const { desks, acts, hours, seconds, settle } = values;
  const options = Object.entries({ desks, acts, hours, seconds, settle, seed: report.seed });
  const command = `npm run cups -- fleet ${options.map(([name, value]) => `--${name} ${value}`).join(' ')}`;
  const text = file.endsWith('.md')
    ? toMarkdown(report, command, new Date().toISOString().slice(0, 10))
    : `${JSON.stringify(report, null, 2)}\n`;
  writeFileSync(file, text);
}

process.exitCode = await run().catch((error: unknown) => {
  console.error(aborted.signal.aborted ? 'stopped' : (error as Error).message);
  return 1;
});
process.exit();
