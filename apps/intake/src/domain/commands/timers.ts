import { TIMER_TRANSITIONS } from '@cups/application';
import type { Timer } from '@cups/application';
import type { CommandResult } from '../command.ts';
import type { ActionRecord, Application } from '../application.ts';

/** Fires a timer. A stale timer changes nothing. */
export function fireTimer(app: Application, timer: Timer, now: Date): CommandResult {
  const state = TIMER_TRANSITIONS[timer][app.state];
  if (state === 'stale' || app.timer?.kind !== timer || app.timer.due > now) return { document: app, events: [] };
  const { documentRequest: _open, ...kept } = app;
  const row: ActionRecord = {
    kind: timer,
    actor: 'timer',
    occurTime: app.timer.due,
    recordTime: now,
    cause: `timer:${timer}:${app.timer.due.toISOString()}`,
    fromState: app.state,
    toState: state,
  };
  return {
    document: { ...kept, state, timer: null, history: [...app.history, row] },
    events: [{ type: 'ApplicationExpired', fromState: app.state, expireTime: now }],
  };
}
