import type { Reason } from '@cups/problem';
import type { Index } from '../connection/indexes.ts';
import type { SealedFields } from '../sealing/sealer.ts';
import type { StoredDocument } from './document.ts';

export type Projection = Record<string, 0 | 1>;

/** How a service configures one of its collections. */
export interface CollectionOptions<D extends StoredDocument> {
  collection: string;
  /** mongoose definition without the store's own fields. Write a field called `type` as `type: { type: String }`. */
  schema: Record<string, unknown>;
  indexes: Index[];
  schemaVersion: number;
  /** Converts a complete document of an older schemaVersion to the current one. */
  migrate?: (old: Record<string, unknown>) => D;
  /**
   * Fields that are stored under two names while replicas of two releases run, by the name in code. `read` is `former`
   * until every document has both and no running release writes only the former one. Queries, indexes and projections
   * are not translated.
   */
  formerFields?: Readonly<Record<string, { name: string; read: 'former' | 'current' }>>;
  /** Number of request records that a document keeps. Default: all. */
  keepRequests?: (document: D) => number;
  /** Reason of the problem when an ID or a unique field is taken. */
  existsReason: Reason;
  /**
   * Message of NOT_FOUND when the written document does not exist or is outside the scope. Use the same text in
   * reads.
   */
  absentMessage?: string;
  /**
   * Fields that are encrypted in the store. The service uses plain values. Queries and indexes cannot name these fields, and
   * `aggregate` sees only bytes. To erase a document, destroy its key, then write the document.
   */
  sealed?: SealedFields | undefined;
  /** Number of written documents to cache, which saves the next update a read. Not with `afterPublish`. Default 0. */
  keepRecent?: number;
}
