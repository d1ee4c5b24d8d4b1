import { infiniteQueryOptions, queryOptions, useQuery } from '@tanstack/react-query';
import type { operations } from '../../gen/api.ts';
import { api, bodyOf } from '../api/client.ts';
import type { AgencyCatalog, AgencyStage } from '../api/types.ts';
import { hasDecision } from './issued-result.ts';
import { useSignedIn } from '../session/session.tsx';

/** Reads of the page of an agency. Those of applications are recorded in the access log. */

/** Stages in the order of the page. */
export const AGENCY_STAGES: readonly AgencyStage[] = [
  'to-acknowledge',
  'in-progress',
  'documents-requested',
  'decided',
  'ended',
];
const PAGE_SIZE = 100;
/** How often an open queue is read again, in ms. */
const QUEUE_INTERVAL_MS = 60_000;
/** How often a decided application is read until its history has the decision, in ms. */
const DECISION_INTERVAL_MS = 2_000;

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

/** Pages of each stage that a search reads. */
const MAX_SEARCHED_PAGES = 10;

/** The deliveries of all stages, at most 1,000 of each, for the search. */
export const agencySearchQuery = (assignedToMe: boolean) =>
  queryOptions({
    queryKey: ['agency-queue', 'search', assignedToMe],
    queryFn: async () => (await Promise.all(AGENCY_STAGES.map((stage) => readStage(stage, assignedToMe)))).flat(),
    staleTime: QUEUE_INTERVAL_MS,
  });

type QueuePage = operations['listAgencyQueue']['responses'][200]['content']['application/json'];

async function readStage(stage: AgencyStage, assignedToMe: boolean): Promise<QueuePage[]> {
  const pages: QueuePage[] = [];
  let pageToken: string | undefined;
  do {
    const query = { stage, assignedToMe, pageSize: PAGE_SIZE, ...(pageToken ? { pageToken } : {}) };
    const page: QueuePage = await bodyOf(api.GET('/api/v1/agency-queue', { params: { query } }));
    pages.push(page);
    pageToken = page.nextPageToken;
  } while (pageToken && pages.length < MAX_SEARCHED_PAGES);
  return pages;
}

/** @param delivery last part of deliveries/{id} */
export const agencyDeliveryQuery = (delivery: string) =>
  queryOptions({
    queryKey: ['agency-delivery', delivery],
    queryFn: () => bodyOf(api.GET('/api/v1/deliveries/{delivery}', { params: { path: { delivery } } })),
    staleTime: 1_000,
    // The decision of the delivery is a little earlier than that of the history.
    refetchInterval: ({ state: { data } }) =>
      data?.delivery.stage === 'decided' && !hasDecision(data.history) ? DECISION_INTERVAL_MS : false,
  });

/** What the clerks of the agency have to do, for managers. */
export const agencyWorkloadQuery = queryOptions({
  queryKey: ['agency-workload'],
  queryFn: () => bodyOf(api.GET('/api/v1/agency-workload')),
  staleTime: 1_000,
});

const MINUTE_MS = 60_000;

/** Titles of documents and texts for rejections. They change daily; the browser revalidates its copy by ETag. */
const agencyCatalogQuery = (code: string) =>
  queryOptions({
    queryKey: ['agency-catalog', code],
    queryFn: () => bodyOf(api.GET('/api/v1/agencies/{code}/catalog', { params: { path: { code } } })),
    staleTime: 30 * MINUTE_MS,
  });

/** Returns the catalog of the clerk's agency, or undefined while it loads. */
export function useAgencyCatalog(): AgencyCatalog | undefined {
  const code = (useSignedIn().session.operator.agency ?? '').replace('agencies/', '');
  return useQuery(Object.assign({ enabled: code !== '' }, agencyCatalogQuery(code))).data;
}
