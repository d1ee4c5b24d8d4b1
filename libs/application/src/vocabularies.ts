import {
  ACTIONS,
  CASEWORK_ACTIONS,
  DATA_EVENTS,
  DOCUMENT_EVENTS,
  MANDATE_EVENTS,
  MESSAGES,
  RELEASE_EVENTS,
  SUPERVISION_EVENTS,
  TIMERS,
} from './lifecycle.ts';

/**
 * Closed lists of codes that API responses contain. Each code has texts in three languages (texts/) and is in the
 * OpenAPI document. `other` and `OTHER` stand for a code of a later release.
 */

/** Kinds of history entries: an operator's action, a message of the agency or the bridge, a timer, or a document's event. */
export const HISTORY_KINDS = [
  ...ACTIONS,
  ...CASEWORK_ACTIONS,
  ...MESSAGES,
  ...TIMERS,
  ...DOCUMENT_EVENTS,
  ...RELEASE_EVENTS,
  ...MANDATE_EVENTS,
  ...DATA_EVENTS,
  ...SUPERVISION_EVENTS,
  'other',
] as const;
export type HistoryKind = (typeof HISTORY_KINDS)[number];

/** Why a person restricts the processing of their data. */
export const RESTRICTION_REASONS = ['accuracy-contested', 'unlawful-processing', 'legal-claim', 'objection'] as const;
export type RestrictionReason = (typeof RESTRICTION_REASONS)[number];

/** Why a person asks to erase their data. */
export const ERASURE_REASONS = ['no-longer-needed', 'unlawful-processing', 'objection'] as const;
export type ErasureReason = (typeof ERASURE_REASONS)[number];

/** Why an erasure on request is refused. */
export const ERASURE_REFUSALS = ['open', 'term', 'held', 'restricted'] as const;
export type ErasureRefusal = (typeof ERASURE_REFUSALS)[number];

/** Changes that the platform made to an agency's message. */
export const MESSAGE_CHANGES = [
  'ANSWER_BY_LENGTHENED',
  'ANSWER_BY_CUT',
  'DECIDE_TIME_REPLACED',
  'VALID_UNTIL_DROPPED',
  'APPEAL_UNTIL_DROPPED',
  'CE_TIME_REPLACED',
  'TEXT_CUT',
  'OTHER',
] as const;
export type MessageChange = (typeof MESSAGE_CHANGES)[number];

/** Why a delivery is deferred or failed, or a message of an agency was refused. */
export const DELIVERY_CAUSES = [
  'AGENCY_UNKNOWN',
  'SUBMISSION_NOT_FOUND',
  'AGENCY_MISMATCH',
  'TRAINING_MISMATCH',
  'CONTENT_INVALID',
  'NOT_CLOUDEVENTS',
  'UNKNOWN_TYPE',
  'SOURCE_MISMATCH',
  'TOO_LARGE',
  'NOT_JSON',
  'KEY_MISMATCH',
  'FOREIGN_AGENCY',
  'FOREIGN_DELIVERY',
  'NOTHING_SENT',
  'RESULT_DOCUMENT_INVALID',
  'ID_REUSED',
  'PASSED_ON',
  'UNKNOWN_SUBMISSION',
  'UNKNOWN_PAPER_KIND',
  'REASON_BLANK',
  'TOO_MANY_MESSAGES',
  'TOO_MANY_REFUSED',
  'MESSAGES_NOT_ACCEPTED',
  'MESSAGE_NOT_SENT',
  'OTHER',
] as const;
export type DeliveryCause = (typeof DELIVERY_CAUSES)[number];

export const DELIVERY_STATES = ['queued', 'sent', 'acknowledged', 'answered', 'cancelled', 'failed'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

export const NOTICE_KINDS = [
  'application-submitted',
  'documents-requested',
  'result-ready',
  'application-rejected',
  'application-withdrawn',
  'application-expired',
  'result-corrected',
  'result-revoked',
  'result-on-the-way',
  'term-passed',
  'application-passed-on',
  'other',
] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

/** Why the platform stopped sending a notice. */
export const NOTICE_CAUSES = [
  'superseded',
  'application-unknown',
  'address-invalid',
  'intake-unavailable',
  'smtp-unavailable',
  'smtp-tls',
  'smtp-certificate',
  'smtp-refused',
  'other',
] as const;
export type NoticeCause = (typeof NOTICE_CAUSES)[number];

export const NO_DUE_DATE_REASONS = ['no-term', 'awaiting-payment', 'clock-stopped', 'calendar-unknown'] as const;
export type NoDueDateReason = (typeof NO_DUE_DATE_REASONS)[number];

export const RESULT_KINDS = ['paper', 'electronic', 'payment'] as const;
export type ResultKind = (typeof RESULT_KINDS)[number];

/** What an operator, or a system of an agency, read of an application. */
export const ACCESS_KINDS = [
  'details',
  'search',
  'submission',
  'history',
  'person',
  'notices',
  'slip',
  'document',
  'document-facts',
  'collection',
  'copy',
  'quarantine',
  'offline-copy',
  'offline',
] as const;
export type AccessKind = (typeof ACCESS_KINDS)[number];

/** Kinds of entries in the audit history of a staff member. */
export const STAFF_HISTORY_KINDS = [
  'invited',
  'roles-changed',
  'suspended',
  'reinstated',
  'removed',
  'absence-recorded',
  'absence-ended',
  'signed-in',
  'viewed',
  'other',
] as const;
export type StaffHistoryKind = (typeof STAFF_HISTORY_KINDS)[number];
