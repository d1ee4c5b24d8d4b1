import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { AgencyDelivery, Centre, EscalatedApplication, StatisticsRow } from '../src/api/types.ts';
import { durationText } from '../src/supervisor/duration.ts';
import { centreLines, namedLines, sortLines, countByWave } from '../src/supervisor/statistics-lines.ts';
import type { Column } from '../src/supervisor/statistics-lines.ts';
import { isValidPeriod, resolvePeriod } from '../src/supervisor/period.ts';
import { placeKey } from '../src/supervisor/place-key.ts';
import { placePins } from '../src/supervisor/map-pins.ts';
import { groupByAgency } from '../src/supervisor/escalated-groups.ts';
import { computeBacklogs } from '../src/supervisor/agency-backlog.ts';

const row = (name: string, more: Partial<StatisticsRow> = {}): StatisticsRow => {
  const nothing = { filed: 0, open: 0, approved: 0, rejected: 0, withdrawn: 0, expired: 0, overdue: 0, toHandOver: 0 };
  return Object.assign({ name, needMet: 0, needNotMet: 0 }, nothing, more);
};
const centre = (code: string, displayName: string, more: Partial<Centre> = {}): Centre => {
  const common = { kind: 'town-hall', status: 'active', timeZone: 'Europe/Chisinau' } as const;
  return Object.assign({ name: `centres/${code}`, code, displayName }, common, more);
};
const names = (lines: readonly { name: string }[]) => lines.map(({ name }) => name);

describe('centreLines, namedLines and sortLines', () => {
  const centres = [
    centre('A', 'Sculeni', { wave: 'pilot' }),
    centre('B', 'Tvardița', { wave: '2023', status: 'planned' }),
    centre('C', 'Țaul', { status: 'closed', wave: 'pilot' }),
  ];

  test('list open centres, and other centres with applications', () => {
    expect(names(centreLines(centres, [row('centres/C', { filed: 2 })], false))).toEqual(['Sculeni', 'Țaul']);
    expect(names(centreLines(centres, [], false))).toEqual(['Sculeni']);
    expect(names(centreLines(centres, [], true))).toEqual(['Sculeni', 'Tvardița', 'Țaul']);
  });

  test('sort by Romanian letters and by numbers, unknown values last', () => {
    const lines = centreLines(
      centres,
      [row('centres/A', { filed: 3, deskSeconds: 5 }), row('centres/B', { filed: 20 })],
      true,
    );
    expect(names(sortLines(lines, { column: 'name', descending: false }))).toEqual(['Sculeni', 'Tvardița', 'Țaul']);
    expect(names(sortLines(lines, { column: 'filed', descending: true }))).toEqual(['Tvardița', 'Sculeni', 'Țaul']);
    expect(names(sortLines(lines, { column: 'deskSeconds', descending: false }))[0]).toBe('Sculeni');
    expect(names(sortLines(lines, { column: 'deskSeconds', descending: true }))[0]).toBe('Sculeni');
  });

  test('keep every line in any order', () => {
    const lines = namedLines([row('x'), row('y', { filed: 1 }), row('z', { agencySeconds: 9 })], (name) => name);
    const columns: Column[] = ['name', 'status', 'filed', 'agencySeconds', 'needMet'];
    fc.assert(
      fc.property(fc.constantFrom(...columns), fc.boolean(), (column, descending) => {
        expect(names(sortLines(lines, { column, descending })).sort()).toEqual(['x', 'y', 'z']);
      }),
    );
  });

  test('countByWave counts centres by status', () => {
    expect(countByWave(centres).map(({ wave, states }) => [wave, Object.fromEntries(states)])).toEqual([
      ['2023', { planned: 1 }],
      ['pilot', { active: 1, closed: 1 }],
    ]);
  });
});

describe('computeBacklogs', () => {
  const delivery = (agency: string, state: AgencyDelivery['state'], more: Partial<AgencyDelivery> = {}) =>
    Object.assign({ name: 'd', application: 'a', agency: `agencies/${agency}`, state, training: false }, more);

  test('returns the largest backlog first, without training deliveries', () => {
    const backlogs = computeBacklogs(
      [row('agencies/asp', { overdue: 1 }), row('agencies/mai')],
      [
        delivery('cnas', 'sent', { sendTime: '2026-11-24T10:00:00Z' }),
        delivery('cnas', 'sent', { sendTime: '2026-11-20T10:00:00Z' }),
        delivery('cnas', 'queued'),
        delivery('mai', 'failed', { training: true }),
      ],
      [{ topic: 'agency.asp.replies', partition: 0, offset: '1', cause: 'NOT_JSON', count: 1 }],
    );
    const common = { overdue: 0, unconfirmed: 0, oldest: undefined, unsent: 0, failed: 0, refused: 0 };
    const cnas = { agency: 'agencies/cnas', unconfirmed: 2, oldest: '2026-11-20T10:00:00Z', unsent: 1 };
    const asp = { agency: 'agencies/asp', overdue: 1, refused: 1 };
    expect(backlogs).toEqual([Object.assign({}, common, cnas), Object.assign({}, common, asp)]);
  });
});

describe('placePins', () => {
  const points = { [placeKey('Tvardița')]: [10, 20], [placeKey('Orhei')]: [100, 100] };

  test('placeKey ignores case and spelling variants', () => {
    expect(placeKey('Pîrcova')).toBe(placeKey('PÂRCOVA'));
    expect(placeKey('Edineţ')).toBe(placeKey('Edineț'));
    expect(placeKey('Orhei')).not.toBe(placeKey('Orheiul Vechi'));
  });

  test('places a centre by its own name, then by its district, spread apart', () => {
    const all = [
      centre('A', 'Tvardița', { district: 'Taraclia' }),
      centre('B', 'Peresecina', { district: 'Orhei' }),
      centre('C', 'Chiperceni', { district: 'Orhei' }),
      centre('D', 'TOWN-HALL-01'),
    ];
    const { pins, unplaced } = placePins(all, points);
    expect(pins.map((pin) => [pin.centre.code, pin.byDistrict])).toEqual([
      ['A', false],
      ['B', true],
      ['C', true],
    ]);
    expect(pins[0]?.at).toEqual([10, 20]);
    expect(pins[1]?.at).not.toEqual(pins[2]?.at);
    expect(unplaced.map(({ code }) => code)).toEqual(['D']);
  });
});

describe('periods and durations', () => {
  test.each([
    ['month', '2026-11-01'],
    ['days30', '2026-10-28'],
    ['year', '2026-01-01'],
  ] as const)('%s begins on %s', (name, from) => {
    expect(resolvePeriod(name, '2026-11-26')).toEqual({ from, to: '2026-11-26' });
    expect(isValidPeriod(resolvePeriod(name, '2026-11-26'))).toBe(true);
  });

  test.each([
    ['2026-11-26', '2026-11-25', false],
    ['2026-11-26', '2026-11-26', true],
    ['2025-11-26', '2026-11-26', true],
    ['2025-11-25', '2026-11-26', false],
    ['', '2026-11-26', false],
  ])('isValidPeriod from %s to %s', (from, to, right) => expect(isValidPeriod({ from, to })).toBe(right));

  test.each([
    [undefined, '–', '–'],
    [0, 'sub 1 min', 'до 1 мин'],
    [59, 'sub 1 min', 'до 1 мин'],
    [720, '12 min', '12 мин'],
    [12_000, '3 h 20 min', '3 ч 20 мин'],
    [86_399, '23 h 59 min', '23 ч 59 мин'],
    [432_000, '5 zile', '5 дней'],
  ])('durationText of %s seconds', (seconds, ro, ru) => {
    expect(durationText(seconds, 'ro').replace('\u00a0', ' ')).toBe(ro);
    expect(durationText(seconds, 'ru').replace('\u00a0', ' ')).toBe(ru);
  });
});

describe('groupByAgency', () => {
  const rowOf = (
    application: string,
    agency: string,
    more: Partial<EscalatedApplication> = {},
  ): EscalatedApplication => ({
    application,
    centre: 'centres/CU-001',
    publicService: 'publicServices/criminal-record',
    agency,
    time: '2026-11-24T08:00:00Z',
    ...more,
  });

  test('puts the agency with most applications first, keeps their order, and its contact', () => {
    const email = { agencyEmail: 'office@mai.example' };
    const rows = [rowOf('a', 'agencies/asp'), rowOf('b', 'agencies/mai', email), rowOf('c', 'agencies/mai', email)];
    expect(groupByAgency(rows)).toMatchObject([
      { agency: 'agencies/mai', email: 'office@mai.example', rows: [{ application: 'b' }, { application: 'c' }] },
      { agency: 'agencies/asp', email: undefined, rows: [{ application: 'a' }] },
    ]);
    expect(groupByAgency([])).toEqual([]);
  });
});
