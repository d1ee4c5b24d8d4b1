import { queryOptions } from '@tanstack/react-query';
import { api, bodyOf } from '../api/client.ts';
import { allPages } from '../api/pages.ts';
import type { TeamMember } from '../api/types.ts';

/** Whom a page of the team is of: a centre by its code, or those of the platform and of agencies. */
export type Of = string | 'staff';

/** How support says why it looks: in a header, percent-encoded, so that it stands in no address. */
const reasoned = (why: string | undefined) => (why ? { 'X-Cups-Reason': encodeURIComponent(why) } : {});

export const teamKey = (of: Of) => ['team', of];

export const teamRead = (of: Of, why?: string) =>
  queryOptions({
    queryKey: [...teamKey(of), why],
    queryFn: () =>
      allPages<TeamMember>(async (query) => {
        const header = reasoned(why);
        const { members, nextPageToken } = await bodyOf(
          of === 'staff'
            ? api.GET('/api/v1/staff', { params: { query, header } })
            : api.GET('/api/v1/centres/{code}/operators', { params: { path: { code: of }, query, header } }),
        );
        return { items: members, next: nextPageToken };
      }),
  });

/** Those who have left a centre. */
export const formerRead = (of: Of, why?: string) =>
  queryOptions({
    queryKey: [...teamKey(of), 'former', why],
    queryFn: () =>
      allPages<TeamMember>(async (paging) => {
        const params = { path: { code: of }, query: Object.assign({ former: true }, paging), header: reasoned(why) };
        const { members, nextPageToken } = await bodyOf(api.GET('/api/v1/centres/{code}/operators', { params }));
        return { items: members, next: nextPageToken };
      }),
  });

export const historyRead = (of: Of, id: string, why?: string) =>
  queryOptions({
    queryKey: [...teamKey(of), 'history', id, why],
    queryFn: () => {
      const header = reasoned(why);
      return bodyOf(
        of === 'staff'
          ? api.GET('/api/v1/staff/{id}/history', { params: { path: { id }, header } })
          : api.GET('/api/v1/centres/{code}/operators/{id}/history', { params: { path: { code: of, id }, header } }),
      );
    },
  });
