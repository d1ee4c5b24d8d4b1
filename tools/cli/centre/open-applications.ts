import { join } from 'node:path';
import { END_STATES } from '@cups/application';
import { STORED_BACKEND_SETTINGS } from '@cups/backend/settings';
import { findRunningProcess } from '@cups/local';
import { readSettings } from '@cups/process/settings';
import { applicationsByState } from '../backup/count.ts';
import { connectionsOfRunning } from '../backup/connections.ts';

/** Number of open applications of a centre by state. */
export type OpenApplications = Record<string, number>;

const LOCAL_DATA_DIR = join(import.meta.dirname, '../../../.cups/data');

/**
 * Counts open applications of a centre, trainings excluded, in the store of MONGODB_URI (or MONGODB_URI_FILE), or else of
 * the local platform.
 * @returns undefined when there is neither
 * @throws Error, one sentence, when the store does not respond
 */
export async function countOpenApplications(code: string): Promise<OpenApplications | undefined> {
  const { mongoUri, mongoCa, prefix } = readSettings(STORED_BACKEND_SETTINGS, process.env);
  const given = Boolean(process.env['MONGODB_URI'] || process.env['MONGODB_URI_FILE']);
  if (!given && (await findRunningProcess(LOCAL_DATA_DIR)) === undefined) return undefined;
  const store = given ? { mongoUri, mongoCa } : connectionsOfRunning(LOCAL_DATA_DIR);
  const open = { centre: `centres/${code}`, state: { $nin: [...END_STATES] }, training: { $ne: true } };
  return applicationsByState(Object.assign({ prefix }, store), open);
}
