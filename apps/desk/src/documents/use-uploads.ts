import { useMemo, useSyncExternalStore } from 'react';
import { useSignedIn } from '../session/session.tsx';
import type { UploadRecord, UploadStatus } from './uploads.ts';

/** Returns all uploads of this browser. */
export function useAllUploads(): readonly UploadStatus[] {
  const { uploads } = useSignedIn();
  return useSyncExternalStore(uploads.subscribe, uploads.all);
}

/** Whether there are uploads, or deletions that the platform refused. */
export function useHasUploadState(): boolean {
  const { uploads } = useSignedIn();
  const { deletions } = uploads;
  const rejected = useSyncExternalStore(deletions.subscribe, deletions.rejected);
  return useAllUploads().length + rejected.length > 0;
}

/**
 * Returns the newest upload of a kind that the draft or the answer names or will name, not one of an earlier filing.
 * @param document documents/{id} that it names
 */
export function useUpload(application: string, kind: string, document: string | undefined): UploadStatus | undefined {
  const all = useAllUploads();
  return useMemo(() => {
    const own = all.filter(({ record }) => record.application === application && record.kind === kind);
    return own.filter(({ record }) => !record.isNamed || isNameOf(record, document)).at(-1);
  }, [all, application, kind, document]);
}

/** Whether the name is that of a document of the upload, also of one that the platform abandoned. */
export const isNameOf = ({ document, formerNames = [] }: UploadRecord, name: string | undefined): boolean =>
  name !== undefined && (document === name || formerNames.includes(name));

/** Returns the uploads that the platform does not have completely, or that no application names. */
export function useUnsentScans(): readonly UploadStatus[] {
  const all = useAllUploads();
  return useMemo(() => all.filter((upload) => isIncomplete(upload) || isUnattached(upload)), [all]);
}

/**
 * Whether the platform had abandoned the document before its bytes arrived, and no draft names the one that replaces
 * it: the application was filed meanwhile.
 */
const isUnattached = ({ record }: UploadStatus): boolean => !record.isNamed && record.formerNames !== undefined;

/** Number of scans about which the clerk has to do something. */
export const countRejected = (uploads: readonly UploadStatus[]): number =>
  uploads.filter((upload) => upload.state === 'rejected' || (upload.state === 'complete' && isUnattached(upload)))
    .length;

/** Whether bytes of an upload are still only here. */
export const isIncomplete = ({ state }: UploadStatus): boolean => state !== 'complete';
