import { Problem, violation } from '@cups/problem';
import type { ActionRecord, Application } from '../application.ts';
import { appendHistory, assertTransition } from '../command.ts';
import type { Actor, CommandResult } from '../command.ts';
import { isErased } from '../data-end.ts';
import { moveTo, passingOnEvents } from '../passing-on.ts';
import { erasedProblem, invalidField, restrictedProblem } from '../problems.ts';

/** Who receives an application that its agency passed on, if the mandate does not settle it. */

/**
 * Records the answer of the person at the desk. With consent the application goes to the other agency. Without, it returns to
 * the agency that passed it on, which then decides itself.
 * @throws Problem those of {@link assertTransition}
 */
export function answerPassingOn(app: Application, actor: Actor, consents: boolean): CommandResult {
  const action = consents ? 'consent-to-passing-on' : 'refuse-passing-on';
  const state = assertTransition(app, action, actor);
  const agency = consents ? app.passingOn!.competentAgency : app.agency;
  const { name: mandate } = app.content.mandate ?? {};
  const moved = moveTo({ ...app, state }, agency, actor.now);
  const document = appendHistory(moved, app.state, action, actor, { agency, ...(mandate ? { mandate } : {}) });
  return { document, events: passingOnEvents(document) };
}

/** A supervisor of all centres. */
export interface Supervisor {
  /** operators/{id} */
  operator: string;
  now: Date;
  /** The request ID. */
  cause: string;
}

/**
 * Gives an application to an agency: of those that had it, or another one.
 * @param isKnown whether the platform has the agency
 * @throws Problem ACTION_NOT_ALLOWED if it has an agency, or while the person may still answer; INVALID_ARGUMENT for an
 *   unknown agency; PERSONAL_DATA_ERASED, PROCESSING_RESTRICTED
 */
export function assignAgency(
  app: Application,
  { operator, now, cause }: Supervisor,
  { agency, isKnown }: { agency: string; isKnown: boolean },
): CommandResult {
  if (isErased(app)) throw erasedProblem();
  if (app.restriction) throw restrictedProblem({ state: app.state, action: 'assign-agency', allowed: '' });
  const { state } = app;
  if (!app.passingOn || app.passingOn.superviseTime > now) {
    const message = 'The application has an agency, or the person has time to answer.';
    throw new Problem({
      reason: 'ACTION_NOT_ALLOWED',
      message,
      metadata: { state, action: 'assign-agency', allowed: '' },
    });
  }
  if (!isKnown) throw invalidField(violation('/agency', 'INVALID'));
  const row: ActionRecord = {
    kind: 'assign-agency',
    actor: operator,
    occurTime: now,
    recordTime: now,
    cause,
    fromState: state,
    toState: state,
    agency,
  };
  const document = { ...moveTo(app, agency, now), history: [...app.history, row] };
  return { document, events: passingOnEvents(document) };
}
