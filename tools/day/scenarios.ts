import { createContent } from './filings.ts';
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
    const fileable = services.filter(({ version }) => version.centreKinds?.includes(centre.kind));
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
