import { QueryClient, queryOptions } from '@tanstack/react-query';
import { api, bodyOf, isPassing } from './client.ts';
import type { ApplicationFile, Bucket, Operator } from './types.ts';

/** What the page reads, and for how long it may think that it still knows. All of it is in memory only. */

const MINUTE = 60_000;

export function newReads(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        gcTime: 10 * MINUTE,
        // The page itself knows whether the platform answers: it asks, whatever the browser thinks of its line.
        networkMode: 'always',
        retry: (failures, error) => isPassing(error) && failures < 3,
        retryDelay: (failures) => Math.min(1_000 * 2 ** failures, 8_000),
      },
    },
  });
}

export const sessionRead = queryOptions({
  queryKey: ['session'],
  queryFn: () => bodyOf(api.GET('/api/v1/sessions/current')),
  retry: false,
  staleTime: 5 * MINUTE,
});

/** Of whoever asks; another may begin or end at any moment. */
export const ownSessionsRead = queryOptions({
  queryKey: ['own-sessions'],
  queryFn: () => bodyOf(api.GET('/api/v1/sessions')),
  staleTime: 0,
});

export const providersRead = queryOptions({
  queryKey: ['providers'],
  queryFn: () => bodyOf(api.GET('/api/v1/sign-in-providers')),
  staleTime: 5 * MINUTE,
});

/** The operators of the local test provider, all of them. */
export const operatorsRead = queryOptions({
  queryKey: ['operators'],
  queryFn: allOperators,
  staleTime: 5 * MINUTE,
});

async function allOperators(): Promise<Operator[]> {
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

export const queueRead = (bucket: Bucket) =>
  queryOptions({
    queryKey: ['queue', bucket],
    queryFn: () => bodyOf(api.GET('/api/v1/queue', { params: { query: { bucket, pageSize: 100 } } })),
  });

export const fileRead = (id: string) =>
  queryOptions({
    queryKey: ['file', id],
    queryFn: () => readFile(id),
    // Colleagues work on it too: whoever comes back to the window sees what they did.
    staleTime: 1_000,
  });

/** What the page has of each application, as the platform knows it. */
const etags = new Map<string, string>();

async function readFile(id: string): Promise<ApplicationFile> {
  const { data, response } = await api.GET('/api/v1/applications/{id}/file', { params: { path: { id } } });
  etags.set(id, response.headers.get('ETag') ?? '');
  return data as ApplicationFile;
}

/** Asks whether an application that is shown has changed. One that has not is answered 304, and leaves no entry in the access log. */
export async function pollFile(reads: QueryClient, id: string): Promise<void> {
  const { queryKey } = fileRead(id);
  const readAt = () => reads.getQueryState(queryKey)?.dataUpdatedAt;
  const before = readAt();
  const { data, response } = await api.GET('/api/v1/applications/{id}/file', {
    params: { path: { id } },
    headers: { 'If-None-Match': etags.get(id) ?? '', 'X-Cups-Poll': '?1' },
  });
  // What was read meanwhile is newer.
  if (response.status === 304 || data === undefined || readAt() !== before) return;
  etags.set(id, response.headers.get('ETag') ?? '');
  reads.setQueryData(queryKey, data);
}

export const submissionRead = (id: string, number: number) =>
  queryOptions({
    queryKey: ['submission', id, number],
    queryFn: () =>
      bodyOf(api.GET('/api/v1/applications/{id}/submissions/{number}', { params: { path: { id, number } } })),
    staleTime: Infinity,
  });

export const looksRead = (id: string) =>
  queryOptions({
    queryKey: ['looks', id],
    queryFn: () =>
      bodyOf(api.GET('/api/v1/applications/{id}/looks', { params: { path: { id }, query: { pageSize: 200 } } })),
  });

/** Forms, prices, papers and days off: they change by the day, and the browser asks whether they still are as it has them. */
export const registryRead = (centre: string) =>
  queryOptions({
    queryKey: ['registry', centre],
    queryFn: () => bodyOf(api.GET('/api/v1/registry', { params: { query: { centre } } })),
    staleTime: 30 * MINUTE,
    gcTime: Infinity,
  });
