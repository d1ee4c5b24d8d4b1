import { REPLY_TYPES } from './messages.ts';
import type { ReplyType } from './messages.ts';
import type { RefusalCause } from './refusals.ts';

/**
 * The lifecycle of a delivery as its agency sees it: which reply is allowed when, and its effect. The table in the
 * contract is generated from this one. A test validates it against `AGENCY_EFFECTS` of `@cups/application`.
 */

/**
 * Stages of a delivery. `nothing-sent`: the agency's topic has no request about it. `in-work`: it has one, and the
 * applicant owes nothing. `documents-requested`: the applicant owes documents. `decided`: the agency decided.
 * `passed-on`: the agency passed the application on, and it is the delivery of another agency now. `ended`: withdrawn or
 * expired.
 */
export const STAGES = ['nothing-sent', 'in-work', 'documents-requested', 'decided', 'passed-on', 'ended'] as const;
export type Stage = (typeof STAGES)[number];

/**
 * Effect of a valid reply. `transition`: the application moves to this stage. `record`: the reply is stored and
 * shown, and the stage stays. `refuse`: the stage stays, and the agency receives this cause.
 */
export type ReplyEffect =
  | { effect: 'transition'; to: Stage; cause?: undefined }
  | { effect: 'record'; cause?: undefined }
  | { effect: 'refuse'; cause: RefusalCause };

const transition = (to: Stage): ReplyEffect => ({ effect: 'transition', to });
const record: ReplyEffect = { effect: 'record' };
const refuse = (cause: RefusalCause): ReplyEffect => ({ effect: 'refuse', cause });

const { acknowledged, progressed, documentsRequested, decided, resultCorrected, resultRevoked, passedOn, messageSent } =
  REPLY_TYPES;
const forEveryReply = (effect: ReplyEffect): Record<ReplyType, ReplyEffect> => ({
  [acknowledged]: effect,
  [progressed]: effect,
  [documentsRequested]: effect,
  [decided]: effect,
  [resultCorrected]: effect,
  [resultRevoked]: effect,
  [passedOn]: effect,
  [messageSent]: effect,
});

/** Effect of every reply in every stage. */
export const DELIVERY_LIFECYCLE: Record<Stage, Record<ReplyType, ReplyEffect>> = {
  'nothing-sent': forEveryReply(refuse('NOTHING_SENT')),
  'in-work': {
    [acknowledged]: transition('in-work'),
    [progressed]: transition('in-work'),
    [documentsRequested]: transition('documents-requested'),
    [decided]: transition('decided'),
    [resultCorrected]: refuse('NOT_DECIDED'),
    [resultRevoked]: refuse('NOT_DECIDED'),
    [passedOn]: transition('passed-on'),
    [messageSent]: record,
  },
  'documents-requested': {
    [acknowledged]: record,
    [progressed]: record,
    [documentsRequested]: transition('documents-requested'),
    [decided]: transition('decided'),
    [resultCorrected]: refuse('NOT_DECIDED'),
    [resultRevoked]: refuse('NOT_DECIDED'),
    [passedOn]: transition('passed-on'),
    [messageSent]: record,
  },
  decided: {
    // Replies are accepted in any order, so these may arrive late.
    [acknowledged]: record,
    [progressed]: record,
    [documentsRequested]: refuse('ALREADY_DECIDED'),
    [decided]: refuse('ALREADY_DECIDED'),
    [resultCorrected]: record,
    [resultRevoked]: record,
    [passedOn]: refuse('ALREADY_DECIDED'),
    [messageSent]: record,
  },
  'passed-on': forEveryReply(refuse('PASSED_ON')),
  ended: forEveryReply(refuse('APPLICATION_ENDED')),
};
