import type { SequenceRange } from './act-chain.ts';

/** Path of `POST /applications/{id}/{action}`; with the prefix `collections/`, of `POST /collections/{id}/{action}`. */
export type WriteAction =
  | 'submit'
  | 'withdraw'
  | 'supply-documents'
  | 'hand-over'
  | 'confirm-arrival'
  | 'passing-on'
  | 'confirm-outcome'
  | 'collection-centre'
  | 'contact'
  | 'correct'
  | 'collections/hand-over'
  | 'collections/confirm-arrival'
  | 'renew'
  | 'payment'
  | 'notes'
  | 'messages'
  | 'complaints'
  | 'complaints/file'
  | 'complaints/answer'
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
  /** centres/{code} at which it was made. Absent in writes of earlier releases, and of operators without a centre. */
  centre?: string | undefined;
  /** The ETag that an edit or a correction is based on, if the page was reloaded since. */
  etag?: string | undefined;
  /** Counts the writes of this device and operator, from 1. Absent until it is stored. */
  sequence?: number;
  /** Key of the write before, in this chain. */
  previous?: string | undefined;
  /** UUID of the chain. Absent in writes of earlier releases. */
  chain?: string;
  /** Numbers of writes that ended without a claim; set while the write is sent. */
  ended?: readonly SequenceRange[];
  /** The offline grant under which the write waits. Absent if the platform was reachable, or without a grant. */
  grant?: string | undefined;
  /** The platform was unreachable when the write was made. */
  isOffline?: boolean;
  /** The stored write has a copy that is sealed to the platform. */
  isSealed?: boolean;
}

/** Whether a write replaces content: the platform rejects it if a colleague changed it meanwhile. */
export const isVersioned = ({ kind }: Pick<Write, 'kind'>): boolean => kind === 'edit' || kind === 'correct';

/** What a caller gives to the outbox. */
export type NewWrite = Pick<Write, 'application' | 'kind' | 'body'> & {
  /** Set if the write is sent without the time to undo that others of its kind have: the caller shows no way back. */
  isFinal?: true;
};

/** Maximum number of ranges that a claim reports; the newest. */
export const MAX_REPORTED_RANGES = 20;

/** Value of the header `Cups-Offline` of a write, or undefined if it claims no desk time. */
export function toOfflineClaim({ grant, madeAt, sequence, previous, chain, ended = [] }: Write): string | undefined {
  if (grant === undefined || sequence === undefined) return undefined;
  const reported = chain === undefined ? '' : ended.map(toRangeText).join(' ');
  const texts = Object.entries({ previous, chain, ended: reported || undefined });
  return [
    `grant="${grant}"`,
    `time="${madeAt}"`,
    `sequence=${sequence}`,
    ...texts.flatMap(([name, text]) => (text === undefined ? [] : [`${name}="${text}"`])),
  ].join(', ');
}

const toRangeText = ({ from, to }: SequenceRange): string => (from === to ? String(from) : `${from}-${to}`);

/** The write was undone, replaced or dropped before it was sent. */
export class UndoneError extends Error {}
