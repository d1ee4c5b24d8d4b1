import { useEffect, useMemo, useState } from 'react';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { api, bodyOf } from '../api/client.ts';
import { queueQuery } from '../api/queries.ts';
import type { Bucket, QueuePage, ApplicationRow } from '../api/types.ts';

/**
 * One list of the queue, kept up to date without reloading. Rows that are shown change in their place; new ones are
 * counted and wait until they are asked for, so that nothing moves under a hand.
 */

const POLL_INTERVAL_MS = 10_000;
const PAGE_SIZE = 100;
const PREFETCH_STALE_MS = 3_000;

export interface QueueList {
  rows: ApplicationRow[];
  counts: Partial<Record<Bucket, number>>;
  /** How many rows belong here and are not shown yet. */
  newCount: number;
  refresh: () => void;
  hasMore: boolean;
  showMore: () => void;
  isPending: boolean;
  error: unknown;
  updatedAt: number;
}

export function useQueue(bucket: Bucket): QueueList {
  const queryClient = useQueryClient();
  const list = useInfiniteQuery({
    queryKey: ['queue', bucket, 'pages'],
    initialPageParam: '',
    queryFn: async ({ pageParam }) => {
      if (pageParam === '') {
        // What came with the session a moment ago is not asked for twice.
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
  const known = new Set(rows.map(({ id }) => id));
  const newCount = [...changes.rows.values()].filter(
    ({ id, buckets }) => !known.has(id) && buckets?.includes(bucket),
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
  };
}

interface QueueChanges {
  /** The page after which this is news. */
  since?: QueuePage | undefined;
  rows: Map<string, ApplicationRow>;
  counts?: QueuePage['counts'] | undefined;
  at: number;
}
const NO_CHANGES: QueueChanges = { rows: new Map(), at: 0 };

/** What changed since the list was read: only that is asked for, every few seconds while the page is seen. */
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
        // A page that is full has more behind it: they come with the next look, from the same cursor.
        if (page.nextPageToken === undefined) cursor = page.cursor;
        setChanges((before) => mergeChanges(before.since === first ? before : NO_CHANGES, first, page));
      } catch {
        // The strip says that the platform is away; the next look comes by itself.
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
