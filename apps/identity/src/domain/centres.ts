import { createHash } from 'node:crypto';
import type { CentreStatus } from './centre-lifecycle.ts';

/** One file of data/centres, as the file says it; its shape is schemas/centre.schema.json. */
export interface CentreFile {
  code: string;
  name: string;
  kind: 'town-hall' | 'mission' | 'library';
  wave: string;
  status: CentreStatus;
  district?: string | undefined;
  /** ISO 3166-1 alpha-2; see countryOf. */
  country?: string | undefined;
  timeZone: string;
  languages: ('ro' | 'ru' | 'en')[];
  agencies: string[];
  limits?: { openApplications?: number } | undefined;
  /** Code of the centre that goes on with the applications of this one, which is closed. */
  transferTo?: string | undefined;
}

/** A centre with the hash of the text that it was read from. */
export interface Centre extends CentreFile {
  hash: string;
}

/** The country in which a centre is, ISO 3166-1 alpha-2; '' for a mission whose file does not say. */
export function resolveCountry({ country, kind }: CentreFile): string {
  return country ?? (kind === 'mission' ? '' : 'MD');
}

/**
 * Hash of a file's text: any edit counts, a remark too, so that an operator can always say "this one is newer".
 * @param form of what is announced: when a release changes it, all files are news, and every centre is announced anew
 */
export function hashCentreFile(text: string, form: string): string {
  return createHash('sha256').update(`${form}\0${text}`).digest('base64url').slice(0, 22);
}

/** What a schema cannot say of a centre by itself. Sentences, none when all is right. */
export function validateCentre({ timeZone, status, transferTo }: CentreFile): string[] {
  const errors: string[] = [];
  try {
    new Intl.DateTimeFormat('en', { timeZone });
  } catch {
    errors.push(`time zone ${timeZone} is unknown`);
  }
  if (transferTo !== undefined && status !== 'closed') {
    errors.push(`transferTo is for a centre that is closed, and it is ${status}`);
  }
  return errors;
}

/** What the store knows of a centre's files: the hash in force, how often it changed, and the latest hashes before. */
export interface FileVersion {
  hash: string;
  generation: number;
  pastHashes: string[];
}

/** How many earlier hashes are remembered; a mount that lags further behind than this would be taken for new. */
const MAX_PAST_HASHES = 20;

/**
 * Decides what to do with a file whose content differs from what the store has, so that replicas with different mounts
 * do not flap: content that the store has left behind already comes from a mount that lags, and is not taken back.
 * Only a replica that watched the file move away from the content in force takes back older content: a real return.
 * @param previousHash hash that this process saw in the file until now; undefined when it sees the file for the first time
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

/** What the store knows of a centre that is new. */
export function firstGeneration(hash: string): FileVersion {
  return { hash, generation: 1, pastHashes: [] };
}
