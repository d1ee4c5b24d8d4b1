import { validateContact, validateContentShape } from '@cups/application';
import type { Contact } from '@cups/application';
import { appendHistory, assertTransition } from '../command.ts';
import type { Actor, CommandResult } from '../command.ts';
import type { Application } from '../application.ts';
import { countRows } from '../history.ts';
import { assertNoViolations, assertRepeatable } from '../problems.ts';

/**
 * Replaces the contact of a filed application. The history keeps both. Submissions stay as they are, because they never
 * contain the contact.
 * @throws Problem INVALID_ARGUMENT under the rules of a draft, without any contact, and at the limit of 100 changes
 */
export function changeContact(app: Application, actor: Actor, contact: Contact): CommandResult {
  const state = assertTransition(app, 'change-contact', actor);
  assertNoViolations([...validateContentShape({ contact }), ...validateContact({ contact })]);
  const formerContact = app.content.contact ?? {};
  if (isSame(formerContact, contact)) return { document: app, events: [] };
  assertRepeatable(countRows(app, ['change-contact']), '/contact');
  const changed = { ...app, state, content: { ...app.content, contact } };
  const document = appendHistory(changed, app.state, 'change-contact', actor, { formerContact, contact });
  return { document, events: [{ type: 'ContactChanged' }] };
}

const isSame = (a: Contact, b: Contact): boolean =>
  a.email === b.email && a.phone === b.phone && (a.none ?? false) === (b.none ?? false);
