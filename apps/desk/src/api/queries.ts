import { QueryClient, infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { QueryKey } from '@tanstack/react-query';
import { orCopy } from '../offline-copy/copy-source.ts';
import type { CopyRead } from '../offline-copy/copy-source.ts';
import { api, bodyOf, isTransient } from './client.ts';
import { RECORDED_READ } from './recorded-read.ts';
import type { ApplicationDetails, Bucket, Catalog, Operator, QueuePage } from './types.ts';

/** The page's queries and their cache times. The cache is in memory only. */

const MINUTE_MS = 60_000;

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        gcTime: 10 * MINUTE_MS,
        // The page detects connectivity itself; the browser's online flag is unreliable.
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

/** The caller's own sessions. Never cached: sessions start and end at any time. */
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

/** All operators of the local test provider. */
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
    queryFn: ({ client, queryKey }): Promise<QueuePage> => {
      const response = bodyOf(api.GET('/api/v1/queue', { params: { query: { bucket, pageSize: 100 } } }));
      return unlessRead(client, queryKey, response, (copy) => copy.readQueue(bucket));
    },
  });

/** As `orCopy`, but what the page has read in this session is newer than the copy, and stays. */
const unlessRead = <T>(client: QueryClient, queryKey: QueryKey, response: Promise<T>, read: CopyRead<T>): Promise<T> =>
  client.getQueryData(queryKey) === undefined ? orCopy(response, read) : response;

export const detailsQuery = (id: string) =>
  queryOptions({
    queryKey: ['details', id],
    queryFn: ({ client, queryKey }) => unlessRead(client, queryKey, fetchDetails(id), (copy) => copy.readDetails(id)),
    // Colleagues edit the same application: a return to the window asks for changes (`pollDetails`).
    ...RECORDED_READ,
    staleTime: 1_000,
  });

/** The ETag of the details last read, by application ID. */
const detailsEtags = new Map<string, string>();

async function fetchDetails(id: string): Promise<ApplicationDetails> {
  const { data, response } = await api.GET('/api/v1/applications/{id}/details', { params: { path: { id } } });
  detailsEtags.set(id, response.headers.get('ETag') ?? '');
  return data as ApplicationDetails;
}

/**
 * Reloads the details of a displayed application if they changed. An unchanged one returns 304 and leaves no
 * access-log entry.
 */
export async function pollDetails(queryClient: QueryClient, id: string): Promise<void> {
  const { queryKey } = detailsQuery(id);
  const readAt = () => queryClient.getQueryState(queryKey)?.dataUpdatedAt;
  const before = readAt();
  const { data, response } = await api.GET('/api/v1/applications/{id}/details', {
    params: { path: { id } },
    headers: { 'If-None-Match': detailsEtags.get(id) ?? '', 'Cups-Poll': '?1' },
  });
  // A read that finished during the request is newer.
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

const EARLIER_PAGE_SIZE = 50;

/**
 * The steps before those of the details, newest page first, loaded on request only: earlier steps never change.
 * @param olderActions number of steps before those of the details
 */
export const earlierActionsQuery = (id: string, olderActions: number) =>
  infiniteQueryOptions({
    queryKey: ['earlier-actions', id, olderActions],
    queryFn: ({ pageParam: before }) =>
      bodyOf(
        api.GET('/api/v1/applications/{id}/history', {
          params: { path: { id }, query: { before, pageSize: EARLIER_PAGE_SIZE } },
        }),
      ),
    initialPageParam: olderActions,
    getNextPageParam: (page) => (page.olderActions > 0 ? page.olderActions : undefined),
    enabled: false,
    staleTime: Infinity,
  });

/** Forms, fees, documents and holidays. They change daily; the browser revalidates its copy by ETag. */
export const catalogQuery = (centre: string) =>
  queryOptions({
    queryKey: ['catalog', centre],
    queryFn: ({ client, queryKey }): Promise<Catalog> => {
      const response = bodyOf(api.GET('/api/v1/catalog', { params: { query: { centre } } }));
      return unlessRead(client, queryKey, response, (copy) => copy.readCatalog(centre));
    },
    staleTime: 30 * MINUTE_MS,
    gcTime: Infinity,
  });
