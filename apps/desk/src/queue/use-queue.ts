import { useEffect, useMemo, useState } from 'react';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { api, bodyOf } from '../api/client.ts';
import { queueRead } from '../api/reads.ts';
import type { Bucket, QueuePage, Row } from '../api/types.ts';

/**
 * One list of the queue, kept up to date without reloading. Rows that are shown change in their place; new ones are
 * counted and wait until they are asked for, so that nothing moves under a hand.
 */

const ASK_MS = 10_000;
const PAGE = 100;
const AHEAD_MS = 3_000;

export interface QueueList {
  rows: Row[];
  counts: Partial<Record<Bucket, number>>;
  /** How many rows belong here and are not shown yet. */
  fresh: number;
  showFresh: () => void;
  hasMore: boolean;
  showMore: () => void;
  pending: boolean;
  error: unknown;
  updatedAt: number;
}

export function useQueue(bucket: Bucket): QueueList {
  const reads = useQueryClient();
  const list = useInfiniteQuery({
    queryKey: ['queue', bucket, 'pages'],
    initialPageParam: '',
    queryFn: async ({ pageParam }) => {
      if (pageParam === '') {
        // What came with the session a moment ago is not asked for twice.
        const staleTime = reads.getQueryData(['queue', bucket, 'pages']) === undefined ? AHEAD_MS : 0;
        return reads.fetchQuery(Object.assign({}, queueRead(bucket), { staleTime }));
      }
      const query = { bucket, pageSize: PAGE, pageToken: pageParam };
      return bodyOf(api.GET('/api/v1/queue', { params: { query } }));
    },
    getNextPageParam: (page) => page.nextPageToken,
    staleTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  const news = useNews(list.data?.pages[0]);
  const rows = useMemo(() => {
    const shown = list.data?.pages.flatMap(({ applications }) => applications) ?? [];
    return shown.map((row) => news.rows.get(row.id) ?? row);
  }, [list.data, news.rows]);
  const known = new Set(rows.map(({ id }) => id));
  const fresh = [...news.rows.values()].filter(({ id, buckets }) => !known.has(id) && buckets?.includes(bucket)).length;
  const counts = news.counts ?? list.data?.pages[0]?.counts ?? [];
  return {
    rows,
    counts: Object.fromEntries(counts.map(({ bucket: of, count }) => [of, count])),
    fresh,
    showFresh: () => void list.refetch(),
    hasMore: list.hasNextPage,
    showMore: () => void list.fetchNextPage(),
    pending: list.isPending,
    error: list.isError && !list.data ? list.error : undefined,
    updatedAt: Math.max(list.dataUpdatedAt, news.at),
  };
}

interface News {
  /** The page after which this is news. */
  since?: QueuePage | undefined;
  rows: Map<string, Row>;
  counts?: QueuePage['counts'] | undefined;
  at: number;
}
const NO_NEWS: News = { rows: new Map(), at: 0 };

/** What changed since the list was read: only that is asked for, every few seconds while the page is seen. */
function useNews(first: QueuePage | undefined): News {
  const [news, setNews] = useState(NO_NEWS);
  useEffect(() => {
    if (!first) return;
    let { cursor } = first;
    let asking = false;
    const ask = async () => {
      if (asking || document.hidden) return;
      asking = true;
      try {
        const page = await bodyOf(api.GET('/api/v1/queue/changes', { params: { query: { cursor, pageSize: 200 } } }));
        // A page that is full has more behind it: they come with the next look, from the same cursor.
        if (page.nextPageToken === undefined) cursor = page.cursor;
        setNews((before) => merged(before.since === first ? before : NO_NEWS, first, page));
      } catch {
        // The strip says that the platform is away; the next look comes by itself.
      } finally {
        asking = false;
      }
    };
    const look = () => void ask();
    const timer = setInterval(look, ASK_MS);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, [first]);
  return news.since === first ? news : NO_NEWS;
}

function merged(before: News, since: QueuePage, page: QueuePage): News {
  const rows = new Map(before.rows);
  page.applications.forEach((row) => rows.set(row.id, row));
  return { since, rows, counts: page.counts, at: Date.now() };
}
