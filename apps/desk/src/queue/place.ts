import type { Bucket } from '../api/types.ts';

/** Where somebody is in the queue. */
export interface Place {
  bucket: Bucket;
  row?: string | undefined;
}

/** Where she was, for as long as she is signed in: the key under which it is kept among what was read. */
export const PLACE = ['place', 'queue'];
