import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { prepareKafkaClassPath } from '@cups/local';
import { openDesk } from '@cups/tools/desk';
import type { Application, Desk } from '@cups/tools/desk';
import { createContent, publicServices } from '@cups/tools/filings';
import type { Centre } from '@cups/tools/filings';
import { withMandate } from '@cups/tools/mandates';
import { agenciesIn } from '@cups/tools/platform';
import { nowMs, round } from '../processes.ts';
import { startBenchPlatform } from './bench-platform.ts';
import type { BenchPlatform } from './bench-platform.ts';

/** Time from `npm run cups -- agency add` to the new agency's first decision. */

const CODE = 'fisc';
const SERVICE = 'no-debt-certificate';
const root = join(import.meta.dirname, '../..');

/** Uses the simulator, or the contract's Java example, as the new agency. */
export async function measureJoining({ onProgress }: { onProgress: (line: string) => void }) {
  const simulator = await measureJoin(onProgress, false);
  const java = await measureJoin(onProgress, true);
  return { simulator, java };
}

async function measureJoin(onProgress: (line: string) => void, byExample: boolean) {
  const simulated = byExample ? agenciesIn(join(root, 'data')) : [];
  const stage = await startBenchPlatform({ onProgress: () => {}, behaviour: 'quick', simulated });
  let example: ChildProcess | undefined;
  try {
    const desk = await openDesk(stage.platform.url, 'cu-001-specialist');
    const began = nowMs();
    const since = () => round((nowMs() - began) / 1_000, 1);
    await runAgencyCommand(
      stage,
      'add',
      CODE,
      '--ro',
      'Serviciul Fiscal',
      '--ru',
      'Налоговая служба',
      '--en',
      'Tax Service',
    );
    const addedSeconds = since();
    assignServiceAndCentre(stage.data);
    if (byExample) example = await startExample(stage);
    const filed = await retryForAMinute(() => submitApplication(stage, desk));
    const filedSeconds = since();
    await retryForAMinute(async () => {
      const { state } = (await desk.call<Application>('GET', `/applications/${filed}`)).body;
      return state === 'ready' || undefined;
    });
    const decidedSeconds = since();
    const who = byExample ? 'the example in Java' : 'the simulator';
    onProgress(
      `added after ${addedSeconds} s, filed after ${filedSeconds} s, decided by ${who} after ${decidedSeconds} s`,
    );
    return { addedSeconds, filedSeconds, decidedSeconds };
  } finally {
    example?.kill('SIGKILL');
    await stage.close();
  }
}

/** @returns its ID; undefined before the public service exists */
async function submitApplication({ platform }: BenchPlatform, desk: Desk): Promise<string | undefined> {
  const centre = (await desk.call<Centre>('GET', '/centres/CU-001')).body;
  const service = (await publicServices(platform.url)).find(({ code }) => code === SERVICE);
  if (!service) return undefined;
  const body = await withMandate(desk, { publicService: SERVICE, ...createContent(1, centre, service) });
  const { id } = (await desk.call<Application>('POST', '/applications', { body })).body;
  await desk.call('POST', `/applications/${id}/submit`, { body: {} });
  return id;
}

/** Starts it with the client configuration and password of `npm run cups -- agency`. */
async function startExample(stage: BenchPlatform): Promise<ChildProcess> {
  const folder = dirname(stage.data);
  const { prefix } = stage.platform;
  const output = await runAgencyCommand(stage, 'show', CODE, '--client', 'java');
  const password = readFileSync(join(folder, 'users', `${prefix}agency.${CODE}`), 'utf8').trim();
  const properties = output
    .slice(output.indexOf('--- java\n') + '--- java\n'.length)
    .replace('<password>', password)
    .replace('=ca.crt', `=${join(folder, 'tls', 'ca.crt')}`);
  const file = join(folder, `${CODE}.properties`);
  writeFileSync(file, properties, { mode: 0o600 });
  const more = { CUPS_AGENCY: CODE, CUPS_PREFIX: prefix, KAFKA_PROPERTIES: file };
  const env = Object.assign({}, process.env, more, { AGENCY_JOURNAL: join(folder, 'agency.journal') });
  const source = join(root, 'libs/agency-contract/examples/java/Agency.java');
  return spawn('java', ['-cp', await prepareKafkaClassPath(), source], { env, stdio: ['ignore', 'ignore', 'ignore'] });
}

/** Runs the command as a user would. @returns its output */
function runAgencyCommand({ data }: BenchPlatform, ...words: string[]): Promise<string> {
  const places = ['--data', data, '--platform', dirname(data)];
  const command = [
    '--disable-warning=ExperimentalWarning',
    join(root, 'tools/cli/cups.ts'),
    'agency',
    ...words,
    ...places,
  ];
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (part) => (output += part));
  return new Promise((resolve, reject) =>
    child.once('close', (code) =>
      code === 0 ? resolve(output) : reject(new Error(`npm run cups -- agency ended with ${code}`)),
    ),
  );
}

/** Assigns a public service and a centre to it, by their files. */
function assignServiceAndCentre(data: string): void {
  const change = (from: string, to: string, made: (text: string) => string) =>
    writeFileSync(join(data, to), made(readFileSync(join(data, from), 'utf8')));
  change('public-services/pension-reexamination.yaml', `public-services/${SERVICE}.yaml`, (text) =>
    text.replace('code: pension-reexamination', `code: ${SERVICE}`).replaceAll('provider: cnas', `provider: ${CODE}`),
  );
  change('centres/CU-001.yaml', 'centres/CU-001.yaml', (text) => text.replace('mai]', `mai, ${CODE}]`));
}

/** @throws Error after a minute */
async function retryForAMinute<T>(attempt: () => Promise<T | undefined>): Promise<T> {
  for (const end = nowMs() + 60_000; nowMs() < end; await pause(100)) {
    const found = await attempt().catch(() => undefined);
    if (found !== undefined) return found;
  }
  throw new Error('Nothing came of it within a minute.');
}
