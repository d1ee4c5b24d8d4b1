import { REPLY_TYPES } from './messages.ts';
import type { ReplyType } from './messages.ts';
import type { RefusalCause } from './refusals.ts';

/**
 * The course of a delivery as its agency can know it: which reply is allowed when, and what the platform does with it. The
 * document's table is made from here; a test holds it against the life cycle of an application (`AGENCIES` of
 * `@cups/application`).
 */

/**
 * `nothing-sent`: no request about it is on the agency's topic. `in-work`: one is, and the person owes nothing.
 * `documents-requested`: the person is to bring papers. `decided`: the agency decided. `ended`: withdrawn or expired.
 */
export const STAGES = ['nothing-sent', 'in-work', 'documents-requested', 'decided', 'ended'] as const;
export type Stage = (typeof STAGES)[number];

/**
 * What a reply that is in order does. `moves`: the application is in this stage from now on. `kept`: it is stored and shown, the
 * person is told where the reply is for them, and the stage stays. `told`: it moves nothing, and the agency is told this cause.
 */
export type ReplyEffect =
  | { effect: 'transition'; to: Stage; cause?: undefined }
  | { effect: 'record'; cause?: undefined }
  | { effect: 'refuse'; cause: RefusalCause };

const transition = (to: Stage): ReplyEffect => ({ effect: 'transition', to });
const record: ReplyEffect = { effect: 'record' };
const refuse = (cause: RefusalCause): ReplyEffect => ({ effect: 'refuse', cause });

const { acknowledged, progressed, documentsRequested, decided, resultCorrected, resultRevoked } = REPLY_TYPES;
const forEveryReply = (consequence: ReplyEffect): Record<ReplyType, ReplyEffect> => ({
  [acknowledged]: consequence,
  [progressed]: consequence,
  [documentsRequested]: consequence,
  [decided]: consequence,
  [resultCorrected]: consequence,
  [resultRevoked]: consequence,
});

/** Total: each reply has its consequence in each stage. */
export const DELIVERY_LIFECYCLE: Record<Stage, Record<ReplyType, ReplyEffect>> = {
  'nothing-sent': forEveryReply(refuse('NOTHING_SENT')),
  'in-work': {
    [acknowledged]: transition('in-work'),
    [progressed]: transition('in-work'),
    [documentsRequested]: transition('documents-requested'),
    [decided]: transition('decided'),
    [resultCorrected]: refuse('NOT_DECIDED'),
    [resultRevoked]: refuse('NOT_DECIDED'),
  },
  'documents-requested': {
    [acknowledged]: record,
    [progressed]: record,
    [documentsRequested]: transition('documents-requested'),
    [decided]: transition('decided'),
    [resultCorrected]: refuse('NOT_DECIDED'),
    [resultRevoked]: refuse('NOT_DECIDED'),
  },
  decided: {
    // An acknowledgement or a report may be late: replies are taken in any order.
    [acknowledged]: record,
    [progressed]: record,
    [documentsRequested]: refuse('ALREADY_DECIDED'),
    [decided]: refuse('ALREADY_DECIDED'),
    [resultCorrected]: record,
    [resultRevoked]: record,
  },
  ended: forEveryReply(refuse('APPLICATION_ENDED')),
};
