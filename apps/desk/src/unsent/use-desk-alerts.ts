import { useSyncExternalStore } from 'react';
import { clockOffset, subscribeToClock } from '../api/desk-clock.ts';
import { countRejected, useAllUploads } from '../documents/use-uploads.ts';
import { useSignedIn } from '../session/session.tsx';

/** A larger difference between the clocks is shown, in ms. */
export const MAX_CLOCK_OFFSET_MS = 2 * 60_000;

/** Whether a person has to do something about this PC: decide about an act or a scan, free its disk, set its clock. */
export function useHasDeskAlert(): boolean {
  const { outbox } = useSignedIn();
  const refused = useSyncExternalStore(outbox.subscribe, outbox.countRefused);
  const elsewhere = useSyncExternalStore(outbox.subscribe, outbox.countElsewhere);
  const isFull = useSyncExternalStore(outbox.subscribe, outbox.hasStorageError);
  const offset = useSyncExternalStore(subscribeToClock, clockOffset);
  const scans = countRejected(useAllUploads());
  return refused + scans + elsewhere > 0 || isFull || Math.abs(offset) > MAX_CLOCK_OFFSET_MS;
}
