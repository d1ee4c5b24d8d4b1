import type { Documents } from '@cups/store';
import type { StoredApplication } from '../store.ts';
import { TRACKING_PROJECTION } from '../store.ts';
import type { TrackedFields } from '../store.ts';
import { ROW_PROJECTION } from './application-rows.ts';
import type { StoredRow } from './application-rows.ts';

/** Queries for the applications of a mandate. They stay listed after they named another one: `mandates` keeps both. */

type MandateRow = StoredRow & Pick<StoredApplication, 'trackingNumber'>;

/** Applications that the holder of a code sees at once. */
const MAX_TRACKED = 100;

/** Lists the applications of these centres that name a mandate, newest first. @throws Problem PAGE_TOKEN_INVALID */
export function listByMandate(
  documents: Documents<StoredApplication>,
  query: { centres: readonly string[]; mandate: string; pageSize: number; pageToken: string },
): Promise<{ documents: MandateRow[]; nextPageToken: string }> {
  const { centres, mandate, pageSize, pageToken } = query;
  return documents.list({
    scope: { centre: centres },
    filter: { mandates: mandate },
    order: 'desc',
    pageSize,
    pageToken,
    tokenArguments: { centre: centres[0], mandate },
    projection: { ...ROW_PROJECTION, trackingNumber: 1 },
  });
}

/** Returns what the holder of a mandate's code sees of its applications, newest first, without drafts. */
export async function listFiledByMandate(
  documents: Documents<StoredApplication>,
  mandate: string,
): Promise<{ found: (TrackedFields & Pick<StoredApplication, 'service'>)[]; more: boolean }> {
  const found = await documents.find(
    { mandates: mandate, state: { $ne: 'draft' }, submitTime: { $exists: true } },
    {
      scope: 'service',
      sort: { _id: -1 },
      limit: MAX_TRACKED + 1,
      projection: { ...TRACKING_PROJECTION, service: 1 },
    },
  );
  return { found: found.slice(0, MAX_TRACKED), more: found.length > MAX_TRACKED };
}
