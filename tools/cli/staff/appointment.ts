import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError } from '../errors.ts';

/** Reads the appointment of a supervisor from the files of a folder, such as a mounted Secret. */

export interface Appointment {
  idnp: string;
  givenName: string;
  familyName: string;
  language: string;
  reason: string;
}

const REQUIRED_FILES = ['idnp', 'given-name', 'family-name', 'reason'] as const;

/** @throws CommandError that names every missing or empty file, and shows no content */
export function appointmentFromFolder(folder: string): Appointment {
  const [idnp = '', givenName = '', familyName = '', reason = ''] = REQUIRED_FILES.map((name) =>
    readText(folder, name),
  );
  const missing = REQUIRED_FILES.filter((name) => readText(folder, name) === '');
  if (missing.length > 0) {
    throw new CommandError(`No supervisor was appointed: ${folder} lacks ${missing.join(', ')} (keys of the Secret).`);
  }
  return { idnp, givenName, familyName, language: readText(folder, 'language') || 'ro', reason };
}

function readText(folder: string, name: string): string {
  try {
    return readFileSync(join(folder, name), 'utf8').trim();
  } catch {
    return '';
  }
}
