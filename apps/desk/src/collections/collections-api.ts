import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, bodyOf } from '../api/client.ts';
import { RECORDED_READ } from '../api/recorded-read.ts';

/** Reads of results that this centre hands over for others. Each is recorded in the access log. */

const PAGE_SIZE = 100;
const STALE_MS = 60_000;
/** How often the queue reads whether there are any, in ms. */
export const COLLECTIONS_INTERVAL_MS = 300_000;

/** What waits here, newest first, in pages. */
export const collectionsQuery = infiniteQueryOptions({
  queryKey: ['collections'],
  initialPageParam: '',
  queryFn: ({ pageParam }) => {
    const query = pageParam === '' ? { pageSize: PAGE_SIZE } : { pageSize: PAGE_SIZE, pageToken: pageParam };
    return bodyOf(api.GET('/api/v1/collections', { params: { query } }));
  },
  getNextPageParam: (page) => page.nextPageToken,
  staleTime: STALE_MS,
});

export const collectionQuery = (id: string) =>
  queryOptions({
    queryKey: ['collections', id],
    queryFn: () => bodyOf(api.GET('/api/v1/collections/{id}', { params: { path: { id } } })),
    ...RECORDED_READ,
    staleTime: 1_000,
  });
