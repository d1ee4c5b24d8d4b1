import { expect, test } from '@jest/globals';
import type { Store } from '@cups/store';
import { AgencyFeeds } from '../src/pull/feed.ts';
import type { FeedEntry } from '../src/pull/feed.ts';

/** Positions in a feed when two replicas add the same entries. */

interface Row {
  _id: string;
  key: string;
}

/** Returns a store with one collection in memory. @param onSearch runs after each search for keys, before its result arrives */
function memoryStore(rows: Row[], onSearch: () => void): Store {
  const collection = {
    find: ({ key }: { key: { $in: string[] } }) => ({
      toArray: () => {
        const found = rows.filter((row) => key.$in.includes(row.key));
        onSearch();
        return Promise.resolve(found);
      },
    }),
    findOne: () => Promise.resolve(rows.at(-1) ?? null),
    insertMany(added: Row[]): Promise<void> {
      if (added.some(({ _id }) => rows.some((row) => row._id === _id)))
        return Promise.reject(Object.assign(new Error('duplicate key'), { code: 11_000 }));
      rows.push(...added);
      return Promise.resolve();
    },
  };
  return { addIndexes: () => {}, collection: () => collection, failure: (error: unknown) => error } as unknown as Store;
}

test('adds an entry once when another replica adds it between the search and the write', async () => {
  const entry = { agency: 'arhiva', key: 'deliveries/1-arhiva/1' } as FeedEntry;
  const rows: Row[] = [];
  let isAdded = false;
  const feeds = new AgencyFeeds(
    memoryStore(rows, () => {
      if (!isAdded) rows.push({ _id: 'arhiva/000000000001', key: entry.key });
      isAdded = true;
    }),
  );
  await feeds.add([entry]);
  expect(rows.map(({ key }) => key)).toEqual([entry.key]);
});
