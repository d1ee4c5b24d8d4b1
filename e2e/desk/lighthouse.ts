import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signIn } from '@cups/tools/upload-client';
import { findExecutable } from './chromium.ts';
import { fileSample } from './sample.ts';
import { startTestPlatform } from './test-platform.ts';
import { platformUrl } from './test-env.ts';

/**
 * `npm run cups -- desk lighthouse`: Lighthouse scores of queue, application and tracking. Exits with 1 if accessibility or
 * best practices are below 100, or performance below 95.
 * Lighthouse runs by npx in a fixed version: as a dependency it would add 150 packages.
 */

const LIGHTHOUSE = 'lighthouse@13.5.0';
const MIN_SCORES = { accessibility: 1, 'best-practices': 1, performance: 0.95 } as const;
/** The median counts, because other processes share the machine. */
const RUNS = 3;

interface Target {
  name: string;
  path: string;
  /** Clerks use a PC, applicants a phone on a slow network. */
  form: 'desktop' | 'mobile';
  cookie?: string;
}

interface Report {
  categories: Record<keyof typeof MIN_SCORES, { score: number }>;
  audits: Record<string, { id: string; score: number | null; displayValue?: string; scoreDisplayMode: string }>;
}

async function runLighthouse({ path, form, cookie }: Target, folder: string): Promise<Report> {
  const reportFile = join(folder, 'report.json');
  const flags = [
    `--output-path=${reportFile}`,
    ...['--output=json', '--quiet', `--only-categories=${Object.keys(MIN_SCORES).join(',')}`],
    '--chrome-flags=--headless --no-sandbox --disable-gpu --disable-dev-shm-usage',
    ...(form === 'desktop' ? ['--preset=desktop'] : []),
    ...(cookie ? [`--extra-headers=${JSON.stringify({ Cookie: cookie })}`] : []),
  ];
  const child = spawn('npx', ['--yes', LIGHTHOUSE, `${platformUrl()}${path}`, ...flags], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, CHROME_PATH: findExecutable('newest') },
    cwd: folder,
  });
  const code = await new Promise((done) => child.once('exit', done));
  if (code !== 0) throw new Error(`lighthouse ended with ${String(code)}`);
  return JSON.parse(readFileSync(reportFile, 'utf8')) as Report;
}

/** Returns the report with the median performance. */
async function medianReport(target: Target, folder: string): Promise<Report> {
  const reports: Report[] = [];
  for (let run = 0; run < RUNS; run += 1) reports.push(await runLighthouse(target, folder));
  reports.sort((a, b) => a.categories.performance.score - b.categories.performance.score);
  return reports[Math.floor(RUNS / 2)]!;
}

function printReport({ name, form }: Target, { categories, audits }: Report): void {
  const names = Object.keys(MIN_SCORES) as (keyof typeof MIN_SCORES)[];
  const scores = names.map((category) => `${category} ${Math.round(categories[category].score * 100)}`);
  console.log(`${name} (${form}): ${scores.join(', ')}`);
  if (names.every((category) => categories[category].score >= MIN_SCORES[category])) return;
  process.exitCode = 1;
  const low = Object.values(audits).filter(({ score, scoreDisplayMode }) => {
    return score !== null && score < 0.9 && scoreDisplayMode !== 'informative';
  });
  for (const { id, displayValue = '' } of low) console.log(`  ${id} ${displayValue}`);
}

const folder = mkdtempSync(join(tmpdir(), 'cups-lighthouse-'));
const testPlatform = await startTestPlatform();
try {
  const { asked } = await fileSample();
  const cookie = await signIn(platformUrl(), 'cu-001-specialist');
  const targets: Target[] = [
    { name: 'queue', path: '/', form: 'desktop', cookie },
    { name: 'application', path: `/applications/${asked.id}`, form: 'desktop', cookie },
    { name: 'tracking', path: `/t#${asked.trackingNumber}`, form: 'mobile' },
  ];
  for (const target of targets) printReport(target, await medianReport(target, folder));
} finally {
  await testPlatform.close();
  rmSync(folder, { recursive: true, force: true });
}
