import { BUCKETS } from '@cups/application';
import type { Bucket } from '@cups/application';
import { normalizePageSize } from '@cups/contracts/node';
import { fromProtoEnum, toProtoEnum } from '@cups/contracts/proto';
import { Problem } from '@cups/problem';
import { centresOf } from '@cups/rpc';
import type { BucketCount } from '@cups/contracts/gen/cups/intake/v1/BucketCount.ts';
import type { ListQueueResponse } from '@cups/contracts/gen/cups/intake/v1/ListQueueResponse.ts';
import { toRow } from '../convert/application.ts';
import type { Viewer } from '../convert/application.ts';
import { countQueue, listChanges, listQueue } from '../store/queue.ts';
import type { StoredRow } from '../store/application-rows.ts';
import { recordListAccess } from './access-recording.ts';
import { toViewer } from './caller.ts';
import type { IntakeRpcs, RpcDeps } from './deps.ts';

/** The calls of the queue: one list with the counts of all, and what changed since. A page is one look at the list of each centre. */
export function queueRpcs({
  applications,
  accessLog: looks,
  persons,
  now,
}: Pick<RpcDeps, 'applications' | 'accessLog' | 'persons' | 'now'>): Pick<
  IntakeRpcs,
  'ListQueue' | 'ListQueueChanges'
> {
  return {
    async ListQueue(request, context) {
      const centres = centresOf(context);
      const viewer = toViewer(context, persons, now());
      const bucket = (fromProtoEnum('BUCKET_', request.bucket) || 'today') as Bucket;
      const { operator: me, now: at } = viewer;
      const { pageToken } = request;
      const [page, counts] = await Promise.all([
        listQueue(applications, {
          bucket,
          centres,
          operator: me,
          now: at,
          pageSize: normalizePageSize(request.pageSize),
          pageToken,
        }),
        countQueue(applications, centres, viewer),
        recordListAccess(looks, context, at),
      ]);
      return toPage(page, counts, viewer);
    },

    async ListQueueChanges(request, context) {
      const centres = centresOf(context);
      const viewer = toViewer(context, persons, now());
      const since = decodeCursor(request.cursor);
      const { pageToken } = request;
      const [page, counts] = await Promise.all([
        listChanges(applications, { since, centres, pageSize: normalizePageSize(request.pageSize), pageToken }),
        countQueue(applications, centres, viewer),
      ]);
      // A page that asks every few seconds and is shown nothing looked at nothing.
      if (page.documents.length > 0) await recordListAccess(looks, context, viewer.now);
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
    cursor: encodeCursor(viewer.now),
  };
}

const toCounts = (counts: ReadonlyMap<Bucket, number>): BucketCount[] =>
  BUCKETS.map((bucket) => ({ bucket: toProtoEnum('BUCKET_', bucket), count: counts.get(bucket) ?? 0 }));

/** A cursor is an instant, opaque to whoever holds it. */
const encodeCursor = (time: Date): string => Buffer.from(`q${time.getTime()}`).toString('base64url');

function decodeCursor(cursor: string): Date {
  const [, ms] = /^q([0-9]{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  if (ms !== undefined) return new Date(Number(ms));
  throw new Problem({ reason: 'PAGE_TOKEN_INVALID', message: 'Not a cursor of the queue. Read the queue again.' });
}
