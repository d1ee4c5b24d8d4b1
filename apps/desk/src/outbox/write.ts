/** Path of `POST /applications/{id}/{action}`; with the prefix `collections/`, of `POST /collections/{id}/{action}`. */
export type WriteAction =
  | 'submit'
  | 'withdraw'
  | 'supply-documents'
  | 'hand-over'
  | 'confirm-arrival'
  | 'confirm-outcome'
  | 'collection-centre'
  | 'contact'
  | 'correct'
  | 'collections/hand-over'
  | 'collections/confirm-arrival'
  | 'renew'
  | 'payment'
  | 'notes'
  | 'assign'
  | 'person-notifications'
  | 'desk-alerts/mark-seen'
  | `notices/${string}/person-notifications`;

export interface Write {
  /** The Idempotency-Key. */
  key: string;
  application: string;
  /** `mandates` records the mandate that a later edit of the application names. */
  kind: 'create' | 'edit' | 'mandates' | WriteAction;
  body: Record<string, unknown>;
  /** The desk time. */
  madeAt: string;
  /** The ETag that an edit or a correction is based on, if the page was reloaded since. */
  etag?: string | undefined;
  /** Counts the writes of this device and operator, from 1. Absent until it is stored. */
  sequence?: number;
  /** Key of the write before, in this chain. */
  previous?: string | undefined;
  /** The offline grant under which the write waits. Absent if the platform was reachable, or without a grant. */
  grant?: string | undefined;
  /** The platform was unreachable when the write was made. */
  isOffline?: boolean;
}

/** What a caller gives to the outbox. */
export type NewWrite = Pick<Write, 'application' | 'kind' | 'body'>;

/** Value of the header `Cups-Offline` of a write, or undefined if it claims no desk time. */
export function toOfflineClaim({ grant, madeAt, sequence, previous }: Write): string | undefined {
  if (grant === undefined || sequence === undefined) return undefined;
  const members = [`grant="${grant}"`, `time="${madeAt}"`, `sequence=${sequence}`];
  return [...members, ...(previous === undefined ? [] : [`previous="${previous}"`])].join(', ');
}

/** The write was undone, replaced or dropped before it was sent. */
export class UndoneError extends Error {}
