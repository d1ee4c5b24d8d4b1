import { queryOptions } from '@tanstack/react-query';
import { api, bodyOf } from '../api/client.ts';
import { fetchAllPages } from '../api/pagination.ts';
import type { ChainBreak, QuarantinedAct } from '../api/types.ts';

/** Queries about quarantined acts. */

const MINUTE_MS = 60_000;
const KEY = 'quarantine';
export const QUARANTINE_KEY = [KEY] as const;

/** Open acts, oldest first, with the display names of operators. */
export const quarantinedActsQuery = queryOptions({
  queryKey: [KEY, 'acts'],
  queryFn: async () => {
    const names = new Map<string, string>();
    const acts = await fetchAllPages<QuarantinedAct>(async (query) => {
      const page = await bodyOf(api.GET('/api/v1/quarantined-acts', { params: { query } }));
      page.operators?.forEach(({ name, displayName }) => names.set(name, displayName));
      return { items: page.acts, next: page.nextPageToken };
    });
    return { acts, names };
  },
});

/** Number of open acts; 1000 means more than 999. */
export const quarantineCountQuery = queryOptions({
  queryKey: [KEY, 'count'],
  queryFn: async () =>
    (await bodyOf(api.GET('/api/v1/quarantined-acts', { params: { query: { pageSize: 1 } } }))).openCount,
  staleTime: MINUTE_MS,
  refetchInterval: 5 * MINUTE_MS,
});

/** Broken chains of acts, the newest break first, with the display names of operators and the number of computers. */
export const chainBreaksQuery = queryOptions({
  queryKey: [KEY, 'chain-breaks'],
  queryFn: async () => {
    const { breaks, operators = [] } = await bodyOf(api.GET('/api/v1/chain-breaks'));
    const names = new Map(operators.map(({ name, displayName }) => [name, displayName]));
    return { breaks, names, computerCount: countBrokenComputers(breaks, Date.now()) };
  },
  staleTime: MINUTE_MS,
  refetchInterval: 5 * MINUTE_MS,
});

/** How long the notice shows a break, in ms. */
const NOTICE_MS = 7 * 24 * 60 * MINUTE_MS;

/** Counts the computers on which a chain broke lately. */
const countBrokenComputers = (breaks: readonly ChainBreak[], now: number): number =>
  new Set(breaks.filter(({ lastTime }) => now - Date.parse(lastTime) < NOTICE_MS).map(({ device }) => device)).size;

/** One act with its content and its application now. Each read is recorded, so it happens once for a shown act. */
export const quarantinedActQuery = (id: string) =>
  queryOptions({
    queryKey: [KEY, 'act', id],
    queryFn: () => bodyOf(api.GET('/api/v1/quarantined-acts/{act}', { params: { path: { act: id } } })),
    staleTime: Infinity,
    gcTime: 0,
  });
