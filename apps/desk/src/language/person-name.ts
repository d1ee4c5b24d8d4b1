import type { Person } from '../api/types.ts';

/** Returns given and family name, or '' while both are missing. */
export function personName(person: Pick<Person, 'givenName' | 'familyName'> | undefined): string {
  return [person?.givenName, person?.familyName].filter(Boolean).join(' ');
}
