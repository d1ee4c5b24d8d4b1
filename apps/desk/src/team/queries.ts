import { queryOptions } from '@tanstack/react-query';
import { api, bodyOf } from '../api/client.ts';
import { fetchAllPages } from '../api/pagination.ts';
import type { TeamMember } from '../api/types.ts';

/** Code of a centre, or `staff` for the platform and the agencies. */
export type TeamScope = string | 'staff';

/** Sends the reason of support, percent-encoded; a header keeps it out of URLs. */
const reasonHeader = (reason: string | undefined) => (reason ? { 'Cups-Reason': encodeURIComponent(reason) } : {});

export const teamKey = (scope: TeamScope) => ['team', scope];

export const teamQuery = (scope: TeamScope, reason?: string) =>
  queryOptions({
    queryKey: [...teamKey(scope), reason],
    queryFn: () =>
      fetchAllPages<TeamMember>(async (query) => {
        const header = reasonHeader(reason);
        const { members, nextPageToken } = await bodyOf(
          scope === 'staff'
            ? api.GET('/api/v1/staff', { params: { query, header } })
            : api.GET('/api/v1/centres/{code}/operators', { params: { path: { code: scope }, query, header } }),
        );
        return { items: members, next: nextPageToken };
      }),
  });

export const formerMembersQuery = (scope: TeamScope, reason?: string) =>
  queryOptions({
    queryKey: [...teamKey(scope), 'former', reason],
    queryFn: () =>
      fetchAllPages<TeamMember>(async (paging) => {
        const params = {
          path: { code: scope },
          query: Object.assign({ former: true }, paging),
          header: reasonHeader(reason),
        };
        const { members, nextPageToken } = await bodyOf(api.GET('/api/v1/centres/{code}/operators', { params }));
        return { items: members, next: nextPageToken };
      }),
  });

export const staffHistoryQuery = (scope: TeamScope, id: string, reason?: string) =>
  queryOptions({
    queryKey: [...teamKey(scope), 'history', id, reason],
    queryFn: () => {
      const header = reasonHeader(reason);
      return bodyOf(
        scope === 'staff'
          ? api.GET('/api/v1/staff/{id}/history', { params: { path: { id }, header } })
          : api.GET('/api/v1/centres/{code}/operators/{id}/history', { params: { path: { code: scope, id }, header } }),
      );
    },
  });
