import { REPLY_TYPES, sourceOf } from '@cups/agency-contract';
import type { RefusalCause, Stage, Violation } from '@cups/agency-contract';
import { CORPUS_APPLICATION } from '@cups/agency-contract/corpus';
import type { InvalidMessage } from '@cups/agency-contract/corpus';
import { ACKNOWLEDGEMENT, createViolations, VALID_CONTENT, OTHER_APPLICATION, createReply, RESULT } from './replies.ts';

/** Replies that only the platform can evaluate: it must know the delivery, or it normalizes them first. */

const { acknowledged, documentsRequested, decided, resultCorrected, resultRevoked } = REPLY_TYPES;

/** A case that requires the delivery. */
export type PlatformCase = [
  name: string,
  title: string,
  cause: RefusalCause,
  violations: Violation[],
  InvalidMessage,
  more?: { stage?: Stage; before?: InvalidMessage[]; changes?: string[]; about?: 'agency' },
];

const DECISION = createReply(decided, VALID_CONTENT.approved, { ce_id: 'asp-decision' });
const UNKNOWN_CONTENT = {
  application: `applications/${OTHER_APPLICATION}`,
  submission: 1,
  agencyReference: 'ASP-2026-000124',
};

export const PLATFORM_CASES: PlatformCase[] = [
  [
    'source-of-another-agency',
    'ce_source and the topic name different agencies.',
    'FOREIGN_AGENCY',
    createViolations('ce_source', 'FOREIGN_AGENCY'),
    createReply(acknowledged, VALID_CONTENT.acknowledged, { ce_source: sourceOf('cnas') }),
    { about: 'agency' },
  ],
  [
    'delivery-of-another-agency',
    'ce_subject names a delivery of another agency.',
    'FOREIGN_DELIVERY',
    createViolations('ce_subject', 'FOREIGN_DELIVERY'),
    createReply(
      acknowledged,
      VALID_CONTENT.acknowledged,
      { ce_subject: `deliveries/${CORPUS_APPLICATION}-cnas` },
      { key: `${CORPUS_APPLICATION}-cnas` },
    ),
    { about: 'agency' },
  ],
  [
    'unknown-delivery',
    'The application was never sent to any agency.',
    'UNKNOWN_DELIVERY',
    createViolations('ce_subject', 'UNKNOWN_DELIVERY'),
    createReply(
      acknowledged,
      UNKNOWN_CONTENT,
      { ce_subject: `deliveries/${OTHER_APPLICATION}-asp` },
      { key: `${OTHER_APPLICATION}-asp` },
    ),
    { about: 'agency' },
  ],
  [
    'nothing-sent',
    'The delivery exists, but nothing was sent.',
    'NOTHING_SENT',
    createViolations('ce_subject', 'NOTHING_SENT'),
    ACKNOWLEDGEMENT,
    { stage: 'nothing-sent' },
  ],
  [
    'id-reused',
    'The same ce_id has other content.',
    'ID_REUSED',
    createViolations('ce_id', 'ID_REUSED'),
    createReply(decided, VALID_CONTENT.rejected, { ce_id: 'asp-decision' }),
    { stage: 'decided', before: [DECISION] },
  ],
  [
    'submission-999',
    'The acknowledged submission was never sent.',
    'UNKNOWN_SUBMISSION',
    createViolations('submission', 'UNKNOWN_SUBMISSION'),
    createReply(acknowledged, { ...VALID_CONTENT.acknowledged, submission: 999 }),
  ],
  [
    'unknown-paper-kind',
    'The kind of a requested document is not in the list.',
    'UNKNOWN_PAPER_KIND',
    createViolations('documents.0.kind', 'UNKNOWN_PAPER_KIND'),
    createReply(documentsRequested, { ...VALID_CONTENT.requested, documents: [{ kind: 'letter-of-the-king' }] }),
  ],
  [
    'rejection-with-a-blank-reason',
    'The reason of a rejection is blank.',
    'REASON_BLANK',
    createViolations('reason.ro', 'notBlank'),
    createReply(decided, { ...VALID_CONTENT.rejected, reason: { ro: ' \u00a0\t', en: ' ' } }),
  ],
  [
    'correction-with-a-blank-reason',
    'The reason of a correction is blank.',
    'REASON_BLANK',
    createViolations('reason.ro', 'notBlank'),
    createReply(resultCorrected, { ...VALID_CONTENT.corrected, reason: { ro: '  ' } }),
    { stage: 'decided', before: [DECISION] },
  ],
  [
    'revocation-with-a-blank-reason',
    'The reason of a revocation is blank.',
    'REASON_BLANK',
    createViolations('reason.ro', 'notBlank'),
    createReply(resultRevoked, { ...VALID_CONTENT.revoked, reason: { ro: '  ' } }),
    { stage: 'decided', before: [DECISION] },
  ],
  [
    'second-decision',
    'A second decision differs from the first.',
    'ALREADY_DECIDED',
    [],
    createReply(decided, VALID_CONTENT.rejected, { ce_id: 'asp-2' }),
    { stage: 'decided', before: [DECISION] },
  ],
  [
    'documents-after-the-decision',
    'Documents are requested after the decision.',
    'ALREADY_DECIDED',
    [],
    createReply(documentsRequested, VALID_CONTENT.requested, { ce_id: 'asp-2' }),
    { stage: 'decided', before: [DECISION] },
  ],
  [
    'correction-before-the-decision',
    'A result is corrected before the decision.',
    'NOT_DECIDED',
    [],
    createReply(resultCorrected, VALID_CONTENT.corrected),
  ],
  [
    'revocation-before-the-decision',
    'A result is revoked before the decision.',
    'NOT_DECIDED',
    [],
    createReply(resultRevoked, VALID_CONTENT.revoked),
  ],
  [
    'decision-after-the-end',
    'The application was withdrawn before the decision.',
    'APPLICATION_ENDED',
    [],
    createReply(decided, VALID_CONTENT.approved),
    { stage: 'ended' },
  ],
  [
    'acknowledged-after-the-end',
    'The application was withdrawn before the acknowledgement.',
    'APPLICATION_ENDED',
    [],
    ACKNOWLEDGEMENT,
    { stage: 'ended' },
  ],
  [
    'no-time',
    'ce_time is missing.',
    'CE_TIME_REPLACED',
    [],
    createReply(acknowledged, VALID_CONTENT.acknowledged, { ce_time: undefined }),
    { changes: ['CE_TIME_REPLACED'] },
  ],
  [
    'time-without-a-zone',
    'ce_time has no zone.',
    'CE_TIME_REPLACED',
    [],
    createReply(acknowledged, VALID_CONTENT.acknowledged, { ce_time: '2026-11-25T12:00:00' }),
    { changes: ['CE_TIME_REPLACED'] },
  ],
  [
    'decided-in-2099',
    'decideTime is in the year 2099.',
    'DECIDE_TIME_REPLACED',
    [],
    createReply(decided, { ...VALID_CONTENT.approved, decideTime: '2099-01-01T00:00:00Z' }),
    { changes: ['DECIDE_TIME_REPLACED'] },
  ],
  [
    'decided-in-1900',
    'decideTime is in the year 1900.',
    'DECIDE_TIME_REPLACED',
    [],
    createReply(decided, { ...VALID_CONTENT.approved, decideTime: '1900-01-01T00:00:00Z' }),
    { changes: ['DECIDE_TIME_REPLACED'] },
  ],
  [
    'decided-without-a-zone',
    'decideTime has no zone.',
    'DECIDE_TIME_REPLACED',
    [],
    createReply(decided, { ...VALID_CONTENT.approved, decideTime: '2026-11-25T12:00:00' }),
    { changes: ['DECIDE_TIME_REPLACED'] },
  ],
  [
    'valid-until-no-day',
    'validUntil is not an existing date.',
    'VALID_UNTIL_DROPPED',
    [],
    createReply(decided, { ...VALID_CONTENT.approved, result: { ...RESULT, validUntil: '2027-02-30' } }),
    { changes: ['VALID_UNTIL_DROPPED'] },
  ],
  [
    'valid-until-passed',
    'validUntil had passed when the decision was sent.',
    'VALID_UNTIL_DROPPED',
    [],
    createReply(decided, { ...VALID_CONTENT.approved, result: { ...RESULT, validUntil: '2025-01-31' } }),
    { changes: ['VALID_UNTIL_DROPPED'] },
  ],
  [
    'appeal-until-passed',
    'The last day of an appeal had passed when the decision was sent.',
    'APPEAL_UNTIL_DROPPED',
    [],
    createReply(decided, {
      ...VALID_CONTENT.rejected,
      appeal: { how: { ro: 'Cerere prealabilă.' }, until: '2025-01-31' },
    }),
    { changes: ['APPEAL_UNTIL_DROPPED'] },
  ],
  [
    'appeal-until-no-day',
    'The last day of an appeal is not a date.',
    'APPEAL_UNTIL_DROPPED',
    [],
    createReply(decided, { ...VALID_CONTENT.rejected, appeal: { how: { ro: 'Cerere prealabilă.' }, until: 'soon' } }),
    { changes: ['APPEAL_UNTIL_DROPPED'] },
  ],
  [
    'reason-too-long',
    'A reason has 2001 characters.',
    'TEXT_CUT',
    [],
    createReply(decided, { ...VALID_CONTENT.rejected, reason: { ro: 'a'.repeat(2001) } }),
    { changes: ['TEXT_CUT'] },
  ],
];
