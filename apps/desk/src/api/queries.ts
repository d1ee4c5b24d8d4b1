import { QueryClient, queryOptions } from '@tanstack/react-query';
import { api, bodyOf, isTransient } from './client.ts';
import type { ApplicationDetails, Bucket, Operator } from './types.ts';

/** What the page reads, and for how long it may think that it still knows. All of it is in memory only. */

const MINUTE_MS = 60_000;

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        gcTime: 10 * MINUTE_MS,
        // The page itself knows whether the platform answers: it asks, whatever the browser thinks of its line.
        networkMode: 'always',
        retry: (failures, error) => isTransient(error) && failures < 3,
        retryDelay: (failures) => Math.min(1_000 * 2 ** failures, 8_000),
      },
    },
  });
}

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: () => bodyOf(api.GET('/api/v1/sessions/current')),
  retry: false,
  staleTime: 5 * MINUTE_MS,
});

/** Of whoever asks; another may begin or end at any moment. */
export const ownSessionsQuery = queryOptions({
  queryKey: ['own-sessions'],
  queryFn: () => bodyOf(api.GET('/api/v1/sessions')),
  staleTime: 0,
});

export const providersQuery = queryOptions({
  queryKey: ['providers'],
  queryFn: () => bodyOf(api.GET('/api/v1/sign-in-providers')),
  staleTime: 5 * MINUTE_MS,
});

/** The operators of the local test provider, all of them. */
export const operatorsQuery = queryOptions({
  queryKey: ['operators'],
  queryFn: fetchAllOperators,
  staleTime: 5 * MINUTE_MS,
});

async function fetchAllOperators(): Promise<Operator[]> {
  const all: Operator[] = [];
  for (let pageToken: string | undefined = ''; pageToken !== undefined;) {
    const query: { pageSize: number; pageToken?: string } = { pageSize: 200 };
    if (pageToken) query.pageToken = pageToken;
    const page: { operators: Operator[]; nextPageToken?: string } = await bodyOf(
      api.GET('/api/v1/operators', { params: { query } }),
    );
    all.push(...page.operators);
    pageToken = page.nextPageToken;
  }
  return all;
}

export const queueQuery = (bucket: Bucket) =>
  queryOptions({
    queryKey: ['queue', bucket],
    queryFn: () => bodyOf(api.GET('/api/v1/queue', { params: { query: { bucket, pageSize: 100 } } })),
  });

export const detailsQuery = (id: string) =>
  queryOptions({
    queryKey: ['file', id],
    queryFn: () => fetchDetails(id),
    // Colleagues work on it too: whoever comes back to the window sees what they did.
    staleTime: 1_000,
  });

/** What the page has of each application, as the platform knows it. */
const detailsEtags = new Map<string, string>();

async function fetchDetails(id: string): Promise<ApplicationDetails> {
  const { data, response } = await api.GET('/api/v1/applications/{id}/file', { params: { path: { id } } });
  detailsEtags.set(id, response.headers.get('ETag') ?? '');
  return data as ApplicationDetails;
}

/** Asks whether an application that is shown has changed. One that has not is answered 304, and leaves no entry in the access log. */
export async function pollDetails(queryClient: QueryClient, id: string): Promise<void> {
  const { queryKey } = detailsQuery(id);
  const readAt = () => queryClient.getQueryState(queryKey)?.dataUpdatedAt;
  const before = readAt();
  const { data, response } = await api.GET('/api/v1/applications/{id}/file', {
    params: { path: { id } },
    headers: { 'If-None-Match': detailsEtags.get(id) ?? '', 'X-Cups-Poll': '?1' },
  });
  // What was read meanwhile is newer.
  if (response.status === 304 || data === undefined || readAt() !== before) return;
  detailsEtags.set(id, response.headers.get('ETag') ?? '');
  queryClient.setQueryData(queryKey, data);
}

export const submissionQuery = (id: string, number: number) =>
  queryOptions({
    queryKey: ['submission', id, number],
    queryFn: () =>
      bodyOf(api.GET('/api/v1/applications/{id}/submissions/{number}', { params: { path: { id, number } } })),
    staleTime: Infinity,
  });

export const accessLogQuery = (id: string) =>
  queryOptions({
    queryKey: ['looks', id],
    queryFn: () =>
      bodyOf(api.GET('/api/v1/applications/{id}/looks', { params: { path: { id }, query: { pageSize: 200 } } })),
  });

/** Forms, prices, papers and days off: they change by the day, and the browser asks whether they still are as it has them. */
export const catalogQuery = (centre: string) =>
  queryOptions({
    queryKey: ['registry', centre],
    queryFn: () => bodyOf(api.GET('/api/v1/registry', { params: { query: { centre } } })),
    staleTime: 30 * MINUTE_MS,
    gcTime: Infinity,
  });
