import { join } from 'node:path';
import { END_STATES } from '@cups/application';
import { STORED } from '@cups/backend/settings';
import { runsOn } from '@cups/local';
import { readSettings } from '@cups/process/settings';
import { openStores } from '../backup/documents.ts';
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
  const stores = await openStores(Object.assign({ prefix }, store));
  try {
    const open = { centre: `centres/${code}`, state: { $nin: [...END_STATES] }, training: { $ne: true } };
    const found = stores
      .database('intake')
      .collection('applications')
      .aggregate<{ _id: string; count: number }>([
        { $match: open },
        { $group: { _id: '$state', count: { $sum: 1 } } },
        { $sort: { _id: 1 } },
      ]);
    return Object.fromEntries((await found.toArray()).map(({ _id, count }) => [_id, count]));
  } finally {
    await stores.close();
  }
}
