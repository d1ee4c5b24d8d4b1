import { describe, expect, test } from '@jest/globals';
import { compareHistory, formatHistory } from '../cli/journal/verify-history.ts';
import type { HistoryEntry, ShownAction } from '../cli/journal/verify-history.ts';

const APPLICATION = 'applications/01JAAAAAAAAAAAAAAAAAAAAAAA';
const ASSIGNMENTS = 3;

/** A filed application: an entry of the draft, then those of a submission, of assignments, a note and a message. */
const entryOf = (sequence: number, action: string, contentHash: string): HistoryEntry => ({
  source: 'intake',
  subject: APPLICATION,
  sequence,
  action,
  result: 'submitted',
  contentHash,
});
const ENTRIES: HistoryEntry[] = [
  entryOf(1, 'open', 'aa'),
  entryOf(2, 'submit', 'bb'),
  ...Array.from({ length: ASSIGNMENTS }, (_, n) => entryOf(n + 3, 'assign', `c${n}`)),
  entryOf(6, 'note', 'dd'),
  entryOf(7, 'progressed', 'ee'),
];
const ACTIONS: ShownAction[] = ENTRIES.slice(1).map(({ action, result, contentHash }, n) => ({
  action,
  result: result!,
  // The application keeps no note apart.
  contentHash: action === 'note' ? '' : contentHash!,
  recordTime: `2026-11-0${n + 1}T09:00:00.000Z`,
}));

function compare(actions = ACTIONS, { entries = ENTRIES, omittedMessages = 0 } = {}): string[] {
  return compareHistory({ actions, omittedMessages }, entries.toReversed(), APPLICATION).findings;
}
const without = <T>(rows: T[], at: number): T[] => rows.filter((_, index) => index !== at);
const withChange = (at: number, change: Partial<ShownAction>): ShownAction[] =>
  ACTIONS.map((action, index) => (index === at ? { ...action, ...change } : action));

describe('the history of an application', () => {
  test('agrees with its entries, and other entries about it do not matter', () => {
    const read = { ...entryOf(1, 'read-details', ''), subject: 'accessLog/01JAAAAAAAAAAAAAAAAAAAAAAA.1' };
    const uploaded = { ...entryOf(1, 'upload', 'ff'), source: 'documents' };
    expect(compare(ACTIONS, { entries: [...ENTRIES, read, uploaded] })).toEqual([]);
  });

  test.each([
    ['content', withChange(2, { contentHash: '00' })],
    ['state', withChange(2, { result: 'ready' })],
  ])('was altered if an action has another %s', (_, actions) => {
    expect(compare(actions)).toEqual([
      'action-changed: action 3 (assign, 2026-11-03T09:00:00.000Z) was changed after entry 4 of the application',
    ]);
  });

  test('was altered if an action without content has another state', () => {
    expect(compare(withChange(4, { result: 'ready' }))).toEqual([
      'action-changed: action 5 (note, 2026-11-05T09:00:00.000Z) was changed after entry 6 of the application',
    ]);
  });

  test('names the actions whose content could not be compared', () => {
    const compared = compareHistory({ actions: ACTIONS, omittedMessages: 0 }, ENTRIES, APPLICATION);
    expect(compared).toEqual({ findings: [], withoutContent: { note: 1 } });
    expect(formatHistory({ actions: ACTIONS.length, ...compared })).toBe(
      [
        'The journal has all 6 actions of the history.',
        'The application no longer keeps the content of these actions, so only action and state were compared:',
        '  note (1)',
      ].join('\n'),
    );
  });

  test('was altered if an action is absent', () => {
    expect(compare(without(ACTIONS, 1))).toEqual(['action-missing: assign, entry 3']);
  });

  test('was altered if an action has another kind', () => {
    expect(compare(withChange(1, { action: 'withdraw' }))).toEqual([
      'entry-missing: action 2 (withdraw, 2026-11-02T09:00:00.000Z) has no entry',
      'action-missing: assign, entry 3',
    ]);
  });

  test('was altered if two actions changed their places', () => {
    const [first, second, ...rest] = ACTIONS;
    expect(compare([second!, first!, ...rest])).toEqual([
      'action-moved: action 2 (submit, 2026-11-01T09:00:00.000Z) is not in its place',
    ]);
  });

  test('may lack the number of messages that the application left out, and no other action', () => {
    expect(compare(ACTIONS.slice(0, -1), { omittedMessages: 1 })).toEqual([]);
    expect(compare(without(ACTIONS, 1), { omittedMessages: 1 })).toEqual(['action-missing: assign, entry 3']);
  });

  test('may have actions of a release that had no journal', () => {
    const entries = ENTRIES.slice(3).map((entry, n) => ({ ...entry, sequence: n + 1 }));
    expect(compare(ACTIONS, { entries })).toEqual([]);
  });
});
