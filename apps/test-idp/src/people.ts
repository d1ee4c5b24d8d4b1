import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Somebody whom a page offers; the person is an IDNP of nobody. */
export interface Person {
  name: string;
  person: string;
}

/** The people of `people.json`, read anew each time; nobody where there is none. */
export function readPeople(dir: string): Person[] {
  try {
    return JSON.parse(readFileSync(join(dir, 'people.json'), 'utf8')) as Person[];
  } catch {
    return [];
  }
}
