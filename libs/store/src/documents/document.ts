import type { StoredEvent } from '@cups/contracts';
import type { RequestRecord } from './cause.ts';
import type { NewEvent } from './outbox-entries.ts';

/** The fields that the store maintains, and `timer`, which a change sets. */
export interface StoredDocument {
  _id: string;
  schemaVersion: number;
  /** Increases with each write; the etag. */
  revision: number;
  eventSeq: number;
  /** Number of its entries for the journal; absent without any, as in documents of earlier releases. */
  journalSeq?: number;
  outboxSeq: number;
  outbox: StoredEvent[];
  outboxBlocked?: { cause: string; time: Date };
  requests: RequestRecord[];
  createRequest?: string;
  createFingerprint?: string;
  createTime: Date;
  updateTime: Date;
  timer?: { kind: string; due: Date; claimedUntil?: Date } | null;
  /** The last applied sequence by subject (`.`, `$`, `%` escaped). */
  lastSeqs?: Record<string, number>;
  /** Not stored: the key of the document was destroyed, and its sealed fields are absent. */
  erased?: true;
}

/** Fields that only the store writes. */
export type StoreOwnedField = Exclude<keyof StoredDocument, '_id' | 'timer'>;

/** A document as a service creates it, without the fields that only the store writes. */
export type Draft<D extends StoredDocument> = Omit<D, StoreOwnedField>;

/** The next document, by structural sharing, and its events. The same object without events means no write. */
export interface Change<D> {
  document: D;
  events: NewEvent[];
  /**
   * Erases the sealed fields and the records of requests in this write, because the key of the document is destroyed. The
   * document then opens as erased, even if a backup brings the key back.
   */
  erase?: true;
}

export const etagOf = (document: { revision: number }): string => `"${document.revision}"`;

/** Escapes a subject as a key of `lastSeqs`, where dotted paths use it. */
export const escapeSubject = (subject: string): string =>
  subject.replace(/[%.$]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
