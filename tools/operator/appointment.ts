import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Refused } from '../cups/services.ts';

/** Who is to be a supervisor, as files of a folder say it, such as a mounted Secret. */

export interface Appointment {
  idnp: string;
  givenName: string;
  familyName: string;
  language: string;
  why: string;
}

const NEEDED = ['idnp', 'given-name', 'family-name', 'why'] as const;

/** @throws Refused, one sentence that names every file that is missing or empty, and says nothing of what is in the others */
export function appointmentIn(folder: string): Appointment {
  const [idnp = '', givenName = '', familyName = '', why = ''] = NEEDED.map((name) => textIn(folder, name));
  const missing = NEEDED.filter((name) => textIn(folder, name) === '');
  if (missing.length > 0) {
    throw new Refused(`Nobody was appointed: ${folder} lacks ${missing.join(', ')} (a key of the Secret each).`);
  }
  return { idnp, givenName, familyName, language: textIn(folder, 'language') || 'ro', why };
}

function textIn(folder: string, name: string): string {
  try {
    return readFileSync(join(folder, name), 'utf8').trim();
  } catch {
    return '';
  }
}
