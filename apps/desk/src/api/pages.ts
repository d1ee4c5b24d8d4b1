import { queryOptions } from '@tanstack/react-query';
import { api, bodyOf } from './client.ts';
import type { Centre } from './types.ts';

/** Lists that are read to their end. */

const MINUTE = 60_000;
const PAGE_SIZE = 200;
/** Pages of a list that are read at most: 2,000 things say as much as more would. */
const MOST_PAGES = 10;

export interface Paging {
  pageSize: number;
  pageToken?: string;
}

export async function allPages<T>(
  pageOf: (paging: Paging) => Promise<{ items: T[]; next: string | undefined }>,
): Promise<T[]> {
  const all: T[] = [];
  let paging: Paging = { pageSize: PAGE_SIZE };
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const { items, next } = await pageOf(paging);
    all.push(...items);
    if (next === undefined) break;
    paging = { pageSize: PAGE_SIZE, pageToken: next };
  }
  return all;
}

export const centresRead = queryOptions({
  queryKey: ['centres'],
  queryFn: () =>
    allPages<Centre>(async (query) => {
      const page = await bodyOf(api.GET('/api/v1/centres', { params: { query } }));
      return { items: page.centres, next: page.nextPageToken };
    }),
  staleTime: MINUTE,
});
