import { violation } from '@cups/problem';
import type { Content, HandOver, HandOverGround, Outcome } from '@cups/application';
import { allow, occurredAt, record } from '../acts.ts';
import type { Actor, Step } from '../acts.ts';
import type { Application } from '../application.ts';
import { wrongField } from '../refusals.ts';

/** How an application ends at the desk: its result is handed over, and whether the need is met is recorded. */

/**
 * Records who collected the result or the decision, shown which paper, and why it was theirs to collect. The name of an
 * applicant or represented person and their ground are known already, where they are not said.
 * @param given already of the right shape
 * @throws Problem INVALID_ARGUMENT when it is given to a represented person and nobody is represented
 */
export function handOver(app: Application, actor: Actor, given: HandOver): Step {
  const state = allow(app, 'hand-over', actor);
  const act = completed(given, app.content);
  const document = record(
    { ...app, state, handOver: { ...act, handOverTime: occurredAt(app, actor) } },
    app.state,
    'hand-over',
    actor,
  );
  return { document, events: [{ type: 'ResultHandedOver' }] };
}

/** Records whether the need is met, and closes. */
export function confirmOutcome(app: Application, actor: Actor, outcome: Outcome): Step {
  const state = allow(app, 'confirm-outcome', actor);
  const document = record({ ...app, state, outcome }, app.state, 'confirm-outcome', actor);
  return { document, events: [{ type: 'ApplicationClosed', needMet: outcome.needMet }] };
}

/** Who collected, with the name and the ground that follow from the file. */
function completed(given: HandOver, { applicant, represented }: Content): HandOver {
  const { collectedBy } = given;
  const person = collectedBy === 'represented' ? represented : collectedBy === 'applicant' ? applicant : undefined;
  if (collectedBy === 'represented' && !represented) {
    throw wrongField(violation('/collectedBy', 'ONE_OF', { choices: ['applicant', 'representative'] }));
  }
  const ground: HandOverGround = { kind: collectedBy === 'applicant' && represented ? 'represented' : 'own' };
  const act: HandOver = { ...given, ground: given.ground ?? ground };
  const name = [person?.givenName, person?.familyName].filter(Boolean).join(' ');
  if (act.collectorName === undefined && name !== '') act.collectorName = name;
  return act;
}
