import { queryOptions } from '@tanstack/react-query';
import { api, bodyOf } from '../api/client.ts';
import { allPages } from '../api/pages.ts';
import type { AgencyDelivery, RefusedMessage } from '../api/types.ts';
import type { Period } from './period.ts';

/** What supervisors read of all centres. */

export type By = 'centre' | 'public-service' | 'agency';

const MINUTE = 60_000;

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
