import { describe, expect, test } from '@jest/globals';
import { DELIVERY_LIFECYCLE, REPLY_TYPES } from '@cups/agency-contract';
import type { ReplyEffect, ReplyType, Stage } from '@cups/agency-contract';
import { AGENCY_EFFECTS } from '@cups/application';
import type { AgencyEffect, Message, State } from '@cups/application';

/** The contract's table of which reply is allowed when, against the life cycle of an application, which is what happens. */

/** After passing on, the bridge refuses what the agency sends, and the application is another agency's. */
const STATES: Record<Exclude<Stage, 'nothing-sent' | 'passed-on'>, State[]> = {
  'in-work': ['submitted', 'in-progress'],
  'documents-requested': ['documents-requested'],
  decided: ['ready', 'rejected', 'handed-over', 'closed'],
  ended: ['withdrawn', 'expired'],
};

const MESSAGES: Record<ReplyType, Message[]> = {
  [REPLY_TYPES.acknowledged]: ['acknowledged'],
  [REPLY_TYPES.progressed]: ['progressed'],
  [REPLY_TYPES.documentsRequested]: ['documents-requested'],
  [REPLY_TYPES.decided]: ['approved', 'rejected'],
  [REPLY_TYPES.resultCorrected]: ['result-corrected'],
  [REPLY_TYPES.resultRevoked]: ['result-revoked'],
  [REPLY_TYPES.passedOn]: ['passed-on'],
  [REPLY_TYPES.messageSent]: ['message-sent'],
};

/** The note that the desk receives for each refusal cause of the contract. */
const NOTES: Record<string, RegExp> = {
  ALREADY_DECIDED: /^(second-decision|(documents-requested|passed-on)-after-decision)$/,
  NOT_DECIDED: /^result-before-decision$/,
  APPLICATION_ENDED: /^(\w[\w-]*-after-end|result-corrected|result-revoked|agency-message)$/,
};
/** What is taken and moves nothing: a late word, or a result that is changed in its place. */
const RECORDED_NOTES =
  /^(acknowledged-late|progress-while-awaiting-documents|(acknowledged|progress)-after-decision|result-corrected|result-revoked|agency-message)$/;

const findStage = (state: State): string => Object.entries(STATES).find(([, states]) => states.includes(state))![0];

function isConsistent(consequence: ReplyEffect, effect: AgencyEffect): boolean {
  // The next agency starts where this one did.
  if (consequence.effect === 'transition' && consequence.to === 'passed-on')
    return 'to' in effect && effect.to === 'submitted';
  if (consequence.effect === 'transition') return 'to' in effect && findStage(effect.to) === consequence.to;
  if ('to' in effect) return false;
  return (consequence.effect === 'record' ? RECORDED_NOTES : NOTES[consequence.cause]!).test(effect.alert);
}

const rows = Object.entries(STATES).flatMap(([stage, states]) =>
  states.flatMap((state) =>
    Object.entries(MESSAGES).flatMap(([type, messages]) =>
      messages.map((message) => [stage as Stage, state, type as ReplyType, message] as const),
    ),
  ),
);

describe('delivery lifecycle', () => {
  test.each(rows)('%s (%s): %s does what happens to %s', (stage, state, type, message) => {
    const [consequence, effect] = [DELIVERY_LIFECYCLE[stage][type], AGENCY_EFFECTS[state][message]];
    expect({ consequence, effect, fits: isConsistent(consequence, effect) }).toEqual({
      consequence,
      effect,
      fits: true,
    });
  });
});
