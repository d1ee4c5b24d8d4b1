import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, bodyOf } from '../api/client.ts';
import { RECORDED_READ } from '../api/recorded-read.ts';
import type { MandateRevocation, MandateScope, StoredMandate } from '../api/types.ts';
import { orCopy } from '../offline-copy/copy-source.ts';

/** Reads and changes of mandates. Each read of a person's mandate is recorded in the access log. */

const PAGE_SIZE = 100;
const APPLICATION_PAGE_SIZE = 20;
const STALE_MS = 60_000;
/** How often the queue reads how many end soon, in ms. */
export const ENDING_INTERVAL_MS = 300_000;
/** Days before the end from which a mandate is listed first. */
const ENDING_DAYS = 30;

const KEY = 'mandates';

/** The number of mandates that end soon. It names nobody, so no access is recorded. */
export const endingCountQuery = queryOptions({
  queryKey: [KEY, 'ending-count'],
  queryFn: () =>
    bodyOf(api.GET('/api/v1/mandates/count', { params: { query: { endingWithinDays: ENDING_DAYS } } })).then(
      ({ count }) => count,
    ),
  staleTime: STALE_MS,
});

/** Active mandates that end soon. */
export const endingMandatesQuery = queryOptions({
  queryKey: [KEY, 'ending'],
  queryFn: () =>
    bodyOf(
      api.GET('/api/v1/mandates', { params: { query: { endingWithinDays: ENDING_DAYS, pageSize: PAGE_SIZE } } }),
    ).then(({ mandates }) => [...mandates].sort((one, other) => one.expireTime.localeCompare(other.expireTime))),
  staleTime: STALE_MS,
});

/** Active mandates, newest first, in pages. */
export const activeMandatesQuery = infiniteQueryOptions({
  queryKey: [KEY, 'active'],
  initialPageParam: '',
  queryFn: ({ pageParam }) => {
    const query = { state: 'active' as const, pageSize: PAGE_SIZE, ...(pageParam && { pageToken: pageParam }) };
    return bodyOf(api.GET('/api/v1/mandates', { params: { query } }));
  },
  getNextPageParam: (page) => page.nextPageToken,
  staleTime: STALE_MS,
});

/** Active mandates of a person. The number travels in the body, and the result stays in memory only while shown. */
export const personMandatesQuery = (idnp: string) =>
  queryOptions({
    queryKey: [KEY, 'person', idnp],
    enabled: idnp !== '',
    queryFn: () =>
      orCopy(
        bodyOf(api.POST('/api/v1/mandates/search', { body: { idnp } })).then(({ mandates }) => mandates),
        (copy) => copy.listPersonMandates(idnp),
      ),
    ...RECORDED_READ,
    staleTime: 0,
    gcTime: 0,
  });

/** A whole mandate, with text and names of operators. */
export const mandateQuery = (id: string) =>
  queryOptions({
    queryKey: [KEY, id],
    queryFn: () => bodyOf(api.GET('/api/v1/mandates/{mandate}', { params: { path: { mandate: id } } })),
    ...RECORDED_READ,
    staleTime: 1_000,
  });

/** The applications of a mandate, newest first, in pages. Each read is recorded for each application. */
export const mandateApplicationsQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: [KEY, id, 'applications'],
    initialPageParam: '',
    queryFn: ({ pageParam }) => {
      const query = { pageSize: APPLICATION_PAGE_SIZE, ...(pageParam && { pageToken: pageParam }) };
      return bodyOf(api.GET('/api/v1/mandates/{mandate}/applications', { params: { path: { mandate: id }, query } }));
    },
    getNextPageParam: (page) => page.nextPageToken,
    ...RECORDED_READ,
    staleTime: STALE_MS,
  });

/** Key of all queries of mandates. */
export const mandatesKey = [KEY];

/**
 * Revokes a mandate, or a part of it.
 * @param key a repeat with the same key revokes once
 * @throws ApiError, NetworkError
 */
export function revokeMandate(
  id: string,
  scope: MandateScope | undefined,
  key: string,
): Promise<{ mandate: StoredMandate; revocation: MandateRevocation }> {
  const params = { path: { mandate: id }, header: { 'Idempotency-Key': key } };
  return bodyOf(api.POST('/api/v1/mandates/{mandate}/revoke', { params, body: scope ? { scope } : {} }));
}

/**
 * Returns the mandate to print, with a new own code for the person. The former code ends. Nothing stores the response.
 * @throws ApiError, NetworkError
 */
export const issueOwnCode = (id: string): Promise<StoredMandate> =>
  bodyOf(api.POST('/api/v1/mandates/{mandate}/print', { params: { path: { mandate: id } } }));
