import { openDesk } from './desk.ts';
import { applicationId, createContent } from './filings.ts';
import type { Centre, PublicService } from './filings.ts';
import { withMandate } from './mandates.ts';

/** Seeds one desk's queue, so that its first user has something to do. */

interface SeedApplication {
  publicService: string;
  /** Ending of the ID, which controls the simulated agency; undefined for a draft. */
  ending?: string;
}

/** Results and a rejection to hand over, a document request, two silent agencies, and two drafts. */
const SEED_APPLICATIONS: readonly SeedApplication[] = [
  { publicService: 'civil-status-extract', ending: 'ZQ' },
  { publicService: 'criminal-record', ending: 'ZQ' },
  { publicService: 'pension-reexamination', ending: 'ZR' },
  { publicService: 'population-register-extract', ending: 'ZD' },
  { publicService: 'old-age-pension', ending: 'ZN' },
  { publicService: 'birth-allowance', ending: 'ZN' },
  { publicService: 'property-list' },
  { publicService: 'contravention-record' },
];

/** Applicants of a day are numbered from 0; these must differ. */
const FIRST_PERSON = 90_000;

/**
 * Submits the applications at a centre without waiting for agencies.
 * @param code code of the centre, such as CU-001
 * @returns their number
 */
export async function seedQueue(url: string, code: string, services: readonly PublicService[]): Promise<number> {
  const desk = await openDesk(url, `${code.toLowerCase()}-specialist`);
  const { body: centre } = await desk.call<Centre>('GET', `/centres/${code}`);
  for (const [n, { publicService, ending }] of SEED_APPLICATIONS.entries()) {
    const service = services.find((one) => one.code === publicService);
    if (!service) throw new Error(`No public service ${publicService} can be filed.`);
    const content = createContent(FIRST_PERSON + n, centre, service);
    const id = applicationId(ending ?? 'ZN');
    const body = await withMandate(desk, Object.assign({ id, publicService }, content));
    await desk.call('POST', '/applications', { body });
    if (ending) await desk.call('POST', `/applications/${id}/submit`, { body: {} });
  }
  return SEED_APPLICATIONS.length;
}
