import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, bodyOf } from '../api/client.ts';
import type { AgencyStage } from '../api/types.ts';

/** Reads of the page of an agency. Each is recorded in the access log. */

const PAGE_SIZE = 100;
/** How often an open queue is read again, in ms. */
const QUEUE_INTERVAL_MS = 60_000;

/** One stage of the queue, the shortest term first, with the number of deliveries in each stage. */
export const agencyQueueQuery = (stage: AgencyStage, assignedToMe: boolean) =>
  infiniteQueryOptions({
    queryKey: ['agency-queue', stage, assignedToMe],
    initialPageParam: '',
    queryFn: ({ pageParam }) => {
      const page = pageParam === '' ? {} : { pageToken: pageParam };
      const query = { stage, assignedToMe, pageSize: PAGE_SIZE, ...page };
      return bodyOf(api.GET('/api/v1/agency-queue', { params: { query } }));
    },
    getNextPageParam: (page) => page.nextPageToken,
    refetchInterval: QUEUE_INTERVAL_MS,
  });

/** @param delivery last part of deliveries/{id} */
export const agencyDeliveryQuery = (delivery: string) =>
  queryOptions({
    queryKey: ['agency-delivery', delivery],
    queryFn: () => bodyOf(api.GET('/api/v1/deliveries/{delivery}', { params: { path: { delivery } } })),
    staleTime: 1_000,
  });

/** What the clerks of the agency have to do, for managers. */
export const agencyWorkloadQuery = queryOptions({
  queryKey: ['agency-workload'],
  queryFn: () => bodyOf(api.GET('/api/v1/agency-workload')),
  staleTime: 1_000,
});
