import { describe, expect, test } from '@jest/globals';
import { groupActs, listActs, longestWait, positionsText } from '../src/access-list/acts.ts';
import type { LoadedEntries } from '../src/access-list/acts.ts';
import { nameActor } from '../src/application/operator-name.ts';
import type { AccessLogEntry, ApplicationAction } from '../src/api/types.ts';

const at = (minute: number) => `2026-11-28T10:${String(minute).padStart(2, '0')}:00.000Z`;
const NOW = Date.parse(at(50));
const ANA = 'operators/ana';

const access = (minute: number, kind = 'details', more: object = {}) =>
  ({ operator: ANA, accessTime: at(minute), kind, ...more }) as AccessLogEntry;
const step = (minute: number, kind: string, actor = ANA) =>
  ({ actor, recordTime: at(minute), kind }) as ApplicationAction;
const entry = (index: number, minute: number, action: string, actor = ANA) => ({
  index,
  action,
  actor,
  time: at(minute),
});
const journalOf = (...entries: LoadedEntries['entries'][number][]): LoadedEntries => ({ entries, hasMore: false });

describe('acts and their positions in the journal', () => {
  test('reads and changes have the positions of their entries, whoever did them', () => {
    const acts = listActs({
      accesses: [
        access(1),
        access(2, 'copy', { operator: 'operators/ops' }),
        access(3, 'document', { operator: 'operators/agency.asp', agency: 'agencies/asp' }),
      ],
      history: [step(4, 'submit'), step(5, 'answer-date-passed', 'timer'), step(6, 'approved', 'agencies/asp')],
      journal: journalOf(
        entry(9, 6, 'approved', 'agencies/asp'),
        entry(8, 5, 'answer-date-passed', 'services/intake'),
        entry(7, 4, 'submit'),
        entry(6, 3, 'read-document', 'agencies/asp'),
        entry(5, 2, 'read-copy', 'services/ops'),
        entry(4, 1, 'read-details'),
      ),
      now: NOW,
    });
    expect(acts.map(({ kind, position }) => [kind, position])).toEqual([
      ['read-details', 4],
      ['read-copy', 5],
      ['read-document', 6],
      ['submit', 7],
      ['answer-date-passed', 8],
      ['approved', 9],
    ]);
  });

  test('the journal adds what neither access log nor history has', () => {
    const journal = journalOf(entry(3, 2, 'edit'));
    expect(listActs({ accesses: [], history: [], journal, now: NOW })).toEqual([
      { operator: ANA, kind: 'edit', accessTime: at(2), position: 3 },
    ]);
  });

  test('a read without a line has the position of its later recording', () => {
    const [act] = listActs({
      accesses: [access(1, 'offline', { recordTime: at(40) })],
      history: [],
      journal: journalOf(entry(9, 40, 'read-offline')),
      now: NOW,
    });
    expect(act).toMatchObject({ accessTime: at(1), position: 9 });
  });

  test('two equal acts have two positions', () => {
    const journal = journalOf(entry(3, 2, 'read-search'), entry(2, 2, 'read-search'));
    const acts = listActs({ accesses: [access(2, 'search'), access(2, 'search')], history: [], journal, now: NOW });
    expect(acts.map(({ position }) => position)).toEqual([3, 2]);
  });

  test.each<[string, LoadedEntries | undefined, number, unknown]>([
    ['waits while it is new', journalOf(), NOW, 'waiting'],
    ['is absent after a day', journalOf(), NOW + 86_400_000, 'absent'],
    ['is unknown without the journal', undefined, NOW, 'unknown'],
    ['is unknown before what was loaded', { entries: [entry(9, 30, 'edit')], hasMore: true }, NOW, 'unknown'],
  ])('an act without an entry %s', (_, journal, now, position) => {
    const [act] = listActs({ accesses: [access(20)], history: [], journal, now });
    expect(act?.position).toBe(position);
  });

  test('the longest wait is that of the oldest act that waits', () => {
    const given = { accesses: [access(20), access(40)], history: [], now: NOW };
    expect(longestWait(listActs({ ...given, journal: journalOf() }), NOW)).toBe(30 * 60_000);
    expect(longestWait(listActs({ ...given, journal: undefined }), NOW)).toBeUndefined();
  });
});

test('groups have reads, changes and positions of one actor within 15 minutes', () => {
  const acts = listActs({
    accesses: [access(1), access(2, 'submission'), access(30)],
    history: [step(3, 'submit'), step(4, 'submit', 'operators/ion')],
    journal: journalOf(entry(14, 3, 'submit'), entry(12, 1, 'read-details')),
    now: NOW,
  });
  expect(groupActs(acts)).toMatchObject([
    { actor: ANA, first: at(30), count: 1, positions: { recorded: [], waiting: 1 } },
    { actor: 'operators/ion', positions: { waiting: 1 } },
    {
      first: at(1),
      last: at(3),
      count: 3,
      reads: ['details', 'submission'],
      changes: ['submit'],
      positions: { recorded: [12, 14], waiting: 1 },
    },
  ]);
});

test.each([
  [[], ''],
  [[7], '7'],
  [[7, 9, 12], '7–12'],
])('positionsText of %j is %j', (positions, text) => {
  expect(positionsText(positions)).toBe(text);
});

test.each([
  [ANA, 'Ana Test'],
  ['operators/unknown', 'A colleague'],
  ['operators/ops', 'Platform administrator'],
  ['services/intake', 'Platform'],
  ['agencies/asp', 'agencies/asp!'],
  ['', 'A colleague'],
])('nameActor says who %j is', (actor, text) => {
  const name = nameActor(actor, [{ name: ANA, displayName: 'Ana Test' }], (agency) => ({ en: `${agency}!` }));
  expect(name.en ?? name.ro).toBe(text);
});
