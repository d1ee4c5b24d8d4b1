import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A person on the sign-in page. `person` is an unassigned IDNP. */
export interface Person {
  name: string;
  person: string;
}

/** Reads `people.json`; returns an empty list without the file. */
export function readPeople(dir: string): Person[] {
  try {
    return JSON.parse(readFileSync(join(dir, 'people.json'), 'utf8')) as Person[];
  } catch {
    return [];
  }
}
