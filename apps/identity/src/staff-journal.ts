import { resourceName } from '@cups/contracts';
import { createJournal } from '@cups/store';
import type { JournalEntry, NewEvent } from '@cups/store';
import type { Staff, StaffHistoryEntry } from './domain/staff.ts';

/** Entries of staff for the journal: one for each new row of the history, except sign-ins. */

const journalEntry = createJournal('identity');

const ACTIONS: Record<StaffHistoryEntry['action'], JournalEntry['action'] | undefined> = {
  invited: 'invite-staff',
  'roles-changed': 'change-staff',
  suspended: 'suspend-staff',
  reinstated: 'reinstate-staff',
  removed: 'remove-staff',
  'absence-recorded': 'change-staff',
  'absence-ended': 'change-staff',
  viewed: 'read-staff',
  // A session is no change of personal data.
  'signed-in': undefined,
};

/** Returns the entries of the rows that a change adds. Rows are only appended; above a limit, older ones are dropped. */
export function entriesOfStaff(
  before: Pick<Staff, 'history'>,
  after: Pick<Staff, 'history'> & { _id: string },
): NewEvent[] {
  const last = before.history.at(-1);
  const rows = last ? after.history.slice(after.history.lastIndexOf(last) + 1) : after.history;
  return rows.flatMap((row) => {
    const action = ACTIONS[row.action];
    return action ? [entryOf(after._id, action, row)] : [];
  });
}

function entryOf(id: string, action: JournalEntry['action'], { actor, centre }: StaffHistoryEntry): NewEvent {
  const name = resourceName('operators', id);
  const isOperator = actor.startsWith('operators/');
  return journalEntry({
    document: name,
    key: id,
    resource: name,
    action,
    // An administrator is a name, which no entry holds.
    actor: isOperator ? actor : 'services/ops',
    centre: centre && resourceName('centres', centre),
    ground: isOperator ? 'staff-administration' : 'operations',
    result: 'done',
  });
}

/** Returns the entry of the erasure of a person who left. */
export function entryOfErasure(id: string): NewEvent {
  const name = resourceName('operators', id);
  const act = { action: 'erase-staff', actor: 'services/identity', ground: 'retention-rule' } as const;
  return journalEntry({ document: name, key: id, resource: name, ...act, result: 'erased' });
}
