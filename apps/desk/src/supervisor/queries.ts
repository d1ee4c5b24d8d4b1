import { queryOptions } from '@tanstack/react-query';
import { api, bodyOf } from '../api/client.ts';
import { fetchAllPages } from '../api/pagination.ts';
import type {
  AgencyDelivery,
  DocumentHold,
  EscalatedApplication,
  RefusedMessage,
  UncollectedResult,
  UndecidedAgency,
} from '../api/types.ts';
import type { Period } from './period.ts';

/** Queries over all centres. */

export type GroupBy = 'centre' | 'public-service' | 'agency';

const MINUTE_MS = 60_000;

export const statisticsQuery = ({ from, to }: Period, groupBy: GroupBy) =>
  queryOptions({
    queryKey: ['statistics', from, to, groupBy],
    queryFn: () => bodyOf(api.GET('/api/v1/statistics', { params: { query: { from, to, groupBy } } })),
    staleTime: MINUTE_MS,
  });

/** Deliveries that are unacknowledged, pending or failed. */
export const deliveriesQuery = queryOptions({
  queryKey: ['deliveries'],
  queryFn: async () => (await Promise.all((['sent', 'queued', 'failed'] as const).map(fetchDeliveries))).flat(),
  staleTime: MINUTE_MS,
});

function fetchDeliveries(state: AgencyDelivery['state']): Promise<AgencyDelivery[]> {
  return fetchAllPages<AgencyDelivery>(async (paging) => {
    const query = Object.assign({ state }, paging);
    const page = await bodyOf(api.GET('/api/v1/deliveries', { params: { query } }));
    return { items: page.deliveries, next: page.nextPageToken };
  });
}

export const refusedMessagesQuery = queryOptions({
  queryKey: ['refused-messages'],
  queryFn: () =>
    fetchAllPages<RefusedMessage>(async (query) => {
      const page = await bodyOf(api.GET('/api/v1/refused-messages', { params: { query } }));
      return { items: page.refusedMessages, next: page.nextPageToken };
    }),
  staleTime: MINUTE_MS,
});

/** Counts and times of the traffic with an agency. */
export const agencyActivityQuery = (code: string) =>
  queryOptions({
    queryKey: ['agency-activity', code],
    queryFn: () => bodyOf(api.GET('/api/v1/agencies/{code}/activity', { params: { path: { code } } })),
    staleTime: MINUTE_MS,
  });

export const uncollectedResultsQuery = queryOptions({
  queryKey: ['uncollected-results'],
  queryFn: () =>
    fetchAllPages<UncollectedResult>(async (query) => {
      const page = await bodyOf(api.GET('/api/v1/uncollected-results', { params: { query } }));
      return { items: page.results, next: page.nextPageToken };
    }),
  staleTime: MINUTE_MS,
});

/** Applications of silent agencies, and those with a complaint without an answer, the longest wait first. */
export const escalatedApplicationsQuery = queryOptions({
  queryKey: ['escalated-applications'],
  queryFn: () =>
    fetchAllPages<EscalatedApplication>(async (query) => {
      const page = await bodyOf(api.GET('/api/v1/escalated-applications', { params: { query } }));
      return { items: page.applications, next: page.nextPageToken };
    }),
  staleTime: MINUTE_MS,
});

/** Applications for which a supervisor decides the agency, the longest wait first. */
export const undecidedAgenciesQuery = queryOptions({
  queryKey: ['undecided-agencies'],
  queryFn: () =>
    fetchAllPages<UndecidedAgency>(async (query) => {
      const page = await bodyOf(api.GET('/api/v1/undecided-agencies', { params: { query } }));
      return { items: page.applications, next: page.nextPageToken };
    }),
  staleTime: MINUTE_MS,
});

/** Holds of documents, oldest first, with the display names of their operators. */
export const documentHoldsQuery = queryOptions({
  queryKey: ['document-holds'],
  queryFn: async () => {
    const names = new Map<string, string>();
    const holds = await fetchAllPages<DocumentHold>(async (query) => {
      const page = await bodyOf(api.GET('/api/v1/document-holds', { params: { query } }));
      page.operators?.forEach(({ name, displayName }) => names.set(name, displayName));
      return { items: page.holds, next: page.nextPageToken };
    });
    return { holds, names };
  },
});
