import { createHash } from 'node:crypto';
import type { CentreStatus } from './centre-lifecycle.ts';

/** One file of data/centres, see schemas/centre.schema.json. */
export interface CentreFile {
  code: string;
  name: string;
  kind: 'town-hall' | 'mission' | 'library';
  wave: string;
  status: CentreStatus;
  district?: string | undefined;
  /** ISO 3166-1 alpha-2, see {@link resolveCountry}. */
  country?: string | undefined;
  timeZone: string;
  languages: ('ro' | 'ru' | 'en')[];
  agencies: string[];
  limits?: { openApplications?: number } | undefined;
  /** Code of the centre that inherits the applications of this closed centre. */
  transferTo?: string | undefined;
}

/** A centre with the hash of its file. */
export interface Centre extends CentreFile {
  hash: string;
}

/** Returns the country of a centre, ISO 3166-1 alpha-2; '' for a mission without one in its file. */
export function resolveCountry({ country, kind }: CentreFile): string {
  return country ?? (kind === 'mission' ? '' : 'MD');
}

/**
 * Returns the hash of a file's text. Any edit changes it, comments included, so administrators can force a new version.
 * @param form version of the published event; a release that changes it publishes every centre again
 */
export function hashCentreFile(text: string, form: string): string {
  return createHash('sha256').update(`${form}\0${text}`).digest('base64url').slice(0, 22);
}

/** Returns the errors that the JSON schema cannot express. */
export function validateCentre({ timeZone, status, transferTo }: CentreFile): string[] {
  const errors: string[] = [];
  try {
    new Intl.DateTimeFormat('en', { timeZone });
  } catch {
    errors.push(`time zone ${timeZone} is unknown`);
  }
  if (transferTo !== undefined && status !== 'closed') {
    errors.push(`transferTo requires the status closed, not ${status}`);
  }
  return errors;
}

/** Stored version of a centre's file: the current hash, the number of changes, and the previous hashes. */
export interface FileVersion {
  hash: string;
  generation: number;
  pastHashes: string[];
}

/** Number of previous hashes stored. A mount that lags further behind would be treated as new. */
const MAX_PAST_HASHES = 20;

/**
 * Returns the next version of a file, or undefined if the stored one stays.
 * Old content comes from a lagging mount, so replicas with different mounts do not overwrite each other in turns.
 * Old content is accepted only from a replica that saw the file change from the current content: a real revert.
 * @param previousHash hash that this process saw before; undefined if it sees the file for the first time
 */
export function nextGeneration(
  known: FileVersion | undefined,
  hash: string,
  previousHash: string | undefined,
): FileVersion | undefined {
  if (!known) return firstGeneration(hash);
  if (known.hash === hash) return undefined;
  if (known.pastHashes.includes(hash) && previousHash !== known.hash) return undefined;
  const pastHashes = [known.hash, ...known.pastHashes.filter((past) => past !== hash)].slice(0, MAX_PAST_HASHES);
  return { hash, generation: known.generation + 1, pastHashes };
}

/** Returns the version of a new centre. */
export function firstGeneration(hash: string): FileVersion {
  return { hash, generation: 1, pastHashes: [] };
}
