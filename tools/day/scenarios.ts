import type { Centre, PublicService } from '../filings.ts';

/** Who comes for what on a day, and what becomes of it. */

export interface Scenario {
  name: string;
  /** Last symbols of the application's id. */
  ending: string;
  /** How often in 66 applications. */
  weight: number;
  /** The person does not wait for the agency. */
  withdraw?: boolean;
}

/**
 * What a specialist meets in a day. The last two symbols of the application id tell the simulated agency how to behave;
 * a real agency does not look at them.
 */
const SCENARIOS: readonly Scenario[] = [
  { name: 'quick', ending: 'ZQ', weight: 24 },
  { name: 'slow', ending: 'ZS', weight: 8 },
  { name: 'documents', ending: 'ZD', weight: 10 },
  { name: 'asks twice', ending: 'ZE', weight: 2 },
  { name: 'rejected', ending: 'ZR', weight: 7 },
  { name: 'silent, withdrawn', ending: 'ZN', weight: 4, withdraw: true },
  { name: 'rubbish first', ending: 'ZB', weight: 2 },
  { name: 'sent twice', ending: 'ZT', weight: 3 },
  { name: 'out of order', ending: 'ZX', weight: 3 },
  { name: 'decided anyway', ending: 'ZA', weight: 2, withdraw: true },
  { name: 'corrected result', ending: 'ZC', weight: 1 },
];
export const QUICK_SCENARIO = SCENARIOS[0]!;
/** The agency says no, so the need is not met. */
export const isRejected = ({ ending }: Scenario): boolean => ending === 'ZR';

/** One person with one need. */
export interface Job {
  n: number;
  centre: Centre;
  service: PublicService;
  course: Scenario;
}

/** Strides without a common factor meet every service and every course, each at different desks. */
export function planJobs(applications: number, centres: Centre[], services: PublicService[]): Job[] {
  const courses = SCENARIOS.flatMap((course) => Array<Scenario>(course.weight).fill(course));
  return Array.from({ length: applications }, (_, n) => {
    const centre = centres[n % centres.length]!;
    const fileable = services.filter(({ version }) => version.centreKinds?.includes(centre.kind));
    const service = fileable[(n * 7 + Math.floor(n / centres.length)) % fileable.length]!;
    return { n, centre, service, course: courses[(n * 7) % courses.length]! };
  });
}
