import { computeIdnpCheckDigit } from '@cups/application';
import type { CentreFile } from './centres.ts';
import type { CentreRole, PlatformRole, Staff } from './staff.ts';

/** A test operator of the local provider, before it is stored. Synthetic operators are not real people. */
export type SyntheticOperator = { id: string } & Pick<
  Staff,
  | 'givenName'
  | 'familyName'
  | 'displayName'
  | 'language'
  | 'workplaces'
  | 'platformRoles'
  | 'agency'
  | 'isAgencyManager'
>;

/**
 * Returns all synthetic operators by ID, in ID order: two per centre, a clerk and a manager per agency, and the
 * platform roles.
 * Centres of one kind are paired in code order, and the manager of the first also works at the second.
 */
export function generateSyntheticOperators(
  centres: Iterable<CentreFile>,
  agencies: Iterable<string>,
): Map<string, SyntheticOperator> {
  const kinds = Map.groupBy(
    [...centres].sort((a, b) => (a.code < b.code ? -1 : 1)),
    ({ kind }) => kind,
  );
  const teams = [...kinds.values()].flatMap((alike) =>
    alike.flatMap((centre, index) => centreOperators(centre, index % 2 === 0 ? alike[index + 1]?.code : undefined)),
  );
  const all = [
    platformOperator('supervisor'),
    platformOperator('support'),
    ...teams,
    ...[...agencies].flatMap(agencyOperators),
  ];
  return new Map(all.sort((a, b) => (a.id < b.id ? -1 : 1)).map((operator) => [operator.id, operator]));
}

/**
 * Returns the personal number of a synthetic operator, from an unused range. It depends on the arguments alone.
 * @param attempt another value yields another number, to resolve collisions
 */
export function syntheticIdnp(id: string, attempt = 0): string {
  const first12 = `29009${String(fnv1a(`${id}#${attempt}`) % SERIAL_RANGE).padStart(7, '0')}`;
  return `${first12}${computeIdnpCheckDigit(first12)}`;
}

const SERIAL_RANGE = 10_000_000;

/** 32-bit FNV-1a: for distribution, not for secrecy. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

function centreOperators(centre: CentreFile, nextCentre: string | undefined): SyntheticOperator[] {
  const prefix = centre.code.toLowerCase();
  const workplaces = (role: CentreRole, ...codes: (string | undefined)[]) =>
    codes.flatMap((code) => (code === undefined ? [] : [{ centre: code, roles: [role], suspended: false }]));
  const language = centre.languages[0] ?? 'ro';
  return [
    {
      ...baseOperator(`${prefix}-manager`, `Manager ${centre.name}`),
      language,
      workplaces: workplaces('centre-manager', centre.code, nextCentre),
    },
    {
      ...baseOperator(`${prefix}-specialist`, `Specialist ${centre.name}`),
      language,
      workplaces: workplaces('specialist', centre.code),
    },
  ];
}

function platformOperator(role: PlatformRole): SyntheticOperator {
  return { ...baseOperator(role, role === 'supervisor' ? 'Supervisor' : 'Support'), platformRoles: [role] };
}

function agencyOperators(agency: string): SyntheticOperator[] {
  const name = agency.toUpperCase();
  return [
    { ...baseOperator(`${agency}-clerk`, `Clerk ${name}`), agency },
    { ...baseOperator(`${agency}-manager`, `Manager ${name}`), agency, isAgencyManager: true },
  ];
}

function baseOperator(id: string, familyName: string): SyntheticOperator {
  const displayName = `Test ${familyName}`;
  return { id, givenName: 'Test', familyName, displayName, language: 'ro', workplaces: [], platformRoles: [] };
}
