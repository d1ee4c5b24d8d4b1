import type { Reason } from '@cups/problem';
import type { Index } from '../connection/indexes.ts';
import type { StoredDocument } from './document.ts';

export type Projection = Record<string, 0 | 1>;

/** What a service says of one of its collections. */
export interface CollectionOptions<D extends StoredDocument> {
  collection: string;
  /** mongoose definition without the store's own fields; a field called `type` is written `type: { type: String }`. */
  schema: Record<string, unknown>;
  indexes: Index[];
  schemaVersion: number;
  /** Turns a document of an older schemaVersion, read whole, into one of today. */
  migrate?: (old: Record<string, unknown>) => D;
  /** How many request records a document keeps. Default: all. */
  keepRequests?: (document: D) => number;
  /** Reason when an id or a unique field is taken. */
  existsReason: Reason;
  /** What a write of a document that is not there, or outside the scope, is told. A service says the same at its reads. */
  absentMessage?: string;
  /** Documents kept in memory after a write, to save the next update its read. Not with `afterPublish`. Default 0. */
  keepRecent?: number;
}
