import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError } from '../cups/services.ts';

/** Who is to be a supervisor, as files of a folder say it, such as a mounted Secret. */

export interface Appointment {
  idnp: string;
  givenName: string;
  familyName: string;
  language: string;
  why: string;
}

const REQUIRED_FILES = ['idnp', 'given-name', 'family-name', 'why'] as const;

/** @throws Refused, one sentence that names every file that is missing or empty, and says nothing of what is in the others */
export function appointmentFromFolder(folder: string): Appointment {
  const [idnp = '', givenName = '', familyName = '', why = ''] = REQUIRED_FILES.map((name) => readText(folder, name));
  const missing = REQUIRED_FILES.filter((name) => readText(folder, name) === '');
  if (missing.length > 0) {
    throw new CommandError(`Nobody was appointed: ${folder} lacks ${missing.join(', ')} (a key of the Secret each).`);
  }
  return { idnp, givenName, familyName, language: readText(folder, 'language') || 'ro', why };
}

function readText(folder: string, name: string): string {
  try {
    return readFileSync(join(folder, name), 'utf8').trim();
  } catch {
    return '';
  }
}
