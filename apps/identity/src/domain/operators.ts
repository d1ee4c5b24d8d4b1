import type { CentreFile } from './centres.ts';

export type OperatorRole = 'specialist' | 'centre-manager' | 'supervisor' | 'support' | 'agency-clerk';

/** Somebody who may sign in. */
export interface Operator {
  /** Last part of operators/{id}. */
  id: string;
  displayName: string;
  roles: OperatorRole[];
  /** Code of the centre, such as CU-001. */
  centre?: string;
  /** Code of the agency, such as asp. */
  agency?: string;
  /** Language of the pages until the operator chooses another. */
  language: string;
}

const PLATFORM: Operator[] = [
  { id: 'supervisor', displayName: 'Test Supervisor', roles: ['supervisor'], language: 'ro' },
  { id: 'support', displayName: 'Test Support', roles: ['support'], language: 'ro' },
];

/** The synthetic operators of a centre: two, named after its code. */
function operatorsOfCentre(centre: CentreFile): Operator[] {
  const place = { centre: centre.code, language: centre.languages[0] ?? 'ro' };
  const prefix = centre.code.toLowerCase();
  return [
    { id: `${prefix}-manager`, displayName: `Test Manager ${centre.name}`, roles: ['centre-manager'], ...place },
    { id: `${prefix}-specialist`, displayName: `Test Specialist ${centre.name}`, roles: ['specialist'], ...place },
  ];
}

/** The synthetic clerk of an agency, named after its code. */
const clerkOf = (agency: string): Operator => ({
  id: `${agency}-clerk`,
  displayName: `Test Clerk ${agency.toUpperCase()}`,
  roles: ['agency-clerk'],
  agency,
  language: 'ro',
});

/** All synthetic operators, by id: those of the centres, a clerk for each agency, by their codes, and the platform's. */
export function syntheticOperators(centres: Iterable<CentreFile>, agencies: Iterable<string>): Operator[] {
  const operators = [...PLATFORM, ...[...centres].flatMap(operatorsOfCentre), ...[...agencies].map(clerkOf)];
  return operators.sort((a, b) => (a.id < b.id ? -1 : 1));
}
