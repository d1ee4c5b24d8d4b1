import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContent, fileableAt, listActiveCentres, simulatedServices } from '@cups/tools/filings';
import type { Centre } from '@cups/tools/filings';
import { signIn } from '@cups/tools/upload-client';
import { createApplicants } from './applicants.ts';
import type { Job } from './applicants.ts';

/** Applications and desks of the benchmark. */

/** JSON bytes of an application as the desk sends it. */
export const BODY_BYTES = 3 * 1024;

const root = join(import.meta.dirname, '..');

/** Settings of a platform whose desks are all played by one machine, and whose agencies are silent. */
export const LOAD_SETTINGS = {
  // A desk of the generator can be idle for long while others are measured.
  SESSION_IDLE_MINUTES: '480',
  SIMULATOR_BEHAVIOUR: '{"only":"silent"}',
  LOG_LEVEL: 'info',
  RATE_LIMIT_ADDRESS_PER_MINUTE: '10000000',
  RATE_LIMIT_SESSION_PER_MINUTE: '10000000',
  MAX_IN_FLIGHT_PER_ADDRESS: '512',
};

/** Copies the registry of a checkout, by default this one, with higher limits of open applications. */
export function copyRegistryWithoutLimits(dataDir: string, checkout = root): string {
  const folder = join(dataDir, 'registries');
  cpSync(join(checkout, 'data'), folder, { recursive: true });
  for (const name of readdirSync(join(folder, 'centres')).filter((one) => one.endsWith('.yaml'))) {
    const file = join(folder, 'centres', name);
    writeFileSync(file, readFileSync(file, 'utf8').replace(/openApplications: \d+/, 'openApplications: 100000'));
  }
  return folder;
}

/** Signs in a specialist of every active centre, or of some, and grants the mandates of its people. */
export async function signInJobs(url: string, isWanted: (centre: Centre) => boolean = () => true): Promise<Job[]> {
  const services = await simulatedServices(url);
  const jobs: Job[] = [];
  for (const centre of (await listActiveCentres(url)).filter(isWanted)) {
    const operator = `${centre.code.toLowerCase()}-specialist`;
    const cookie = await signIn(url, operator);
    const offered = fileableAt(services, centre);
    const people = await createApplicants(url, cookie, centre, offered);
    const named = people.length > 0 ? { mandate: { kind: 'own-presence', name: '{mandate}' } } : {};
    for (const service of offered) {
      const content = createContent(jobs.length, centre, service);
      const applicant = { ...content.applicant, idnp: '{idnp}' };
      const body = { id: '{id}', publicService: service.code, ...content, applicant, ...named };
      jobs.push({ cookie, people, body: padBody(body) });
    }
  }
  if (jobs.length === 0) throw new Error('No centre may file anything.');
  // Consecutive jobs belong to different centres.
  return jobs.map((_, n) => jobs[(n * 101) % jobs.length]!);
}

/** Pads an application with notes and documents to the measured size. */
function padBody(body: Record<string, unknown>): string {
  const filler = 'Cererea se depune împreună cu actele menționate, verificate la ghișeu. ';
  const evidence = [...((body['evidence'] as object[] | undefined) ?? [])];
  const delivery = { ...(body['delivery'] as object), note: filler.repeat(6).slice(0, 400) };
  const text = () => JSON.stringify({ ...body, delivery, evidence });
  for (let n = 1; Buffer.byteLength(text()) < BODY_BYTES - 90; n += 1) {
    const room = BODY_BYTES - 85 - Buffer.byteLength(text());
    const number = `${n}/${filler}`.slice(0, Math.max(4, Math.min(70, room)));
    evidence.push({ kind: `supporting-paper-${n}`, number, issueDate: '2024-05-17', originalSeen: true });
  }
  return text();
}
