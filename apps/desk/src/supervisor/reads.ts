import { queryOptions } from '@tanstack/react-query';
import { api, bodyOf } from '../api/client.ts';
import type { AgencyDelivery, Centre, RefusedMessage } from '../api/types.ts';
import type { Period } from './period.ts';

/** What supervisors read of all centres. */

export type By = 'centre' | 'public-service' | 'agency';

const MINUTE = 60_000;
const PAGE_SIZE = 200;
/** Pages of a list that are read at most: 2,000 things say as much as more would. */
const MOST_PAGES = 10;

export const centresRead = queryOptions({
  queryKey: ['centres'],
  queryFn: () =>
    allPages<Centre>(async (query) => {
      const page = await bodyOf(api.GET('/api/v1/centres', { params: { query } }));
      return { items: page.centres, next: page.nextPageToken };
    }),
  staleTime: MINUTE,
});

export const statisticsRead = ({ from, to }: Period, groupBy: By) =>
  queryOptions({
    queryKey: ['statistics', from, to, groupBy],
    queryFn: () => bodyOf(api.GET('/api/v1/statistics', { params: { query: { from, to, groupBy } } })),
    staleTime: MINUTE,
  });

/** What went to an agency and was not confirmed, waits to go, or could not go. */
export const deliveriesRead = queryOptions({
  queryKey: ['deliveries'],
  queryFn: async () => (await Promise.all((['sent', 'queued', 'failed'] as const).map(deliveriesIn))).flat(),
  staleTime: MINUTE,
});

function deliveriesIn(state: AgencyDelivery['state']): Promise<AgencyDelivery[]> {
  return allPages<AgencyDelivery>(async (paging) => {
    const query = Object.assign({ state }, paging);
    const page = await bodyOf(api.GET('/api/v1/deliveries', { params: { query } }));
    return { items: page.deliveries, next: page.nextPageToken };
  });
}

export const refusedRead = queryOptions({
  queryKey: ['refused-messages'],
  queryFn: () =>
    allPages<RefusedMessage>(async (query) => {
      const page = await bodyOf(api.GET('/api/v1/refused-messages', { params: { query } }));
      return { items: page.refusedMessages, next: page.nextPageToken };
    }),
  staleTime: MINUTE,
});

interface Paging {
  pageSize: number;
  pageToken?: string;
}

async function allPages<T>(
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
