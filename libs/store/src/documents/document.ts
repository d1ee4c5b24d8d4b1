import type { StoredEvent } from '@cups/contracts';
import type { RequestRecord } from './cause.ts';
import type { NewEvent } from './outbox-entries.ts';

/** The fields that the store keeps by itself, and `timer`, which a change sets. */
export interface StoredDocument {
  _id: string;
  schemaVersion: number;
  /** Raised by each write; the etag. */
  revision: number;
  eventSeq: number;
  outboxSeq: number;
  outbox: StoredEvent[];
  outboxBlocked?: { cause: string; time: Date };
  requests: RequestRecord[];
  createRequest?: string;
  createFingerprint?: string;
  createTime: Date;
  updateTime: Date;
  timer?: { kind: string; due: Date; claimedUntil?: Date } | null;
  /** The last sequence that was applied, by subject (`.`, `$`, `%` escaped). */
  lastSeqs?: Record<string, number>;
}

/** What only the store writes. */
export type StoreOwnedField = Exclude<keyof StoredDocument, '_id' | 'timer'>;

/** A document as a service makes it: without what only the store writes. */
export type Draft<D extends StoredDocument> = Omit<D, StoreOwnedField>;

/** The next document, by structural sharing, and the events about the change. The same object and no events: no write. */
export interface Change<D> {
  document: D;
  events: NewEvent[];
}

/** The strong etag: the revision in quotes. */
export const etagOf = (document: { revision: number }): string => `"${document.revision}"`;

/** The subject of a count as a key of `lastSeqs`: it is a step of dotted paths. */
export const escapeSubject = (subject: string): string =>
  subject.replace(/[%.$]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
