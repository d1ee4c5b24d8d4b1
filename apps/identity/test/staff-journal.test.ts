import { eventCodec } from '@cups/contracts/proto';
import type { JournalEvents } from '@cups/contracts/gen/events/cups.journal.v1.ts';
import { expect, test } from '@jest/globals';
import type { StaffHistoryEntry } from '../src/domain/staff.ts';
import { entriesOfStaff } from '../src/staff-journal.ts';

const { decode } = eventCodec<JournalEvents>('cups.journal.v1');
const row = (action: StaffHistoryEntry['action'], actor: string, centre?: string): StaffHistoryEntry => ({
  time: new Date(0),
  action,
  actor,
  centre,
  reason: 'called Ion Rusu',
});

test('each new row of the history has an entry, without names, and a sign-in has none', () => {
  const known = row('invited', 'operators/cu-001-manager', 'CU-001');
  const added = [
    row('suspended', 'operators/cu-001-manager', 'CU-001'),
    row('signed-in', 'operators/cu-001-specialist'),
    row('viewed', 'tool of Ion Rusu'),
  ];
  const before = { history: [known] };
  const events = entriesOfStaff(before, { _id: 'cu-001-specialist', history: [known, ...added] });
  const common = { resource: 'operators/cu-001-specialist', result: 'done' };
  expect(events.map((event) => decode(event)!.data.entry)).toMatchObject([
    {
      ...common,
      action: 'suspend-staff',
      actor: 'operators/cu-001-manager',
      centre: 'centres/CU-001',
      ground: 'staff-administration',
    },
    { ...common, action: 'read-staff', actor: 'services/ops', centre: '', ground: 'operations' },
  ]);
  expect(events.map(({ data }) => Buffer.from(data).toString('latin1')).join()).not.toContain('Rusu');
  expect(entriesOfStaff(before, { _id: 'cu-001-specialist', ...before })).toEqual([]);
});
