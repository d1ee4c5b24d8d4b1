import type { CentreFile } from './centres.ts';

export type OperatorRole = 'specialist' | 'centre-manager' | 'supervisor' | 'support' | 'agency-clerk';

/** Somebody who may sign in. */
export interface Operator {
  /** Last part of operators/{id}. */
  id: string;
  displayName: string;
  roles: OperatorRole[];
  /** Code of the centre, such as CU-001: where they are at home. */
  centre?: string;
  /** Codes of further centres where they work. */
  alsoAt?: string[];
  /** Code of the agency, such as asp. */
  agency?: string;
  /** Language of the pages until the operator chooses another. */
  language: string;
}

const PLATFORM: Operator[] = [
  { id: 'supervisor', displayName: 'Test Supervisor', roles: ['supervisor'], language: 'ro' },
  { id: 'support', displayName: 'Test Support', roles: ['support'], language: 'ro' },
];

/** Codes of all centres where an operator works, the home first. */
export function centresOfOperator({ centre, alsoAt = [] }: Operator): string[] {
  return centre === undefined ? [] : [centre, ...alsoAt];
}

/**
 * The synthetic operators of a centre: two, named after its code.
 * @param neighbour code of a centre where its manager works as well
 */
function operatorsOfCentre(centre: CentreFile, neighbour: string | undefined): Operator[] {
  const place = { centre: centre.code, language: centre.languages[0] ?? 'ro' };
  const prefix = centre.code.toLowerCase();
  const manager: Operator = {
    id: `${prefix}-manager`,
    displayName: `Test Manager ${centre.name}`,
    roles: ['centre-manager'],
    ...place,
  };
  if (neighbour !== undefined) manager.alsoAt = [neighbour];
  return [
    manager,
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

/**
 * All synthetic operators, by id: those of the centres, a clerk for each agency, by their codes, and the platform's. Of two
 * centres of a kind that follow each other, the manager of the first works at both.
 */
export function syntheticOperators(centres: Iterable<CentreFile>, agencies: Iterable<string>): Operator[] {
  const kinds = Map.groupBy(
    [...centres].sort((a, b) => (a.code < b.code ? -1 : 1)),
    ({ kind }) => kind,
  );
  const staff = [...kinds.values()].flatMap((alike) =>
    alike.flatMap((centre, at) => operatorsOfCentre(centre, at % 2 === 0 ? alike[at + 1]?.code : undefined)),
  );
  const operators = [...PLATFORM, ...staff, ...[...agencies].map(clerkOf)];
  return operators.sort((a, b) => (a.id < b.id ? -1 : 1));
}
