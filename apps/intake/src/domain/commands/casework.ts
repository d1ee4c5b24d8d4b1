import type { NotificationMethod } from '@cups/application';
import { violation } from '@cups/problem';
import { assertDeskRole, resolveOccurTime, appendHistory } from '../command.ts';
import type { Actor, CommandResult } from '../command.ts';
import { SHOWN_NOTIFICATIONS } from '../application.ts';
import type { Application, PersonNotification } from '../application.ts';
import { lastUpdateTime } from '../history.ts';
import { invalidField } from '../problems.ts';

/** Casework: commands of desk colleagues that do not change the state. */

const MAX_NOTES = 200;
/** One more is stored than shown, which tells that there are earlier ones. The history has all. */
const MAX_PERSON_NOTIFICATIONS = SHOWN_NOTIFICATIONS + 1;

/**
 * Adds an internal note. Neither the agency nor the applicant sees it.
 * @param text one line of at most 500 characters, not empty
 * @throws Problem INVALID_ARGUMENT at the limit of 200 notes
 */
export function addNote(app: Application, actor: Actor, text: string): CommandResult {
  assertDeskRole(app, 'note', actor);
  const notes = app.notes ?? [];
  if (notes.length >= MAX_NOTES) {
    throw invalidField(violation('/text', 'TOO_MANY_NOTES', { max: MAX_NOTES }));
  }
  const note = { text, author: actor.operator, occurTime: resolveOccurTime(app, actor), recordTime: actor.now };
  return { document: appendHistory({ ...app, notes: [...notes, note] }, app.state, 'note', actor), events: [] };
}

/**
 * Assigns the application. Assigning it to the current assignee changes and records nothing.
 * @param operator operators/{id}
 */
export function assignApplication(app: Application, actor: Actor, operator: string): CommandResult {
  assertDeskRole(app, 'assign', actor);
  if (app.assignee === operator) return { document: app, events: [] };
  const document = appendHistory({ ...app, assignee: operator }, app.state, 'assign', actor, { operator });
  return { document, events: [] };
}

export function markSeen(app: Application, actor: Actor): CommandResult {
  assertDeskRole(app, 'mark-seen', actor);
  const seenTime = resolveOccurTime(app, actor);
  const lastUpdate = lastUpdateTime(app);
  const hasUnseen =
    app.deskAlerts.some((alert) => !alert.seenTime) || (lastUpdate && !(app.seenTime && app.seenTime >= lastUpdate));
  if (!hasUnseen) return { document: app, events: [] };
  const deskAlerts = app.deskAlerts.map((alert) =>
    alert.seenTime ? alert : { ...alert, seenTime, seenBy: actor.operator },
  );
  // Everything recorded until now was seen, whatever time the desk claims.
  const document = appendHistory({ ...app, deskAlerts, seenTime: actor.now }, app.state, 'mark-seen', actor);
  return { document, events: [] };
}

export interface PersonNotificationInput {
  method: NotificationMethod;
  /** notices/{id}, if it repeats a notice. */
  notice?: string;
}

/** Records that the applicant was notified of the state or of a notice. */
export function recordPersonNotification(
  app: Application,
  actor: Actor,
  { method, notice }: PersonNotificationInput,
): CommandResult {
  assertDeskRole(app, 'notify-person', actor);
  const notification: PersonNotification = {
    notifyTime: resolveOccurTime(app, actor),
    operator: actor.operator,
    method,
    about: notice ?? app.state,
  };
  const document = appendHistory(
    {
      ...app,
      personNotifications: [...(app.personNotifications ?? []), notification].slice(-MAX_PERSON_NOTIFICATIONS),
    },
    app.state,
    'notify-person',
    actor,
    notice === undefined ? { method } : { method, answers: notice },
  );
  const event =
    notice === undefined
      ? { type: 'PersonNotified' as const, method }
      : { type: 'PersonNotified' as const, method, notice };
  return { document, events: [event] };
}
