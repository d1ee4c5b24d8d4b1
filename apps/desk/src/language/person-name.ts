import type { Person } from '../api/types.ts';

/** Given and family name; empty while nobody typed them. */
export function personName(person: Pick<Person, 'givenName' | 'familyName'> | undefined): string {
  return [person?.givenName, person?.familyName].filter(Boolean).join(' ');
}
