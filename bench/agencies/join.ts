import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openDesk } from '@cups/tools/desk';
import type { Application } from '@cups/tools/desk';
import { contentFor, publicServices } from '@cups/tools/filings';
import type { Centre } from '@cups/tools/filings';
import { nowMs, round } from '../processes.ts';
import { openStage } from './stage.ts';
import type { Stage } from './stage.ts';

/** How long it takes from `npm run agency -- add` to the first application that the new agency has decided. */

const CODE = 'fisc';
const SERVICE = 'no-debt-certificate';
const root = join(import.meta.dirname, '../..');

export async function measureJoining({ say }: { say: (line: string) => void }) {
  const stage = await openStage({ say, behaviour: 'quick' });
  try {
    const desk = await openDesk(stage.platform.url, 'cu-001-specialist');
    const began = nowMs();
    const since = () => round((nowMs() - began) / 1_000, 1);
    await add(stage);
    const added = since();
    giveWork(stage.data);
    const centre = (await desk.call<Centre>('GET', '/centres/CU-001')).body;
    const filed = await untilFiled(async () => {
      const service = (await publicServices(stage.platform.url)).find(({ code }) => code === SERVICE);
      if (!service) return undefined;
      const body = Object.assign({ publicService: SERVICE }, contentFor(1, centre, service));
      const { id } = (await desk.call<Application>('POST', '/applications', { body })).body;
      await desk.call('POST', `/applications/${id}/submit`, { body: {} });
      return id;
    });
    const filedSeconds = since();
    await untilFiled(async () => {
      const { state } = (await desk.call<Application>('GET', `/applications/${filed}`)).body;
      return state === 'ready' || undefined;
    });
    const figures = { addedSeconds: added, filedSeconds, decidedSeconds: since() };
    say(
      `added after ${added} s, first application filed after ${filedSeconds} s, decided after ${figures.decidedSeconds} s`,
    );
    return figures;
  } finally {
    await stage.close();
  }
}

/** As a person does. */
function add({ data }: Stage): Promise<void> {
  const words = ['add', CODE, '--ro', 'Serviciul Fiscal', '--ru', 'Налоговая служба', '--en', 'Tax Service'];
  const places = ['--data', data, '--platform', dirname(data)];
  const command = ['--disable-warning=ExperimentalWarning', join(root, 'tools/agency.ts'), ...words, ...places];
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'ignore', 'inherit'] });
  return new Promise((resolve, reject) =>
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`npm run agency ended with ${code}`)))),
  );
}

/** A public service that it decides, and a centre that works for it: files that others write. */
function giveWork(data: string): void {
  const change = (from: string, to: string, made: (text: string) => string) =>
    writeFileSync(join(data, to), made(readFileSync(join(data, from), 'utf8')));
  change('public-services/pension-reexamination.yaml', `public-services/${SERVICE}.yaml`, (text) =>
    text.replace('code: pension-reexamination', `code: ${SERVICE}`).replaceAll('provider: cnas', `provider: ${CODE}`),
  );
  change('centres/CU-001.yaml', 'centres/CU-001.yaml', (text) => text.replace('mai]', `mai, ${CODE}]`));
}

/** @throws Error after a minute */
async function untilFiled<T>(attempt: () => Promise<T | undefined>): Promise<T> {
  for (const end = nowMs() + 60_000; nowMs() < end; await pause(100)) {
    const found = await attempt().catch(() => undefined);
    if (found !== undefined) return found;
  }
  throw new Error('Nothing came of it within a minute.');
}
