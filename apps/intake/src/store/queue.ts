import type { Bucket } from '@cups/application';
import type { Documents } from '@cups/store';
import { resolveBuckets, subtractDays, DUE_SOON_DAYS } from '../domain/queue.ts';
import type { QueueViewer } from '../domain/queue.ts';
import { subtractCivilDays, toCivilDate } from '../domain/terms.ts';
import type { StoredApplication } from '../store.ts';
import { ROW_PROJECTION } from './application-rows.ts';
import type { StoredRow } from './application-rows.ts';

/** The lists of the queue as they are asked of the store, each one range of one index. */

type Filter = Record<string, unknown>;
interface QueueList {
  filter: Filter;
  by: string;
  order: 'asc' | 'desc';
}

/** Each index beside the lists that it serves. All hold open applications only: what has ended has no place in the queue. */
export const QUEUE_INDEXES = [
  {
    fields: { centre: 1, 'queue.place': 1, 'queue.since': 1, _id: 1 },
    query:
      'ListQueue: documents-requested, ready, uncollected-14-days, uncollected-30-days, drafts, to-confirm, at-agency',
  },
  { fields: { centre: 1, 'queue.actOn': 1, _id: 1 }, query: 'ListQueue: today' },
  { fields: { centre: 1, 'queue.news': 1, _id: 1 }, query: 'ListQueue: came-back' },
  { fields: { centre: 1, 'queue.runsOut': 1, _id: 1 }, query: 'ListQueue: running-out' },
  { fields: { centre: 1, 'queue.ring': 1, _id: 1 }, query: 'ListQueue: to-ring' },
  { fields: { centre: 1, assignee: 1, 'queue.since': 1, _id: 1 }, query: 'ListQueue: mine' },
  { fields: { centre: 1, 'queue.since': 1, _id: 1 }, query: 'ListQueue: open; the counts of all lists' },
  { fields: { centre: 1, updateTime: 1, _id: 1 }, query: 'ListQueueChanges' },
] satisfies { fields: Record<string, 1 | -1>; query: string }[];

/** What is there: an index range, which `$exists` is not. */
const PRESENT: Filter = { $gt: new Date(0) };

/** Where a list is found, and its order: what is to be worked off first comes first; of one's own the newest. */
export function resolveQueueList(bucket: Bucket, { operator, now }: QueueViewer): QueueList {
  const at = (place: string, more: Filter = {}): QueueList => ({
    filter: { 'queue.place': place, ...more },
    by: 'queue.since',
    order: 'asc',
  });
  const uncollected = (days: number) => at('ready', { 'queue.since': { $lte: subtractDays(now, days) } });
  switch (bucket) {
    case 'today':
      return { filter: { 'queue.actOn': { $gt: '', $lte: toCivilDate(now) } }, by: 'queue.actOn', order: 'asc' };
    case 'came-back':
      return { filter: { 'queue.news': PRESENT }, by: 'queue.news', order: 'asc' };
    case 'running-out': {
      const last = subtractCivilDays(toCivilDate(now), -DUE_SOON_DAYS);
      return { filter: { 'queue.runsOut': { $gt: '', $lte: last } }, by: 'queue.runsOut', order: 'asc' };
    }
    case 'to-ring':
      return { filter: { 'queue.ring': PRESENT }, by: 'queue.ring', order: 'asc' };
    case 'uncollected-14-days':
      return uncollected(14);
    case 'uncollected-30-days':
      return uncollected(30);
    case 'drafts':
      return { ...at('drafts'), order: 'desc' };
    case 'mine':
      return { filter: { assignee: operator, 'queue.since': PRESENT }, by: 'queue.since', order: 'desc' };
    case 'open':
      return { filter: { 'queue.since': PRESENT }, by: 'queue.since', order: 'desc' };
    default:
      return at(bucket);
  }
}

/** Whose queue is asked for, and by whom. */
export interface QueueQuery extends QueueViewer {
  centres: readonly string[];
  pageSize: number;
  pageToken: string;
}

/** Rows of the list to ring show the number to ring; no other list shows how a person is reached. */
const TO_NOTIFY_PROJECTION = Object.assign({ 'content.contact.phone': 1 }, ROW_PROJECTION);

/** A page of one list. @throws Problem PAGE_TOKEN_INVALID */
export function listQueue(
  documents: Documents<StoredApplication>,
  { bucket, centres, pageSize, pageToken, ...viewer }: QueueQuery & { bucket: Bucket },
): Promise<{ documents: StoredRow[]; nextPageToken: string }> {
  return documents.list({
    ...resolveQueueList(bucket, viewer),
    scope: { centre: centres },
    pageSize,
    pageToken,
    tokenArguments: { queue: bucket, centres, me: viewer.operator },
    projection: bucket === 'to-ring' ? TO_NOTIFY_PROJECTION : ROW_PROJECTION,
  });
}

/** Clocks of replicas differ, and a write takes a moment to be seen: changes are told from a little before. */
const OVERLAP_MS = 10_000;

/** A page of what changed since an instant, less ten seconds, the oldest change first. @throws Problem PAGE_TOKEN_INVALID */
export function listChanges(
  documents: Documents<StoredApplication>,
  { since, centres, pageSize, pageToken }: Omit<QueueQuery, keyof QueueViewer> & { since: Date },
): Promise<{ documents: StoredRow[]; nextPageToken: string }> {
  return documents.list({
    filter: { updateTime: { $gte: new Date(since.getTime() - OVERLAP_MS) } },
    orderBy: 'updateTime',
    order: 'asc',
    scope: { centre: centres },
    pageSize,
    pageToken,
    tokenArguments: { changes: since.getTime(), centres },
    projection: ROW_PROJECTION,
  });
}

/** Over this a count is "so many at least": a desk with as many open applications has another problem. */
const MAX_COUNTED = 20_000;

/** How many stand in each list: one read of the place of each open application, and nothing else of it. */
export async function countQueue(
  documents: Documents<StoredApplication>,
  centres: readonly string[],
  viewer: QueueViewer,
): Promise<Map<Bucket, number>> {
  const open = await documents.find(
    { 'queue.since': PRESENT },
    { scope: { centre: centres }, limit: MAX_COUNTED, projection: { queue: 1, assignee: 1 } },
  );
  const counts = new Map<Bucket, number>();
  for (const row of open) {
    for (const bucket of resolveBuckets(row, viewer)) counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
  }
  return counts;
}
