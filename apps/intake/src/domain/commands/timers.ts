import { TIMER_TRANSITIONS } from '@cups/application';
import type { Timer } from '@cups/application';
import { answerEndOf, lastArrivalOf } from '../answer-date.ts';
import type { CommandResult } from '../command.ts';
import type { ActionRecord, Application } from '../application.ts';
import { withoutExpectedDecision } from '../expected-decision.ts';

/** Timers that end an application. The clock of the agency keeps the state, see escalation.ts. */
export type ExpiryTimer = Exclude<Timer, 'agency-escalation'>;

/**
 * Fires a timer. A stale timer changes nothing. After its answer date an application waits 72 h for
 * desks without a line before it expires.
 */
export function fireTimer(app: Application, timer: ExpiryTimer, now: Date): CommandResult {
  const state = TIMER_TRANSITIONS[timer][app.state];
  if (state === 'stale' || app.timer?.kind !== timer || app.timer.due > now) return { document: app, events: [] };
  const { documentRequest, ...kept } = app;
  if (documentRequest && now < lastArrivalOf(documentRequest)) return { document: awaitDesks(app), events: [] };
  const row: ActionRecord = {
    kind: timer,
    actor: 'timer',
    occurTime: documentRequest ? answerEndOf(documentRequest) : app.timer.due,
    recordTime: now,
    cause: `timer:${timer}:${app.timer.due.toISOString()}`,
    fromState: app.state,
    toState: state,
  };
  return {
    document: { ...withoutExpectedDecision(kept), state, timer: null, history: [...app.history, row] },
    events: [{ type: 'ApplicationExpired', fromState: app.state, expireTime: now }],
  };
}

/** Returns the application with a passed answer date, which ends the tasks of the desk. It is no step of the history. */
function awaitDesks(app: Application): Application {
  const documentRequest = { ...app.documentRequest!, isAnswerDatePassed: true as const };
  return { ...app, documentRequest, timer: { kind: 'answer-date-passed', due: lastArrivalOf(documentRequest) } };
}
