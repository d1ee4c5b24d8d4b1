import { openDesk } from '../desk.ts';
import { applicationId, createContent } from '../filings.ts';
import type { Centre, PublicService } from '../filings.ts';

/** What a day leaves at one desk, so that whoever signs in there first has something to do. */

interface SeedApplication {
  publicService: string;
  /** By the last two symbols of the ID the simulated agency knows how to behave; undefined stays a draft. */
  ending?: string;
}

/** Results and a refusal to hand over, an agency that asks for documents, two that are silent, and two drafts. */
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

/** People of a day are numbered from 0: these are others. */
const FIRST_PERSON = 90_000;

/**
 * Opens and files them at a centre, and waits for no agency.
 * @param code of the centre, such as CU-001
 * @returns how many
 */
export async function seedQueue(url: string, code: string, services: readonly PublicService[]): Promise<number> {
  const desk = await openDesk(url, `${code.toLowerCase()}-specialist`);
  const { body: centre } = await desk.call<Centre>('GET', `/centres/${code}`);
  for (const [n, { publicService, ending }] of SEED_APPLICATIONS.entries()) {
    const service = services.find((one) => one.code === publicService);
    if (!service) throw new Error(`No public service ${publicService} can be filed.`);
    const content = createContent(FIRST_PERSON + n, centre, service);
    const id = applicationId(ending ?? 'ZN');
    await desk.call('POST', '/applications', { body: Object.assign({ id, publicService }, content) });
    if (ending) await desk.call('POST', `/applications/${id}/submit`, { body: {} });
  }
  return SEED_APPLICATIONS.length;
}
