import type { HandOver, Outcome } from '@cups/application';
import { allow, occurredAt, record } from '../acts.ts';
import type { Actor, Step } from '../acts.ts';
import type { Application } from '../application.ts';

/** How an application ends at the desk: its result is handed over, and whether the need is met is recorded. */

/** Records who collected the result or the decision, shown which paper. */
export function handOver(app: Application, actor: Actor, act: HandOver): Step {
  const state = allow(app, 'hand-over', actor);
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
