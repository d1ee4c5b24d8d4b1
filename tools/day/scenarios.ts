import { createContent, fileableAt, isFileableAt, ofChannel, providerOf } from './filings.ts';
import type { Centre, PublicService } from './filings.ts';
import type { MandateKind } from './mandates.ts';
import type { ScanKind } from './scans.ts';

/** Scenarios of a day, and their weights. */

export interface Scenario {
  name: string;
  /** Last characters of the application ID. */
  ending: string;
  /** Occurrences in 66 applications. */
  weight: number;
  /** Whether the applicant withdraws before the agency replies. */
  withdraw?: boolean;
  /** Whether the agency says nothing until the last step of its clock. */
  escalates?: boolean;
  /** Whether the agency passes the application on to the competent one. */
  passesOn?: boolean;
}

/** The last two characters of an application ID tell the simulated agency how to reply; a real agency ignores them. */
const SCENARIOS: readonly Scenario[] = [
  { name: 'quick', ending: 'ZQ', weight: 24 },
  { name: 'slow', ending: 'ZS', weight: 8 },
  { name: 'documents', ending: 'ZD', weight: 10 },
  { name: 'asks twice', ending: 'ZE', weight: 2 },
  { name: 'rejected', ending: 'ZR', weight: 7 },
  { name: 'silent, withdrawn', ending: 'ZN', weight: 4, withdraw: true },
  { name: 'garbage first', ending: 'ZB', weight: 2 },
  { name: 'sent twice', ending: 'ZT', weight: 3 },
  { name: 'out of order', ending: 'ZX', weight: 3 },
  { name: 'decided anyway', ending: 'ZA', weight: 2, withdraw: true },
  { name: 'corrected result', ending: 'ZC', weight: 1 },
];
export const QUICK_SCENARIO = SCENARIOS[0]!;

/** Scenarios of agencies without Kafka, in turns. */
const PAGE_SCENARIOS: readonly Scenario[] = [
  { name: 'page, quick', ending: 'ZQ', weight: 1 },
  { name: 'page, documents', ending: 'ZD', weight: 1 },
  { name: 'page, rejected', ending: 'ZR', weight: 1 },
];
const PULL_SCENARIOS: readonly Scenario[] = [
  { name: 'pull, quick', ending: 'ZQ', weight: 1 },
  { name: 'pull, documents', ending: 'ZD', weight: 1 },
  { name: 'pull, sent twice', ending: 'ZT', weight: 1 },
];
const ESCALATED_SCENARIO: Scenario = { name: 'silent, escalated', ending: 'ZN', weight: 1, escalates: true };
const PASSED_ON_SCENARIO: Scenario = { name: 'passed on', ending: 'ZP', weight: 1, passesOn: true };
/** Agency whose simulator passes applications on, for this ending. */
const PASSING_AGENCY = 'asp';

/** The agency rejects, so the need is not met. */
export const isRejected = ({ ending }: Scenario): boolean => ending === 'ZR';

/** One applicant with one need. */
export interface Job {
  n: number;
  centre: Centre;
  service: PublicService;
  course: Scenario;
  /** On what ground the centre acts. */
  ground: MandateKind;
  /** Whether the person revokes the mandate while the agency waits for documents. */
  revokes?: boolean;
  /** How the desk scans an evidence document before filing; absent without a scan. */
  scan?: ScanKind;
}

/** Grounds of representatives, each at one visit in 16. */
const GROUNDS: readonly MandateKind[] = ['mpower', 'notarial', 'guardianship', 'kinship'];
const GROUND_EVERY = 4;

/** Scans of the first visits; the others alternate. */
const FIRST_SCANS: readonly ScanKind[] = ['photographed', 'refused-first'];
/** Interval of scans, in visits with evidence. */
const SCAN_EVERY = 4;

/** Returns the ground of the n-th visit. MPower needs its simulator; without it the power is notarial. */
function groundOf(n: number, hasMPower: boolean): MandateKind {
  if (n % GROUND_EVERY !== GROUND_EVERY - 1) return 'own-presence';
  const ground = GROUNDS[Math.floor(n / GROUND_EVERY) % GROUNDS.length]!;
  return ground === 'mpower' && !hasMPower ? 'notarial' : ground;
}

/** Coprime strides cover every service and scenario, each at different desks. */
export function planJobs(
  applications: number,
  centres: Centre[],
  services: PublicService[],
  { hasMPower }: { hasMPower: boolean },
): Job[] {
  const courses = SCENARIOS.flatMap((course) => Array<Scenario>(course.weight).fill(course));
  const jobs = Array.from({ length: applications }, (_, n): Job => {
    const centre = centres[n % centres.length]!;
    const fileable = fileableAt(services, centre);
    const service = fileable[(n * 7 + Math.floor(n / centres.length)) % fileable.length]!;
    return { n, centre, service, course: courses[(n * 7) % courses.length]!, ground: groundOf(n, hasMPower) };
  });
  const asked = jobs.find(({ course, ground }) => course.ending === 'ZD' && ground === 'own-presence');
  if (asked) asked.revokes = true;
  jobs
    .filter(({ n, centre, service, ground }) => createContent(n, centre, service, ground).evidence.length > 0)
    .filter((_, index) => index % SCAN_EVERY === 0)
    .forEach((job, index) => (job.scan = FIRST_SCANS[index] ?? (index % 2 === 0 ? 'pdf' : 'jpeg')));
  return jobs;
}

/** Applicants of these visits are numbered from here; the others of a day start at 0. */
const FIRST_CHANNEL_PERSON = 70_000;

/**
 * Plans visits about agencies of every channel: each service of an agency with a page or a pull system, one of them with an
 * agency that stays silent, and one application that is passed on.
 * @param services all that desks can file
 * @param canElapse whether the term of an application can be made to pass
 */
export function planChannelJobs(
  centres: readonly Centre[],
  services: readonly PublicService[],
  { canElapse }: { canElapse: boolean },
): Job[] {
  const offers = services
    .map((service) => ({ service, centre: centres.find((one) => isFileableAt(service, one)) }))
    .filter((one): one is OfferedService => one.centre !== undefined)
    .sort((a, b) => a.service.code.localeCompare(b.service.code));
  const by = (channel: string): OfferedService[] =>
    offers.filter(({ service }) => ofChannel([service], channel).length > 0);
  const pages = by('page').map((offered, n) => ({ ...offered, course: PAGE_SCENARIOS[n % PAGE_SCENARIOS.length]! }));
  const silent = canElapse ? pages.at(-1) : undefined;
  if (silent) silent.course = ESCALATED_SCENARIO;
  const pulled = by('pull').flatMap((offered) => PULL_SCENARIOS.map((course) => ({ ...offered, course })));
  const passing = by('kafka').find(({ service }) => providerOf(service) === PASSING_AGENCY);
  const passed = passing ? [{ ...passing, course: PASSED_ON_SCENARIO }] : [];
  return [...pages, ...pulled, ...passed].map(({ service, centre, course }, index): Job => {
    return { n: FIRST_CHANNEL_PERSON + index, centre, service, course, ground: 'own-presence' };
  });
}

/** A service, and a centre that files it. */
interface OfferedService {
  service: PublicService;
  centre: Centre;
}
