import type { SealedFields } from '@cups/store';

/** The fields of an application that name a person, or are free text of people. The store encrypts them. */
export const SEALED_FIELDS: SealedFields['fields'] = [
  'content',
  'journalSalt',
  'submissions[].content',
  'submissions[].unavailable',
  'documentRequest.documents',
  'documentRequest.message',
  'documentRequest.unavailable',
  'agencyReference',
  'passingOn.reason',
  'progress.note',
  'decision.resultNumber',
  'decision.verificationCode',
  'decision.verificationUrl',
  'decision.reason',
  'decision.correctReason',
  'decision.revokeReason',
  'decision.appeal.instructions',
  'handOver',
  'outcome.missing',
  'history[].reason',
  'history[].statement',
  'history[].agencyText',
  'history[].result',
  'history[].documents',
  'history[].formerContact',
  'history[].contact',
  'payment.receiptNumber',
  'notes[].text',
  'messages[].text',
  'complaints[].text',
  'complaints[].filing.registrationNumber',
  'complaints[].answer.text',
];

/** Erased applications keep these fields, because every application has them. */
export const ERASED_VALUES: NonNullable<SealedFields['erased']> = { content: {}, 'submissions[].content': {} };
