import { resourceName } from '@cups/contracts';
import { hashContent, newSalt } from '@cups/contracts/node';
import { createJournal } from '@cups/store';
import type { Change, JournalEntry, NewEvent } from '@cups/store';
import type { Notice } from './domain/notice.ts';
import type { Thread } from './store.ts';

/**
 * Entries of notifications for the journal: one for each notice that enters another state. Reads are entries of intake,
 * where the gateway records them.
 */

const journalEntry = createJournal('notifications');

/** Who prints a slip. */
export interface Printer {
  /** operators/{id} */
  operator: string;
  /** centres/{code} */
  centre: string;
}

/** Returns the change from one thread to the next, with an entry for each notice that changes its state. */
export function toChange(before: Thread, after: Thread, printer?: Printer): Change<Thread> {
  const changed = after.notices.filter(
    ({ id, state }) => before.notices.find((notice) => notice.id === id)?.state !== state,
  );
  if (changed.length === 0) return { document: after, events: [] };
  // The hashes of a thread have one salt, which is stored beside its notices and ends with them.
  const salt = after.journalSalt ?? newSalt();
  const events = changed.map((notice) => entryOf(notice, { thread: after._id, salt, printer }));
  return { document: { ...after, journalSalt: salt }, events };
}

const ACTIONS: Record<Notice['state'], JournalEntry['action']> = {
  compose: 'compose-notice',
  pending: 'compose-notice',
  printable: 'compose-notice',
  sent: 'send-notice',
  failed: 'fail-notice',
};

function entryOf(
  { id, state, channel, emailAddress, subject, text }: Notice,
  { thread, salt, printer }: { thread: string; salt: string; printer: Printer | undefined },
): NewEvent {
  const by = printer
    ? { actor: printer.operator, centre: printer.centre, ground: 'session' as const }
    : { actor: 'services/notifications', ground: 'platform-rule' as const };
  return journalEntry({
    document: `threads/${thread}`,
    key: thread,
    resource: resourceName('notices', id),
    action: printer ? 'print-notice' : ACTIONS[state],
    ...by,
    result: state,
    contentHash: hashContent(salt, { channel, emailAddress, subject, text }),
  });
}

/** Returns the entry of the erasure of all notices of an application. */
export const entryOfErasure = (thread: string, ground: 'retention-rule' | 'person-request'): NewEvent =>
  journalEntry({
    document: `threads/${thread}`,
    key: thread,
    resource: resourceName('applications', thread),
    action: 'erase-notices',
    actor: 'services/notifications',
    ground,
    result: 'erased',
  });
