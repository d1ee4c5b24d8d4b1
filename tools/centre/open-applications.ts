import { join } from 'node:path';
import { END_STATES } from '@cups/application';
import { STORED } from '@cups/backend/settings';
import { runsOn } from '@cups/local';
import { readSettings } from '@cups/process/settings';
import { applicationsByState } from '../backup/count.ts';
import { runningOn } from '../backup/parts.ts';

/** How many applications of a centre are open, by state. */
export type OpenApplications = Record<string, number>;

const LOCAL = join(import.meta.dirname, '../../.cups/data');

/**
 * Counts what is open of a centre, trainings aside: in the store that MONGODB_URI (or MONGODB_URI_FILE) names, else in that of the
 * platform that runs here.
 * @returns undefined when there is neither
 * @throws Error, one sentence, when the store does not answer
 */
export async function openApplicationsOf(code: string): Promise<OpenApplications | undefined> {
  const { mongoUri, mongoCa, prefix } = readSettings(STORED, process.env);
  const given = Boolean(process.env['MONGODB_URI'] || process.env['MONGODB_URI_FILE']);
  if (!given && (await runsOn(LOCAL)) === undefined) return undefined;
  const store = given ? { mongoUri, mongoCa } : runningOn(LOCAL);
  const open = { centre: `centres/${code}`, state: { $nin: [...END_STATES] }, training: { $ne: true } };
  return applicationsByState(Object.assign({ prefix }, store), open);
}
