import { REPLY_TYPES, sourceOf } from '@cups/agency-contract';
import type { RefusalCause, Stage, Violation } from '@cups/agency-contract';
import { CORPUS_APPLICATION } from '@cups/agency-contract/corpus';
import type { BadMessage } from '@cups/agency-contract/corpus';
import { ACK, broken, GOOD, OTHER, reply, RESULT } from './replies.ts';

/** Bad replies for which the platform must know the delivery, or that it mends before it holds them against the contract. */

const { acknowledged, documentsRequested, decided, resultCorrected, resultRevoked } = REPLY_TYPES;

/** What the platform must know the delivery for. */
export type Known = [
  name: string,
  title: string,
  cause: RefusalCause,
  violations: Violation[],
  BadMessage,
  more?: { stage?: Stage; before?: BadMessage[]; changes?: string[]; about?: 'agency' },
];

const DECISION = reply(decided, GOOD.approved, { ce_id: 'asp-decision' });
const invented = { application: `applications/${OTHER}`, submission: 1, agencyReference: 'ASP-2026-000124' };

export const PLATFORM: Known[] = [
  [
    'source-of-another-agency',
    'ce_source names another agency than the topic.',
    'FOREIGN_AGENCY',
    broken('ce_source', 'FOREIGN_AGENCY'),
    reply(acknowledged, GOOD.acknowledged, { ce_source: sourceOf('cnas') }),
    { about: 'agency' },
  ],
  [
    'delivery-of-another-agency',
    'ce_subject names a delivery of another agency.',
    'FOREIGN_DELIVERY',
    broken('ce_subject', 'FOREIGN_DELIVERY'),
    reply(
      acknowledged,
      GOOD.acknowledged,
      { ce_subject: `deliveries/${CORPUS_APPLICATION}-cnas` },
      { key: `${CORPUS_APPLICATION}-cnas` },
    ),
    { about: 'agency' },
  ],
  [
    'unknown-delivery',
    'Nothing of this application was ever sent to anybody.',
    'UNKNOWN_DELIVERY',
    broken('ce_subject', 'UNKNOWN_DELIVERY'),
    reply(acknowledged, invented, { ce_subject: `deliveries/${OTHER}-asp` }, { key: `${OTHER}-asp` }),
    { about: 'agency' },
  ],
  [
    'nothing-sent',
    'The delivery is there, and nothing of it was sent.',
    'NOTHING_SENT',
    broken('ce_subject', 'NOTHING_SENT'),
    ACK,
    { stage: 'nothing-sent' },
  ],
  [
    'id-reused',
    'The same ce_id says something else.',
    'ID_REUSED',
    broken('ce_id', 'ID_REUSED'),
    reply(decided, GOOD.rejected, { ce_id: 'asp-decision' }),
    { stage: 'decided', before: [DECISION] },
  ],
  [
    'submission-999',
    'A submission is acknowledged that was never sent.',
    'UNKNOWN_SUBMISSION',
    broken('submission', 'UNKNOWN_SUBMISSION'),
    reply(acknowledged, { ...GOOD.acknowledged, submission: 999 }),
  ],
  [
    'unknown-paper-kind',
    'A paper is asked for of a kind that is not in the list.',
    'UNKNOWN_PAPER_KIND',
    broken('documents.0.kind', 'UNKNOWN_PAPER_KIND'),
    reply(documentsRequested, { ...GOOD.requested, documents: [{ kind: 'letter-of-the-king' }] }),
  ],
  [
    'rejection-with-a-blank-reason',
    'The reason of a rejection is made of spaces.',
    'REASON_BLANK',
    broken('reason.ro', 'notBlank'),
    reply(decided, { ...GOOD.rejected, reason: { ro: ' \u00a0\t', en: ' ' } }),
  ],
  [
    'correction-with-a-blank-reason',
    'The reason of a correction is made of spaces.',
    'REASON_BLANK',
    broken('reason.ro', 'notBlank'),
    reply(resultCorrected, { ...GOOD.corrected, reason: { ro: '  ' } }),
    { stage: 'decided', before: [DECISION] },
  ],
  [
    'revocation-with-a-blank-reason',
    'The reason of a revocation is made of spaces.',
    'REASON_BLANK',
    broken('reason.ro', 'notBlank'),
    reply(resultRevoked, { ...GOOD.revoked, reason: { ro: '  ' } }),
    { stage: 'decided', before: [DECISION] },
  ],
  [
    'second-decision',
    'A second decision says something else than the first.',
    'ALREADY_DECIDED',
    [],
    reply(decided, GOOD.rejected, { ce_id: 'asp-2' }),
    { stage: 'decided', before: [DECISION] },
  ],
  [
    'documents-after-the-decision',
    'Papers are asked for after the decision.',
    'ALREADY_DECIDED',
    [],
    reply(documentsRequested, GOOD.requested, { ce_id: 'asp-2' }),
    { stage: 'decided', before: [DECISION] },
  ],
  [
    'correction-before-the-decision',
    'A result is corrected that was never given.',
    'NOT_DECIDED',
    [],
    reply(resultCorrected, GOOD.corrected),
  ],
  [
    'revocation-before-the-decision',
    'A result is revoked that was never given.',
    'NOT_DECIDED',
    [],
    reply(resultRevoked, GOOD.revoked),
  ],
  [
    'decision-after-the-end',
    'The application was withdrawn before the decision.',
    'APPLICATION_ENDED',
    [],
    reply(decided, GOOD.approved),
    { stage: 'ended' },
  ],
  [
    'acknowledged-after-the-end',
    'The application was withdrawn before the acknowledgement.',
    'APPLICATION_ENDED',
    [],
    ACK,
    { stage: 'ended' },
  ],
  [
    'no-time',
    'ce_time is missing.',
    'CE_TIME_REPLACED',
    [],
    reply(acknowledged, GOOD.acknowledged, { ce_time: undefined }),
    { changes: ['CE_TIME_REPLACED'] },
  ],
  [
    'time-without-a-zone',
    'ce_time has no zone.',
    'CE_TIME_REPLACED',
    [],
    reply(acknowledged, GOOD.acknowledged, { ce_time: '2026-11-25T12:00:00' }),
    { changes: ['CE_TIME_REPLACED'] },
  ],
  [
    'decided-in-2099',
    'The decision is of the year 2099.',
    'DECIDE_TIME_REPLACED',
    [],
    reply(decided, { ...GOOD.approved, decideTime: '2099-01-01T00:00:00Z' }),
    { changes: ['DECIDE_TIME_REPLACED'] },
  ],
  [
    'decided-in-1900',
    'The decision is of the year 1900.',
    'DECIDE_TIME_REPLACED',
    [],
    reply(decided, { ...GOOD.approved, decideTime: '1900-01-01T00:00:00Z' }),
    { changes: ['DECIDE_TIME_REPLACED'] },
  ],
  [
    'decided-without-a-zone',
    'decideTime has no zone.',
    'DECIDE_TIME_REPLACED',
    [],
    reply(decided, { ...GOOD.approved, decideTime: '2026-11-25T12:00:00' }),
    { changes: ['DECIDE_TIME_REPLACED'] },
  ],
  [
    'valid-until-no-day',
    'validUntil is no day of the calendar.',
    'VALID_UNTIL_DROPPED',
    [],
    reply(decided, { ...GOOD.approved, result: { ...RESULT, validUntil: '2027-02-30' } }),
    { changes: ['VALID_UNTIL_DROPPED'] },
  ],
  [
    'valid-until-passed',
    'validUntil had passed when the decision was sent.',
    'VALID_UNTIL_DROPPED',
    [],
    reply(decided, { ...GOOD.approved, result: { ...RESULT, validUntil: '2025-01-31' } }),
    { changes: ['VALID_UNTIL_DROPPED'] },
  ],
  [
    'appeal-until-passed',
    'The last day of an appeal had passed when the decision was sent.',
    'APPEAL_UNTIL_DROPPED',
    [],
    reply(decided, { ...GOOD.rejected, appeal: { how: { ro: 'Cerere prealabilă.' }, until: '2025-01-31' } }),
    { changes: ['APPEAL_UNTIL_DROPPED'] },
  ],
  [
    'appeal-until-no-day',
    'The last day of an appeal is no day.',
    'APPEAL_UNTIL_DROPPED',
    [],
    reply(decided, { ...GOOD.rejected, appeal: { how: { ro: 'Cerere prealabilă.' }, until: 'soon' } }),
    { changes: ['APPEAL_UNTIL_DROPPED'] },
  ],
  [
    'reason-too-long',
    'A reason has 2001 letters.',
    'TEXT_CUT',
    [],
    reply(decided, { ...GOOD.rejected, reason: { ro: 'a'.repeat(2001) } }),
    { changes: ['TEXT_CUT'] },
  ],
];
