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

/**
 * RPC handlers of the queue: one bucket with the counts of all, and changes since a cursor. Each page counts as one
 * list access per centre.
 */
export function queueRpcs(
  deps: Pick<RpcDeps, 'applications' | 'accessLog' | 'persons' | 'workingTimes' | 'now'>,
): Pick<IntakeRpcs, 'ListQueue' | 'ListQueueChanges'> {
  const { applications, accessLog, now } = deps;
  return {
    async ListQueue(request, context) {
      const centres = centresOf(context);
      const viewer = toViewer(context, deps, now());
      const bucket = (fromProtoEnum('BUCKET_', request.bucket) || 'today') as Bucket;
      const { operator, now: readTime } = viewer;
      const { pageToken } = request;
      const [page, counts] = await Promise.all([
        listQueue(applications, {
          bucket,
          centres,
          operator,
          now: readTime,
          pageSize: normalizePageSize(request.pageSize),
          pageToken,
        }),
        countQueue(applications, centres, viewer),
        recordListAccess(accessLog, context, readTime),
      ]);
      return toPage(page, counts, viewer);
    },

    async ListQueueChanges(request, context) {
      const centres = centresOf(context);
      const viewer = toViewer(context, deps, now());
      const since = decodeCursor(request.cursor);
      const { pageToken } = request;
      const [page, counts] = await Promise.all([
        listChanges(applications, { since, centres, pageSize: normalizePageSize(request.pageSize), pageToken }),
        countQueue(applications, centres, viewer),
      ]);
      // Polling that returns nothing is no access.
      if (page.documents.length > 0) await recordListAccess(accessLog, context, viewer.now);
      return toPage(page, counts, viewer);
    },
  };
}

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

/** A cursor is an instant, opaque to clients. */
const encodeCursor = (time: Date): string => Buffer.from(`q${time.getTime()}`).toString('base64url');

function decodeCursor(cursor: string): Date {
  const [, ms] = /^q([0-9]{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  if (ms !== undefined) return new Date(Number(ms));
  throw new Problem({ reason: 'PAGE_TOKEN_INVALID', message: 'The cursor is invalid.' });
}
