import { BUCKETS } from '@cups/application';
import type { Bucket } from '@cups/application';
import { pageSizeOf } from '@cups/contracts/node';
import { enumValue, enumWord } from '@cups/contracts/proto';
import { Problem } from '@cups/problem';
import { centresOf } from '@cups/rpc';
import type { BucketCount } from '@cups/contracts/gen/cups/intake/v1/BucketCount.ts';
import type { ListQueueResponse } from '@cups/contracts/gen/cups/intake/v1/ListQueueResponse.ts';
import { toRow } from '../convert/application.ts';
import type { Viewer } from '../convert/application.ts';
import { countQueue, listChanges, listQueue } from '../store/queue.ts';
import type { StoredRow } from '../store/rows.ts';
import { lookAtList } from './looking.ts';
import { viewerOf } from './own.ts';
import type { IntakeRpcs, Parts } from './parts.ts';

/** The calls of the queue: one list with the counts of all, and what changed since. A page is one look at the list of each centre. */
export function queueRpcs({
  applications,
  looks,
  persons,
  now,
}: Pick<Parts, 'applications' | 'looks' | 'persons' | 'now'>): Pick<IntakeRpcs, 'ListQueue' | 'ListQueueChanges'> {
  return {
    async ListQueue(request, context) {
      const centres = centresOf(context);
      const viewer = viewerOf(context, persons, now());
      const bucket = (enumValue('BUCKET_', request.bucket) || 'today') as Bucket;
      const { me, now: at } = viewer;
      const { pageToken } = request;
      const [page, counts] = await Promise.all([
        listQueue(applications, { bucket, centres, me, now: at, pageSize: pageSizeOf(request.pageSize), pageToken }),
        countQueue(applications, centres, viewer),
        lookAtList(looks, context, at),
      ]);
      return toPage(page, counts, viewer);
    },

    async ListQueueChanges(request, context) {
      const centres = centresOf(context);
      const viewer = viewerOf(context, persons, now());
      const since = cursorFrom(request.cursor);
      const { pageToken } = request;
      const [page, counts] = await Promise.all([
        listChanges(applications, { since, centres, pageSize: pageSizeOf(request.pageSize), pageToken }),
        countQueue(applications, centres, viewer),
      ]);
      // A page that asks every few seconds and is shown nothing looked at nothing.
      if (page.documents.length > 0) await lookAtList(looks, context, viewer.now);
      return toPage(page, counts, viewer);
    },
  };
}

/** A list and what changed are answered alike. */
function toPage(
  { documents, nextPageToken }: { documents: StoredRow[]; nextPageToken: string },
  counts: ReadonlyMap<Bucket, number>,
  viewer: Viewer,
): ListQueueResponse {
  return {
    applications: documents.map((row) => toRow(row, viewer)),
    nextPageToken,
    counts: toCounts(counts),
    cursor: cursorAt(viewer.now),
  };
}

const toCounts = (counts: ReadonlyMap<Bucket, number>): BucketCount[] =>
  BUCKETS.map((bucket) => ({ bucket: enumWord('BUCKET_', bucket), count: counts.get(bucket) ?? 0 }));

/** A cursor is an instant, opaque to whoever holds it. */
const cursorAt = (time: Date): string => Buffer.from(`q${time.getTime()}`).toString('base64url');

function cursorFrom(cursor: string): Date {
  const [, ms] = /^q([0-9]{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  if (ms !== undefined) return new Date(Number(ms));
  throw new Problem({ reason: 'PAGE_TOKEN_INVALID', message: 'Not a cursor of the queue. Read the queue again.' });
}
