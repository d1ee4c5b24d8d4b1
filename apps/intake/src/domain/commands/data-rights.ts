import type { DataEvent, ErasureReason, RestrictionReason } from '@cups/application';
import { Problem } from '@cups/problem';
import type { ActionRecord, Application } from '../application.ts';
import type { CommandResult } from '../command.ts';
import { isErased, ruleOf } from '../data-end.ts';
import { listMandates } from '../mandates.ts';
import { erasedProblem } from '../problems.ts';

/** Commands of supervisors and administrators about the rights of a person. They see no content. */

/** Who acts, and when. */
export interface DataActor {
  /** operators/{id}, or the name of an administrator. */
  operator: string;
  now: Date;
  /** The request ID. */
  cause: string;
}

/** Restricts the processing. A restriction stays as it is. @throws Problem PERSONAL_DATA_ERASED */
export function restrictProcessing(app: Application, reason: RestrictionReason, actor: DataActor): CommandResult {
  if (isErased(app)) throw erasedProblem();
  if (app.restriction) return unchanged(app);
  const restriction = { reason, operator: actor.operator, time: actor.now };
  return { document: withRow({ ...app, restriction }, 'restrict-processing', actor, reason), events: [] };
}

/** @throws Problem NOT_FOUND without a restriction */
export function endRestriction(app: Application, actor: DataActor): CommandResult {
  const { restriction, ...free } = app;
  if (!restriction) throw new Problem({ reason: 'NOT_FOUND', message: 'Restriction not found.' });
  return { document: withRow(free, 'end-restriction', actor), events: [] };
}

/** Records the request of the person, which makes the erasure due. The caller has checked that nothing forbids it. */
export function requestErasure(app: Application, reason: ErasureReason, actor: DataActor): CommandResult {
  if (isErased(app)) throw erasedProblem();
  if (app.erasureRequest) return unchanged(app);
  const erasureRequest = { reason, operator: actor.operator, time: actor.now };
  const requested: Application = { ...app, erasureRequest, timer: { kind: 'retention', due: actor.now } };
  return { document: withRow(requested, 'request-erasure', actor, reason), events: [] };
}

/** Starts the erasure: from now on nothing reads or changes the data. A restriction since the check stops it. */
export function startErasure(app: Application, now: Date): CommandResult {
  if (isErased(app) || app.restriction) return unchanged(app);
  const started = { rule: ruleOf(app), startTime: now };
  if (!app.erasureRequest) return { document: { ...app, erasure: { ...started, cause: 'expired' } }, events: [] };
  // The application forgets them with its other search fields.
  const mandates = listMandates(app);
  return { document: { ...app, erasure: { ...started, cause: 'requested', mandates } }, events: [] };
}

const unchanged = (document: Application): CommandResult => ({ document, events: [] });

function withRow(app: Application, kind: DataEvent, { operator, now, cause }: DataActor, code?: string): Application {
  const row: ActionRecord = {
    kind,
    actor: operator.startsWith('operators/') ? operator : 'administrator',
    occurTime: now,
    recordTime: now,
    cause,
    fromState: app.state,
    toState: app.state,
    ...(code === undefined ? {} : { code }),
  };
  return { ...app, history: [...app.history, row] };
}
