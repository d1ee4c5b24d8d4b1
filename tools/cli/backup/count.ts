import { openStores } from './documents.ts';

/**
 * Counts the matching applications by state.
 * @param where the store, as `openStores` takes it
 * @throws Error, one sentence, when the store does not respond
 */
export async function applicationsByState(
  where: Parameters<typeof openStores>[0],
  filter: object,
): Promise<Record<string, number>> {
  const stores = await openStores(where);
  try {
    const found = stores
      .database('intake')
      .collection('applications')
      .aggregate<{ _id: string; count: number }>([
        { $match: filter },
        { $group: { _id: '$state', count: { $sum: 1 } } },
        { $sort: { _id: 1 } },
      ]);
    return Object.fromEntries((await found.toArray()).map(({ _id, count }) => [_id, count]));
  } finally {
    await stores.close();
  }
}
