import type { Bucket } from '../api/types.ts';

/** The selected bucket and row of the queue. */
export interface QueueSelection {
  bucket: Bucket;
  row?: string | undefined;
}

/** Query-cache key of the selection, kept until sign-out. */
export const QUEUE_SELECTION_KEY = ['place', 'queue'];
