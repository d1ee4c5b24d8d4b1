import { addCivilDays, BUCKETS, toCivilDate } from '@cups/application';
import type { Bucket } from '@cups/application';
import type { Documents } from '@cups/store';
import { subtractDays, DUE_SOON_DAYS } from '../domain/queue.ts';
import type { QueueViewer } from '../domain/queue.ts';
import type { StoredApplication } from '../store.ts';
import { ROW_PROJECTION } from './application-rows.ts';
import type { StoredRow } from './application-rows.ts';

/** The buckets of the queue as store queries, each one range of one index. */

type Filter = Record<string, unknown>;
interface QueueList {
  filter: Filter;
  orderBy: string;
  order: 'asc' | 'desc';
}

/** Indexes, each with the buckets that it serves. They contain open applications only. */
export const QUEUE_INDEXES = [
  {
    fields: { centre: 1, 'queue.stage': 1, 'queue.since': 1, _id: 1 },
    query:
      'ListQueue: documents-requested, ready, uncollected-14-days, uncollected-30-days, drafts, awaiting-outcome, with-agency, on-the-way',
  },
  { fields: { centre: 1, 'queue.actionDate': 1, _id: 1 }, query: 'ListQueue: today' },
  { fields: { centre: 1, 'queue.agencyUpdateTime': 1, _id: 1 }, query: 'ListQueue: agency-replied' },
  { fields: { centre: 1, 'queue.deadline': 1, _id: 1 }, query: 'ListQueue: due-soon' },
  { fields: { centre: 1, 'queue.notifySince': 1, _id: 1 }, query: 'ListQueue: to-notify' },
  { fields: { centre: 1, assignee: 1, 'queue.since': 1, _id: 1 }, query: 'ListQueue: mine' },
  { fields: { centre: 1, 'queue.since': 1, _id: 1 }, query: 'ListQueue: open' },
  { fields: { centre: 1, updateTime: 1, _id: 1 }, query: 'ListQueueChanges' },
] satisfies { fields: Record<string, 1 | -1>; query: string }[];

/** Matches any present value, as an index range, which `$exists` is not. */
const PRESENT: Filter = { $gt: new Date(0) };

/**
 * Returns the filter and order of a bucket. Tasks come oldest first, the operator's own applications newest first.
 */
export function resolveQueueList(bucket: Bucket, { operator, now }: QueueViewer): QueueList {
  const inStage = (stage: string, filter: Filter = {}): QueueList => ({
    filter: { 'queue.stage': stage, ...filter },
    orderBy: 'queue.since',
    order: 'asc',
  });
  const uncollected = (days: number) => inStage('ready', { 'queue.since': { $lte: subtractDays(now, days) } });
  switch (bucket) {
    case 'today':
      return {
        filter: { 'queue.actionDate': { $gt: '', $lte: toCivilDate(now) } },
        orderBy: 'queue.actionDate',
        order: 'asc',
      };
    case 'agency-replied':
      return { filter: { 'queue.agencyUpdateTime': PRESENT }, orderBy: 'queue.agencyUpdateTime', order: 'asc' };
    case 'due-soon': {
      const last = addCivilDays(toCivilDate(now), DUE_SOON_DAYS);
      return { filter: { 'queue.deadline': { $gt: '', $lte: last } }, orderBy: 'queue.deadline', order: 'asc' };
    }
    case 'to-notify':
      return { filter: { 'queue.notifySince': PRESENT }, orderBy: 'queue.notifySince', order: 'asc' };
    case 'uncollected-14-days':
      return uncollected(14);
    case 'uncollected-30-days':
      return uncollected(30);
    case 'drafts':
      return { ...inStage('drafts'), order: 'desc' };
    case 'mine':
      return { filter: { assignee: operator, 'queue.since': PRESENT }, orderBy: 'queue.since', order: 'desc' };
    case 'open':
      return { filter: { 'queue.since': PRESENT }, orderBy: 'queue.since', order: 'desc' };
    default:
      return inStage(bucket);
  }
}

export interface QueueQuery extends QueueViewer {
  centres: readonly string[];
  pageSize: number;
  pageToken: string;
}

/** The queue shows what an agency wrote last. */
const QUEUE_PROJECTION = Object.assign({ messages: 1 } as const, ROW_PROJECTION);
/** Only this bucket shows a phone number, since it is for phone calls. */
const TO_NOTIFY_PROJECTION = Object.assign({ 'content.contact.phone': 1 } as const, QUEUE_PROJECTION);

/**
 * Returns a page of one bucket.
 * @throws Problem PAGE_TOKEN_INVALID
 */
export function listQueue(
  documents: Documents<StoredApplication>,
  { bucket, centres, pageSize, pageToken, ...viewer }: QueueQuery & { bucket: Bucket },
): Promise<{ documents: StoredRow[]; nextPageToken: string }> {
  const { filter, orderBy, order } = resolveQueueList(bucket, viewer);
  return documents.list({
    filter,
    orderBy,
    order,
    scope: { centre: centres },
    pageSize,
    pageToken,
    tokenArguments: { queue: bucket, centres, me: viewer.operator },
    projection: bucket === 'to-notify' ? TO_NOTIFY_PROJECTION : QUEUE_PROJECTION,
  });
}

/** Overlap of change pages: clocks of replicas differ, and writes become visible late. */
const OVERLAP_MS = 10_000;

/**
 * Returns a page of applications changed since an instant minus 10 s, oldest change first.
 * @throws Problem PAGE_TOKEN_INVALID
 */
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
    projection: QUEUE_PROJECTION,
  });
}

/** Maximum of each count. It stands for more than 999. */
const MAX_COUNTED = 1_000;

/** Counts all buckets with one command. Each count is one range of one index and reads no document. */
export async function countQueue(
  documents: Documents<StoredApplication>,
  centres: readonly string[],
  viewer: QueueViewer,
): Promise<Map<Bucket, number>> {
  const counts = await documents.countEach(
    BUCKETS.map((bucket) => resolveQueueList(bucket, viewer).filter),
    { scope: { centre: centres }, limit: MAX_COUNTED },
  );
  return new Map(BUCKETS.map((bucket, at) => [bucket, counts[at]!]));
}
