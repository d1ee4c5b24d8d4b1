import { idnpCheckDigit } from '@cups/application';
import type { CentreFile } from './centres.ts';
import type { CentreRole, PlatformRole, Staff } from './staff.ts';

/** The staff that the local test provider makes: nobody of them is real. */

/** Somebody synthetic, before they are stored. */
export type Synthetic = { id: string } & Pick<
  Staff,
  'givenName' | 'familyName' | 'displayName' | 'language' | 'places' | 'platformRoles' | 'agency'
>;

/**
 * All synthetic operators by id, in the order of ids: two for each centre, named after its code, a clerk for each agency, and the
 * platform's. Of two centres of a kind that follow each other, the manager of the first works at both.
 */
export function syntheticStaff(centres: Iterable<CentreFile>, agencies: Iterable<string>): Map<string, Synthetic> {
  const kinds = Map.groupBy(
    [...centres].sort((a, b) => (a.code < b.code ? -1 : 1)),
    ({ kind }) => kind,
  );
  const teams = [...kinds.values()].flatMap((alike) =>
    alike.flatMap((centre, at) => teamOf(centre, at % 2 === 0 ? alike[at + 1]?.code : undefined)),
  );
  const all = [officer('supervisor'), officer('support'), ...teams, ...[...agencies].map(clerkOf)];
  return new Map(all.sort((a, b) => (a.id < b.id ? -1 : 1)).map((one) => [one.id, one]));
}

/**
 * The personal number of a synthetic operator, of a range that nobody has: always the same for an id.
 * @param attempt another number for the same id, where somebody else has the one before
 */
export function syntheticIdnp(id: string, attempt = 0): string {
  const first12 = `29009${String(hashOf(`${id}#${attempt}`) % RANGE).padStart(7, '0')}`;
  return `${first12}${idnpCheckDigit(first12)}`;
}

const RANGE = 10_000_000;

/** FNV-1a of 32 bits: spread, not secret. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

function teamOf(centre: CentreFile, neighbour: string | undefined): Synthetic[] {
  const prefix = centre.code.toLowerCase();
  const at = (role: CentreRole, ...codes: (string | undefined)[]) =>
    codes.flatMap((code) => (code === undefined ? [] : [{ centre: code, roles: [role], suspended: false }]));
  const language = centre.languages[0] ?? 'ro';
  return [
    {
      ...named(`${prefix}-manager`, `Manager ${centre.name}`),
      language,
      places: at('centre-manager', centre.code, neighbour),
    },
    { ...named(`${prefix}-specialist`, `Specialist ${centre.name}`), language, places: at('specialist', centre.code) },
  ];
}

function officer(role: PlatformRole): Synthetic {
  return { ...named(role, role === 'supervisor' ? 'Supervisor' : 'Support'), platformRoles: [role] };
}

function clerkOf(agency: string): Synthetic {
  return { ...named(`${agency}-clerk`, `Clerk ${agency.toUpperCase()}`), agency };
}

function named(id: string, familyName: string): Synthetic {
  const displayName = `Test ${familyName}`;
  return { id, givenName: 'Test', familyName, displayName, language: 'ro', places: [], platformRoles: [] };
}
