import { violation } from '@cups/problem';
import type { Content, HandOver, HandOverGround, Outcome } from '@cups/application';
import { assertTransition, resolveOccurTime, appendHistory } from '../command.ts';
import type { Actor, CommandResult } from '../command.ts';
import type { Application } from '../application.ts';
import { invalidField } from '../problems.ts';

/** How an application ends at the desk: its result is handed over, and whether the need is met is recorded. */

/**
 * Records who collected the result or the decision, shown which paper, and why it was theirs to collect. The name of an
 * applicant or represented person and their ground are known already, where they are not said.
 * @param input already of the right shape
 * @throws Problem INVALID_ARGUMENT when it is given to a represented person and nobody is represented
 */
export function handOverResult(app: Application, actor: Actor, input: HandOver): CommandResult {
  const state = assertTransition(app, 'hand-over', actor);
  const act = completeHandOver(input, app.content);
  const document = appendHistory(
    { ...app, state, handOver: { ...act, handOverTime: resolveOccurTime(app, actor) } },
    app.state,
    'hand-over',
    actor,
  );
  return { document, events: [{ type: 'ResultHandedOver' }] };
}

/** Records whether the need is met, and closes. */
export function confirmOutcome(app: Application, actor: Actor, outcome: Outcome): CommandResult {
  const state = assertTransition(app, 'confirm-outcome', actor);
  const document = appendHistory({ ...app, state, outcome }, app.state, 'confirm-outcome', actor);
  return { document, events: [{ type: 'ApplicationClosed', needMet: outcome.needMet }] };
}

/** Who collected, with the name and the ground that follow from the file. */
function completeHandOver(input: HandOver, { applicant, represented }: Content): HandOver {
  const { collectedBy } = input;
  const person = collectedBy === 'represented' ? represented : collectedBy === 'applicant' ? applicant : undefined;
  if (collectedBy === 'represented' && !represented) {
    throw invalidField(violation('/collectedBy', 'ONE_OF', { choices: ['applicant', 'representative'] }));
  }
  const ground: HandOverGround = { kind: collectedBy === 'applicant' && represented ? 'represented' : 'own' };
  const handOver: HandOver = { ...input, ground: input.ground ?? ground };
  const name = [person?.givenName, person?.familyName].filter(Boolean).join(' ');
  if (handOver.collectorName === undefined && name !== '') handOver.collectorName = name;
  return handOver;
}
