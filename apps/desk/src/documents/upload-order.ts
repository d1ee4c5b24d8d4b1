import type { SyncStatus } from '../outbox/outbox.ts';
import type { UploadRecord } from './upload-records.ts';

/** When an upload may be sent, by the writes of its application. */
export interface UploadOrder {
  /** Whether the platform can know the application, in a session at the centre of the scan. */
  canCreate(scan: Pick<UploadRecord, 'application' | 'centre'>): boolean;
  /** Whether the writes of the application have gone out. */
  canSend(scan: Pick<UploadRecord, 'application' | 'centre'>): boolean;
}

/**
 * Sends in this order: an application, its documents, the writes that name them, the bytes.
 * @param statusOf what waits in the outbox; undefined while it is not open
 * @param accepts whether the session is at the centre of a scan
 */
export const orderByOutbox = (
  statusOf: (application: string) => Pick<SyncStatus, 'pending' | 'refusal'> | undefined,
  accepts: (centre: string | undefined) => boolean = () => true,
): UploadOrder => ({
  canCreate({ application, centre }) {
    const pending = statusOf(application)?.pending;
    return accepts(centre) && (pending?.every(({ kind }) => kind !== 'create') ?? false);
  },
  canSend({ application, centre }) {
    const status = statusOf(application);
    const isFree = status !== undefined && (status.pending.length === 0 || status.refusal !== undefined);
    return isFree && accepts(centre);
  },
});
