import { describe, expect, test } from '@jest/globals';
import { checkFleet, FLEET_RULES } from '../fleet-checker.ts';
import type { FleetRule } from '../fleet-checker.ts';
import type { FleetRecord } from '../fleet-record.ts';

/** Every rule of the checker, broken on purpose. */

/** A run of one desk without a fault: an application with a note, filed without a line. */
function soundRecord(): FleetRecord {
  const write = { desk: 0, application: 'A', isOffline: true };
  const deskTime = (sequence: number) => ({ sequence, isBounded: true });
  return {
    taken: [
      { ...write, key: 'k0', kind: 'mandates', sequence: 1, text: 'mandates/M' },
      { ...write, key: 'k1', kind: 'create', sequence: 2 },
      { ...write, key: 'k4', kind: 'edit', sequence: 3, text: '+373 600 00001' },
      { ...write, key: 'k2', kind: 'submit', sequence: 4 },
      { ...write, key: 'k3', kind: 'notes', sequence: 5, text: 'note 5' },
    ],
    receipts: [{ desk: 0, application: 'A', trackingNumber: 'N-1' }],
    scans: [{ desk: 0, application: 'A', sha256: 'ab', isOffline: true }],
    documents: [{ name: 'documents/D', application: 'A', sha256: 'ab', state: 'ready' }],
    applications: [
      {
        id: 'A',
        state: 'submitted',
        trackingNumber: 'N-1',
        createdBy: 'k1',
        contact: '+373 600 00001',
        history: [
          { kind: 'create', cause: 'k1', recordTime: 1, deskTime: deskTime(2) },
          { kind: 'submit', cause: 'k2', recordTime: 2, deskTime: deskTime(4) },
          { kind: 'note', cause: 'k3', recordTime: 3, deskTime: deskTime(5) },
        ],
        notes: ['note 5'],
        copies: ['documents/D'],
      },
    ],
    mandates: new Set(['mandates/M']),
    waiting: [{ desk: 0, writes: 0, scans: 0 }],
    tracked: [{ trackingNumber: 'N-1', application: 'A' }],
    chains: { acts: 4, breaks: [] },
    faults: { line: 1, 'power-cut': 1 },
  };
}

const BROKEN: Readonly<Record<FleetRule, [what: string, damage: (record: FleetRecord) => void][]>> = {
  'the run is not empty': [
    ['no receipt', (record) => (record.receipts = [])],
    ['no power cut', (record) => (record.faults = { line: 1 })],
    ['no checked chain', ({ chains }) => (chains.acts = 0)],
    ['no act without a line', (record) => record.taken.forEach((write) => (write.isOffline = false))],
  ],
  'nothing lost': [
    ['an application', (record) => (record.applications = [])],
    ['a submission', (record) => (record.applications[0]!.history = record.applications[0]!.history.slice(0, 1))],
    ['a note', (record) => (record.applications[0]!.notes = [])],
    ['an edit', (record) => (record.applications[0]!.contact = '+373 600 00009')],
    ['a mandate', (record) => (record.mandates = new Set(['mandates/N']))],
    ['a create of somebody else', (record) => (record.applications[0]!.createdBy = 'k9')],
  ],
  'nothing doubled': [
    ['a submission', ({ applications: [one] }) => void one!.history.push(one!.history[1]!)],
    ['a note', ({ applications: [one] }) => void one!.notes.push('note 5')],
  ],
  'in order for each application': [
    ['a submission after the note', ({ applications: [one] }) => void one!.history.push(...one!.history.splice(1, 1))],
  ],
  'every printed receipt is found': [
    ['a missing application', (record) => (record.applications = [])],
    ['another number', ({ applications: [one] }) => (one!.trackingNumber = 'N-2')],
    ['a draft', ({ applications: [one] }) => (one!.state = 'draft')],
    ['not found by its number', (record) => (record.tracked = [])],
  ],
  'every scan arrives once': [
    ['a missing document', (record) => (record.documents = [])],
    ['other bytes', ({ documents: [one] }) => (one!.sha256 = 'cd')],
    ['not all bytes', ({ documents: [one] }) => (one!.state = 'uploading')],
    ['not named', ({ applications: [one] }) => (one!.copies = ['documents/E'])],
    ['twice', ({ documents }) => void documents.push({ ...documents[0]!, name: 'documents/E' })],
  ],
  'every refusal is decided': [['no decision', ({ taken }) => (taken[4]!.refusal = 'ACTION_NOT_ALLOWED')]],
  'refusals have a cause': [
    ['an argument', ({ taken }) => Object.assign(taken[4]!, { refusal: 'INVALID_ARGUMENT', isDecided: true })],
    ['a stale edit', ({ taken }) => Object.assign(taken[2]!, { refusal: 'ETAG_STALE', isDecided: true })],
    ['a draft', ({ taken }) => Object.assign(taken[1]!, { refusal: 'ACTION_NOT_ALLOWED', isDecided: true })],
  ],
  'nothing waits': [
    ['a write', (record) => (record.waiting[0]!.writes = 1)],
    ['a scan', (record) => (record.waiting[0]!.scans = 1)],
  ],
  'desk times are bounded': [
    ['no desk time', ({ applications: [one] }) => delete one!.history[1]!.deskTime],
    ['not bounded', ({ applications: [one] }) => (one!.history[1]!.deskTime!.isBounded = false)],
  ],
  'no chain of acts is broken': [['a fork', ({ chains }) => chains.breaks.push('devices/D: fork')]],
};

describe('the checker of the fleet', () => {
  test('finds nothing in a sound run', () => {
    expect(checkFleet(soundRecord())).toEqual([]);
  });

  const cases = (Object.keys(FLEET_RULES) as FleetRule[]).flatMap((rule) =>
    BROKEN[rule].map(([what, damage]) => [rule, what, damage] as const),
  );
  test.each(cases)('%s: %s', (rule, _what, damage) => {
    const record = soundRecord();
    damage(record);
    expect(checkFleet(record).map((violation) => violation.rule)).toContain(rule);
  });

  test('a refused write that was decided has no effect to look for', () => {
    const record = soundRecord();
    Object.assign(record.taken[4]!, { refusal: 'ACTION_NOT_ALLOWED', isDecided: true });
    record.applications[0]!.notes = [];
    record.applications[0]!.history.pop();
    expect(checkFleet(record)).toEqual([]);
  });
});
