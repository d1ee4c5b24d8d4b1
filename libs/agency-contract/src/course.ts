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
export type Consequence =
  | { effect: 'moves'; to: Stage; told?: undefined }
  | { effect: 'kept'; told?: undefined }
  | { effect: 'told'; told: RefusalCause };

const moves = (to: Stage): Consequence => ({ effect: 'moves', to });
const kept: Consequence = { effect: 'kept' };
const told = (cause: RefusalCause): Consequence => ({ effect: 'told', told: cause });

const { acknowledged, progressed, documentsRequested, decided, resultCorrected, resultRevoked } = REPLY_TYPES;
const every = (consequence: Consequence): Record<ReplyType, Consequence> => ({
  [acknowledged]: consequence,
  [progressed]: consequence,
  [documentsRequested]: consequence,
  [decided]: consequence,
  [resultCorrected]: consequence,
  [resultRevoked]: consequence,
});

/** Total: each reply has its consequence in each stage. */
export const COURSE: Record<Stage, Record<ReplyType, Consequence>> = {
  'nothing-sent': every(told('NOTHING_SENT')),
  'in-work': {
    [acknowledged]: moves('in-work'),
    [progressed]: moves('in-work'),
    [documentsRequested]: moves('documents-requested'),
    [decided]: moves('decided'),
    [resultCorrected]: told('NOT_DECIDED'),
    [resultRevoked]: told('NOT_DECIDED'),
  },
  'documents-requested': {
    [acknowledged]: kept,
    [progressed]: kept,
    [documentsRequested]: moves('documents-requested'),
    [decided]: moves('decided'),
    [resultCorrected]: told('NOT_DECIDED'),
    [resultRevoked]: told('NOT_DECIDED'),
  },
  decided: {
    // An acknowledgement or a report may be late: replies are taken in any order.
    [acknowledged]: kept,
    [progressed]: kept,
    [documentsRequested]: told('ALREADY_DECIDED'),
    [decided]: told('ALREADY_DECIDED'),
    [resultCorrected]: kept,
    [resultRevoked]: kept,
  },
  ended: every(told('APPLICATION_ENDED')),
};
