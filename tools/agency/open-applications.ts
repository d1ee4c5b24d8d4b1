import { END_STATES } from '@cups/application';
import { openStores } from '../backup/documents.ts';
import type { Reached } from './reach.ts';

/**
 * How many applications are open with an agency, by state.
 * @returns undefined when no store is known
 * @throws Error, one sentence, when the store does not answer
 */
export async function openWith(
  code: string,
  reached: Reached | undefined,
): Promise<Record<string, number> | undefined> {
  if (!reached?.mongo) return undefined;
  const stores = await openStores({ ...reached.mongo, prefix: reached.prefix });
  try {
    const open = { agency: `agencies/${code}`, state: { $nin: [...END_STATES, 'draft'] }, training: { $ne: true } };
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
