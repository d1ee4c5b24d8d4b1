import { useMemo, useSyncExternalStore } from 'react';
import { useSignedIn } from '../session/session.tsx';
import type { UploadStatus } from './uploads.ts';

/** Returns all uploads of this browser. */
export function useAllUploads(): readonly UploadStatus[] {
  const { uploads } = useSignedIn();
  return useSyncExternalStore(uploads.subscribe, uploads.all);
}

/**
 * Returns the newest upload of a kind that the draft or the answer names or will name, not one of an earlier filing.
 * @param document documents/{id} that it names
 */
export function useUpload(application: string, kind: string, document: string | undefined): UploadStatus | undefined {
  const all = useAllUploads();
  return useMemo(() => {
    const own = all.filter(({ record }) => record.application === application && record.kind === kind);
    return own.filter(({ record }) => !record.isNamed || record.document === document).at(-1);
  }, [all, application, kind, document]);
}

/** Whether bytes of an upload are still only here. */
export const isIncomplete = ({ state }: UploadStatus): boolean => state !== 'complete';
