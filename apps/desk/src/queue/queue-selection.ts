import type { Bucket } from '../api/types.ts';

/** Where somebody is in the queue. */
export interface QueueSelection {
  bucket: Bucket;
  row?: string | undefined;
}

/** Where she was, for as long as she is signed in: the key under which it is kept among what was read. */
export const QUEUE_SELECTION_KEY = ['place', 'queue'];
