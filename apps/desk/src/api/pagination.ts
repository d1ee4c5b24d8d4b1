import { queryOptions } from '@tanstack/react-query';
import { api, bodyOf } from './client.ts';
import type { Agency, Centre } from './types.ts';

const MINUTE_MS = 60_000;
const PAGE_SIZE = 200;
/** Maximum number of pages read from a list: 2,000 items. */
const MAX_PAGES = 10;

export interface PageRequest {
  pageSize: number;
  pageToken?: string;
}

export async function fetchAllPages<T>(
  fetchPage: (request: PageRequest) => Promise<{ items: T[]; next: string | undefined }>,
): Promise<T[]> {
  const all: T[] = [];
  let request: PageRequest = { pageSize: PAGE_SIZE };
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const { items, next } = await fetchPage(request);
    all.push(...items);
    if (next === undefined) break;
    request = { pageSize: PAGE_SIZE, pageToken: next };
  }
  return all;
}

export const centresQuery = queryOptions({
  queryKey: ['centres'],
  queryFn: () =>
    fetchAllPages<Centre>(async (query) => {
      const page = await bodyOf(api.GET('/api/v1/centres', { params: { query } }));
      return { items: page.centres, next: page.nextPageToken };
    }),
  staleTime: MINUTE_MS,
});

/** All agencies of the platform, also those without services at a centre. */
export const agenciesQuery = queryOptions({
  queryKey: ['agencies'],
  queryFn: () =>
    fetchAllPages<Agency>(async (query) => {
      const page = await bodyOf(api.GET('/api/v1/agencies', { params: { query } }));
      return { items: page.agencies, next: page.nextPageToken };
    }),
  staleTime: MINUTE_MS,
});
