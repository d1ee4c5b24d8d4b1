import type { components } from '../../gen/api.ts';
import type { Application, Catalog, QueuePage, StoredMandate } from '../api/types.ts';

/** The records of the offline copy in the local store, which seals them, and their bounds. */

type Schemas = components['schemas'];
export type OfflineFile = Schemas['OfflineFile'];
export type OfflineCopyPage = Schemas['OfflineCopyPage'];
export type OperatorNames = Schemas['OperatorNames'];

/** Kinds of records. Each kind but files and reads has one record. */
export const CATALOG_KIND = 'copy-catalog';
export const QUEUE_KIND = 'copy-queue';
export const FILE_KIND = 'copy-file';
export const MANDATES_KIND = 'copy-mandates';
export const READ_KIND = 'copy-read';
export const STATE_KIND = 'copy-state';
/** ID of the record of a kind that has one. */
export const ONLY = 'only';

/** A copy opens for this time after the last contact with the platform, in ms. */
const MAX_COPY_AGE_MS = 72 * 3_600_000;

/** Instants are RFC 3339. */
export interface CopiedFile {
  file: OfflineFile;
  /** Names of the operators in the file. */
  operators: OperatorNames;
  copyTime: string;
}
export interface CopiedQueue {
  page: QueuePage;
  copyTime: string;
}
export interface CopiedCatalog {
  /** Code of the centre. */
  centre: string;
  etag: string;
  catalog: Catalog;
}
export interface CopiedMandates {
  /** Active mandates of the people in the copied files. */
  mandates: StoredMandate[];
  copyTime: string;
}
/** A read of a file without a line, until the platform has recorded it. */
export interface CopiedRead {
  /** ULID of the record. */
  id: string;
  /** applications/{id} */
  application: string;
  readTime: string;
}
export interface CopyState {
  /** Code of the centre. */
  centre: string;
  /** Time at which the copy was complete and nothing had changed since. */
  checkTime: string;
}

/** Returns when a file was last known to be current. */
export function resolveFileTime({ copyTime }: Pick<CopiedFile, 'copyTime'>, state: CopyState | undefined): string {
  return state && state.checkTime > copyTime ? state.checkTime : copyTime;
}

/** Whether a record may no longer be shown or kept. @param time RFC 3339 */
export const isExpired = (time: string, now: Date): boolean => now.getTime() - Date.parse(time) > MAX_COPY_AGE_MS;

/** Returns the IDNPs of the people in an application. */
export const peopleOf = ({ applicant, represented }: Application): string[] =>
  [applicant?.idnp, represented?.idnp].filter((idnp) => idnp !== undefined);
