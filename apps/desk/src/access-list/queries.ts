import { queryOptions } from '@tanstack/react-query';
import { api, bodyOf } from '../api/client.ts';
import type { AccessLogEntry } from '../api/types.ts';
import { fetchListFile } from '../print/journal.ts';

/** What the list is made of. The journal is read apart, because no list waits for it. */

/** Entries of the access log, newest first, with the names of their operators. */
export interface Accesses {
  entries: AccessLogEntry[];
  operators: { name: string; displayName: string }[];
  /** Whether there are older entries. */
  hasMore: boolean;
}

/** Entries on the screen, and of a list that is printed. */
const MAX_SHOWN = 200;
export const MAX_PRINTED = 1_000;
const PAGE_SIZE = 200;

export const accessesQuery = (id: string) =>
  queryOptions({ queryKey: ['access-log', id], queryFn: () => fetchAccesses(id, MAX_SHOWN) });

/** @param accesses the accesses whose entries are read from the journal */
export const listFileQuery = (id: string, accesses: Accesses | undefined) =>
  queryOptions({
    queryKey: ['access-list-file', id, oldestAccess(accesses)],
    queryFn: () => fetchListFile(id, { maxEntries: MAX_PRINTED, since: oldestAccess(accesses) }),
    enabled: accesses !== undefined,
    // The list shows that the journal is unavailable, and asks again by itself.
    retry: false,
  });

/** Returns the time of the oldest access if there are older ones: the journal is not needed before it. */
export const oldestAccess = (accesses: Accesses | undefined): string | undefined =>
  accesses?.hasMore ? accesses.entries.at(-1)?.accessTime : undefined;

/** Reads at most `max` entries. @throws ApiError or NetworkError */
export async function fetchAccesses(id: string, max: number): Promise<Accesses> {
  const [entries, operators]: [Accesses['entries'], Accesses['operators']] = [[], []];
  let pageToken: string | undefined = '';
  while (pageToken !== undefined && entries.length < max) {
    const query = pageToken ? { pageSize: PAGE_SIZE, pageToken } : { pageSize: PAGE_SIZE };
    const page: AccessLogPage = await bodyOf(
      api.GET('/api/v1/applications/{id}/access-log', { params: { path: { id }, query } }),
    );
    entries.push(...page.entries);
    operators.push(...(page.operators ?? []));
    pageToken = page.nextPageToken;
  }
  return { entries, operators, hasMore: pageToken !== undefined };
}

interface AccessLogPage {
  entries: AccessLogEntry[];
  operators?: Accesses['operators'];
  nextPageToken?: string;
}
