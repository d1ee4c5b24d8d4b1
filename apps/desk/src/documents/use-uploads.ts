import { useMemo, useSyncExternalStore } from 'react';
import { useSignedIn } from '../session/session.tsx';
import type { UploadStatus } from './uploads.ts';

/** Returns all uploads of this browser. */
export function useAllUploads(): readonly UploadStatus[] {
  const { uploads } = useSignedIn();
  return useSyncExternalStore(uploads.subscribe, uploads.all);
}

/** Returns the newest upload of a document of an application. */
export function useUpload(application: string, kind: string): UploadStatus | undefined {
  const all = useAllUploads();
  return useMemo(
    () => all.filter(({ record }) => record.application === application && record.kind === kind).at(-1),
    [all, application, kind],
  );
}

/** Whether bytes of an upload are still only here. */
export const isIncomplete = ({ state }: UploadStatus): boolean => state !== 'complete';
