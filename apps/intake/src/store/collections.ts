import type { Documents } from '@cups/store';
import { UNCOLLECTED_STATES } from '../domain/result-delivery.ts';
import type { StoredApplication } from '../store.ts';
import { ROW_PROJECTION } from './application-rows.ts';
import type { StoredRow } from './application-rows.ts';

/**
 * Returns a page of the decided applications of other centres whose result these centres hand over, newest first.
 * @throws Problem PAGE_TOKEN_INVALID
 */
export function listCollections(
  documents: Documents<StoredApplication>,
  { centres, pageSize, pageToken }: { centres: readonly string[]; pageSize: number; pageToken: string },
): Promise<{ documents: StoredRow[]; nextPageToken: string }> {
  return documents.list({
    scope: { collectionCentre: centres },
    filter: { state: { $in: UNCOLLECTED_STATES } },
    order: 'desc',
    pageSize,
    pageToken,
    tokenArguments: { collections: centres },
    projection: ROW_PROJECTION,
  });
}
