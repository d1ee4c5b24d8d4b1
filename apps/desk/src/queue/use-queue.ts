import { useEffect, useMemo, useState } from 'react';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { api, bodyOf } from '../api/client.ts';
import { queueQuery } from '../api/queries.ts';
import type { Bucket, QueuePage, ApplicationRow } from '../api/types.ts';

/**
 * One bucket of the queue, updated without a reload. Displayed rows update in place. New rows are counted and shown
 * on request, so that nothing moves under the pointer.
 */

const POLL_INTERVAL_MS = 10_000;
const PAGE_SIZE = 100;
const PREFETCH_STALE_MS = 3_000;

export interface QueueList {
  rows: ApplicationRow[];
  counts: Partial<Record<Bucket, number>>;
  /** Number of rows that belong here and are not displayed yet. */
  newCount: number;
  refresh: () => void;
  hasMore: boolean;
  showMore: () => void;
  isPending: boolean;
  error: unknown;
  updatedAt: number;
  /** Time of the list if it is from the offline copy. */
  copyTime: string | undefined;
}

export function useQueue(bucket: Bucket): QueueList {
  const queryClient = useQueryClient();
  const list = useInfiniteQuery({
    queryKey: ['queue', bucket, 'pages'],
    initialPageParam: '',
    queryFn: async ({ pageParam }): Promise<QueuePage> => {
      if (pageParam === '') {
        // Reuses the page that was prefetched with the session.
        const staleTime = queryClient.getQueryData(['queue', bucket, 'pages']) === undefined ? PREFETCH_STALE_MS : 0;
        return queryClient.fetchQuery(Object.assign({}, queueQuery(bucket), { staleTime }));
      }
      const query = { bucket, pageSize: PAGE_SIZE, pageToken: pageParam };
      return bodyOf(api.GET('/api/v1/queue', { params: { query } }));
    },
    getNextPageParam: (page) => page.nextPageToken,
    staleTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  const changes = useQueueChanges(list.data?.pages[0]);
  const rows = useMemo(() => {
    const shown = list.data?.pages.flatMap(({ applications }) => applications) ?? [];
    return shown.map((row) => changes.rows.get(row.id) ?? row);
  }, [list.data, changes.rows]);
  const shownIds = new Set(rows.map(({ id }) => id));
  const newCount = [...changes.rows.values()].filter(
    ({ id, buckets }) => !shownIds.has(id) && buckets?.includes(bucket),
  ).length;
  const counts = changes.counts ?? list.data?.pages[0]?.counts ?? [];
  return {
    rows,
    counts: Object.fromEntries(counts.map(({ bucket, count }) => [bucket, count])),
    newCount,
    refresh: () => void list.refetch(),
    hasMore: list.hasNextPage,
    showMore: () => void list.fetchNextPage(),
    isPending: list.isPending,
    error: list.isError && !list.data ? list.error : undefined,
    updatedAt: Math.max(list.dataUpdatedAt, changes.at),
    copyTime: list.data?.pages[0]?.copyTime,
  };
}

interface QueueChanges {
  /** The page that these changes are based on. */
  since?: QueuePage | undefined;
  rows: Map<string, ApplicationRow>;
  counts?: QueuePage['counts'] | undefined;
  at: number;
}
const NO_CHANGES: QueueChanges = { rows: new Map(), at: 0 };

/** Polls for changes since the list was read, every 10 s while the page is visible. */
function useQueueChanges(first: QueuePage | undefined): QueueChanges {
  const [changes, setChanges] = useState(NO_CHANGES);
  useEffect(() => {
    if (!first) return;
    let { cursor } = first;
    let isPolling = false;
    const poll = async () => {
      if (isPolling || document.hidden) return;
      isPolling = true;
      try {
        const page = await bodyOf(api.GET('/api/v1/queue/changes', { params: { query: { cursor, pageSize: 200 } } }));
        // A full page has more behind it: the next poll continues from the same cursor.
        if (page.nextPageToken === undefined) cursor = page.cursor;
        setChanges((before) => mergeChanges(before.since === first ? before : NO_CHANGES, first, page));
      } catch {
        // The banner shows that the platform is unavailable; the next poll retries.
      } finally {
        isPolling = false;
      }
    };
    const pollNow = () => void poll();
    const timer = setInterval(pollNow, POLL_INTERVAL_MS);
    document.addEventListener('visibilitychange', pollNow);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', pollNow);
    };
  }, [first]);
  return changes.since === first ? changes : NO_CHANGES;
}

function mergeChanges(before: QueueChanges, since: QueuePage, page: QueuePage): QueueChanges {
  const rows = new Map(before.rows);
  page.applications.forEach((row) => rows.set(row.id, row));
  return { since, rows, counts: page.counts, at: Date.now() };
}
