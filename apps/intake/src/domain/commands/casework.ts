import type { NotificationMethod } from '@cups/application';
import { violation } from '@cups/problem';
import { assertDeskRole, resolveOccurTime, appendHistory } from '../command.ts';
import type { Actor, CommandResult } from '../command.ts';
import type { Application, PersonNotification } from '../application.ts';
import { invalidField } from '../problems.ts';

/** What colleagues of a desk do about an application beside moving it: it stays in its state. */

/** Words to colleagues on one application; each is kept whole. */
const MAX_NOTES = 200;
/** Of what the person was told the newest are kept; the history has all. */
const MAX_PERSON_NOTIFICATIONS = 50;

/**
 * Writes a word to colleagues: neither the agency nor the person is told of it.
 * @param text one line of at most 500 characters, not empty
 * @throws Problem INVALID_ARGUMENT when there are as many notes as there may be
 */
export function addNote(app: Application, actor: Actor, text: string): CommandResult {
  assertDeskRole(app, 'note', actor);
  const notes = app.notes ?? [];
  if (notes.length >= MAX_NOTES) {
    throw invalidField(violation('/text', 'NOTES_FULL', { most: MAX_NOTES }));
  }
  const note = { text, by: actor.operator, occurTime: resolveOccurTime(app, actor), recordTime: actor.now };
  return { document: appendHistory({ ...app, notes: [...notes, note] }, app.state, 'note', actor), events: [] };
}

/**
 * Says who takes care of it from now on; who does so already stays, and nothing is recorded.
 * @param operator operators/{id}
 */
export function assignApplication(app: Application, actor: Actor, operator: string): CommandResult {
  assertDeskRole(app, 'assign', actor);
  if (app.assignee === operator) return { document: app, events: [] };
  const document = appendHistory({ ...app, assignee: operator }, app.state, 'assign', actor, { operator });
  return { document, events: [] };
}

/** Says that what the agency said is dealt with: every note for the desk that is there has been seen. */
export function markSeen(app: Application, actor: Actor): CommandResult {
  assertDeskRole(app, 'mark-seen', actor);
  const seenTime = resolveOccurTime(app, actor);
  const last = app.history.findLast(({ by }) => !by.startsWith('operators/'));
  const hasUnseen =
    app.deskNotes.some((note) => !note.seenTime) || (last && !(app.seenTime && app.seenTime >= last.recordTime));
  if (!hasUnseen) return { document: app, events: [] };
  const deskNotes = app.deskNotes.map((note) => (note.seenTime ? note : { ...note, seenTime, seenBy: actor.operator }));
  // What was recorded by now was seen, whatever time is claimed.
  const document = appendHistory({ ...app, deskNotes, seenTime: actor.now }, app.state, 'mark-seen', actor);
  return { document, events: [] };
}

/** What a person was told by word of mouth. */
export interface PersonNotificationInput {
  how: NotificationMethod;
  /** notices/{id}, where it is what a notice says. */
  notice?: string;
}

/** Records that the person was told where the application stands, or what a notice says. */
export function recordPersonNotification(
  app: Application,
  actor: Actor,
  { how, notice }: PersonNotificationInput,
): CommandResult {
  assertDeskRole(app, 'tell', actor);
  const notification: PersonNotification = {
    time: resolveOccurTime(app, actor),
    by: actor.operator,
    how,
    about: notice ?? app.state,
  };
  const document = appendHistory(
    { ...app, told: [...(app.told ?? []), notification].slice(-MAX_PERSON_NOTIFICATIONS) },
    app.state,
    'tell',
    actor,
    notice === undefined ? { how } : { how, answers: notice },
  );
  const event =
    notice === undefined ? { type: 'PersonTold' as const, how } : { type: 'PersonTold' as const, how, notice };
  return { document, events: [event] };
}
