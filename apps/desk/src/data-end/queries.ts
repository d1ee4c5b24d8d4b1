import { queryOptions } from '@tanstack/react-query';
import { api, bodyOf } from '../api/client.ts';
import { fetchAllPages } from '../api/pagination.ts';
import type { Erasure } from '../api/types.ts';

/** When the data of an application end, and why they cannot be erased now. @param id ULID of the application */
export const dataStateQuery = (id: string) =>
  queryOptions({
    queryKey: ['data-state', id],
    queryFn: () => bodyOf(api.GET('/api/v1/data-states/{application}', { params: { path: { application: id } } })),
  });

/** Erased applications, newest first. */
export const erasuresQuery = queryOptions({
  queryKey: ['erasures'],
  queryFn: () =>
    fetchAllPages<Erasure>(async (query) => {
      const page = await bodyOf(api.GET('/api/v1/erasures', { params: { query } }));
      return { items: page.erasures, next: page.nextPageToken };
    }),
});
