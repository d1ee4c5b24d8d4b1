import { describe, expect, test } from '@jest/globals';
import { DEFAULT_ESCALATION, ESCALATION_STEPS } from '@cups/application/escalation';
import fc from 'fast-check';
import type { Application } from '../src/domain/application.ts';
import { applyAgencyUpdate } from '../src/domain/agency-updates.ts';
import { resumeClock } from '../src/domain/clock.ts';
import { withDerivedFields } from '../src/domain/derived-fields.ts';
import { findOffer, fireEscalation, isCalendarUnknown, resolveRules } from '../src/domain/escalation.ts';
import type { EscalationContext } from '../src/domain/escalation.ts';
import { createSearchHasher } from '../src/domain/search-hasher.ts';
import { addWorkingMinutes, computeTermMinutes, UNKNOWN_WORKING_TIME } from '../src/domain/terms.ts';
import type { Term } from '../src/domain/terms.ts';
import {
  agencyUpdate,
  content,
  newDraft,
  NOW,
  resultOrUndefined,
  runCommand,
  VERSION,
  WORKING_TIME,
} from './fixtures.ts';

/** The clock of an agency, with clocks that jump. The term is 10 working days: filed on 10 March, due on 24 March 2026. */

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const HASHES = createSearchHasher(() => 'a secret of the tests');
const CONTEXT: EscalationContext = { rules: DEFAULT_ESCALATION, version: VERSION, workingTime: WORKING_TIME };
const at = (text: string) => new Date(text);

/** Stores the result of a command, as intake does. */
const store = (app: Application, before: Application | undefined) => withDerivedFields(app, before, HASHES);
const filed = (draft = newDraft()): Application => store(runCommand(draft, 'submit', ['specialist']).document, draft);
const update = (app: Application, message: Parameters<typeof agencyUpdate>[0], now = NOW): Application =>
  store(applyAgencyUpdate(app, { ...agencyUpdate(message), now }, WORKING_TIME).document, app);

/** Fires the timer if it is due, and once more, as a second replica does. */
function runClock(app: Application, now: Date, context = CONTEXT): Application {
  const fired = store(fireEscalation(app, now, context).document, app);
  const again = fireEscalation(fired, now, context);
  expect(again).toEqual({ document: fired, events: [] });
  return fired;
}

/** Lets the clock run from timer to timer, and returns when each step fired. */
function timeline(app: Application, context = CONTEXT): Record<string, string> {
  for (let n = 0; n < 20 && app.timer?.kind === 'agency-escalation'; n += 1)
    app = runClock(app, app.timer.due, context);
  return Object.fromEntries((app.escalations ?? []).map(({ step, time }) => [step, time.toISOString()]));
}

describe('working minutes', () => {
  test.each<[string, string, number, string]>([
    ['within a day', '2026-03-10T08:00:00Z', 60, '2026-03-10T09:00:00.000Z'],
    ['over a weekend', '2026-03-13T14:30:00Z', 60, '2026-03-16T06:30:00.000Z'],
    ['0 at night: the next opening', '2026-03-10T22:00:00Z', 0, '2026-03-11T06:00:00.000Z'],
    ['back within a day', '2026-03-10T09:00:00Z', -60, '2026-03-10T08:00:00.000Z'],
    ['back over a weekend', '2026-03-16T06:30:00Z', -60, '2026-03-13T14:30:00.000Z'],
    ['back from the night', '2026-03-10T22:00:00Z', -60, '2026-03-10T14:00:00.000Z'],
    ['back over the change of the clocks', '2026-03-30T06:00:00Z', -9 * 60, '2026-03-27T07:00:00.000Z'],
  ])('%s', (_name, from, minutes, expected) => {
    expect(addWorkingMinutes(at(from), minutes, WORKING_TIME).toISOString()).toBe(expected);
  });

  test('of a term count working days of the agency', () => {
    const minutes = (amount: number, unit: Term['unit']) =>
      computeTermMinutes(NOW, { amount, unit }, WORKING_TIME) / 60;
    expect([minutes(10, 'working-days'), minutes(7, 'calendar-days'), minutes(4, 'hours')]).toEqual([90, 45, 4]);
    expect([minutes(0, 'working-days'), minutes(0, 'hours')]).toEqual([9, 1]);
  });

  test('forward and back return to the same instant', () => {
    const minutes = fc.integer({ min: 1, max: 20_000 });
    fc.assert(
      fc.property(minutes, fc.integer({ min: 0, max: 20_000 }), (forward, shift) => {
        const from = addWorkingMinutes(new Date(NOW.getTime() + shift * MINUTE), 1, WORKING_TIME);
        const there = addWorkingMinutes(from, forward, WORKING_TIME);
        expect(addWorkingMinutes(there, -forward, WORKING_TIME)).toEqual(from);
      }),
      { numRuns: 100 },
    );
  });
});

describe('the clock of an agency', () => {
  test('escalates a silent agency to the end, in its working time', () => {
    expect(timeline(filed())).toEqual({
      // 16 of 9 working hours a day.
      unacknowledged: '2026-03-12T07:00:00.000Z',
      // 22.5 of 90 working hours before the end of 24 March.
      'term-75': '2026-03-20T10:30:00.000Z',
      // The last day has ended, and the office opens.
      'term-100': '2026-03-25T06:00:00.000Z',
      'term-150': '2026-03-31T14:00:00.000Z',
    });
  });

  test('stores each step with its actions, its row and its event', () => {
    const { document, events } = fireEscalation(filed(), at('2026-03-25T06:00:00Z'), CONTEXT);
    expect(document.escalations?.map(({ step, dueDate, agency }) => [step, dueDate, agency])).toEqual(
      ['unacknowledged', 'term-75', 'term-100'].map((step) => [step, '2026-03-24', 'agencies/asp']),
    );
    expect(document.history.slice(-3)).toMatchObject(
      ['unacknowledged', 'term-75', 'term-100'].map((code) => ({
        kind: 'agency-escalation',
        actor: 'timer',
        code,
        fromState: 'submitted',
        toState: 'submitted',
      })),
    );
    expect(events).toMatchObject([
      { type: 'ApplicationEscalated', step: 'unacknowledged', actions: DEFAULT_ESCALATION.unacknowledged.actions },
      { step: 'term-75' },
      { step: 'term-100', dueDate: '2026-03-24', actions: DEFAULT_ESCALATION['term-100'].actions },
    ]);
  });

  test('asks no acknowledgement of an agency that has acted', () => {
    expect(Object.keys(timeline(update(filed(), 'acknowledged')))).toEqual(['term-75', 'term-100', 'term-150']);
  });

  test('counts the acknowledgement only without a due date', () => {
    const open = filed(newDraft({ content: content({ costOption: 'open' }) }));
    expect(timeline(open)).toEqual({ unacknowledged: '2026-03-12T07:00:00.000Z' });
    expect(runClock(update(open, 'acknowledged'), at('2027-01-01T00:00:00Z')).timer).toBeNull();
  });

  test('stops while documents are requested, and resumes with the remaining term', () => {
    const requested = update(filed(), 'documents-requested', at('2026-03-19T09:00:00Z'));
    expect(requested.timer?.kind).toBe('answer-date-passed');
    const now = at('2026-04-02T09:00:00Z');
    const supplied = store(runCommand(requested, 'supply-documents', ['specialist'], now).document, requested);
    expect(supplied).toMatchObject({
      state: 'in-progress',
      dueDate: '2026-04-07',
      timer: { kind: 'agency-escalation' },
    });
    expect(timeline(supplied)).toEqual({
      'term-75': '2026-04-03T09:30:00.000Z',
      'term-100': '2026-04-08T05:00:00.000Z',
      'term-150': '2026-04-14T14:00:00.000Z',
    });
  });

  test('applies again to the due date after supplied documents, and tells the person once', () => {
    const late = runClock(filed(), at('2026-04-01T09:00:00Z'));
    const requested = update(late, 'documents-requested', at('2026-04-01T10:00:00Z'));
    const now = at('2026-04-10T09:00:00Z');
    const supplied = store(runCommand(requested, 'supply-documents', ['specialist'], now).document, requested);
    const again = runClock(supplied, at('2026-06-01T09:00:00Z'));
    const own = again.escalations!.filter(({ dueDate }) => dueDate === again.dueDate);
    expect(again.dueDate).not.toBe(late.dueDate);
    expect(own.map(({ step }) => step)).toEqual(['term-75', 'term-100', 'term-150']);
    expect(own.flatMap(({ actions }) => actions)).not.toContain('notify-person');
    expect(findOffer(again)).toMatchObject({ step: 'term-150', dueDate: again.dueDate });
  });

  test.each(['approved', 'rejected'] as const)('ends when the agency has %s', (message) => {
    const decided = update(filed(), message);
    expect(decided.timer).toBeNull();
    const stale: Application = { ...decided, timer: { kind: 'agency-escalation', due: NOW } };
    expect(fireEscalation(stale, at('2027-01-01T00:00:00Z'), CONTEXT)).toEqual({ document: stale, events: [] });
  });

  test('ends with a withdrawal', () => {
    const app = filed();
    const withdrawn = store(runCommand(app, 'withdraw', ['specialist']).document, app);
    expect(withdrawn.timer?.kind).toBe('retention');
  });

  test('starts when the fee is paid', () => {
    const unpaid = runClock(filed(newDraft({ content: content({ costOption: 'paid' }) })), at('2026-03-20T09:00:00Z'));
    expect([unpaid.timer, unpaid.escalations?.map(({ step }) => step)]).toEqual([null, ['unacknowledged']]);
    const paid = store(
      runCommand(unpaid, 'record-payment', ['specialist'], at('2026-03-20T10:00:00Z')).document,
      unpaid,
    );
    expect(paid.timer).toEqual({ kind: 'agency-escalation', due: at('2026-03-20T10:15:00Z') });
    expect(Object.keys(timeline(paid))).toEqual([...ESCALATION_STEPS]);
  });

  test('fires nothing twice when the clock jumps back', () => {
    const late = runClock(filed(), at('2026-03-26T09:00:00Z'));
    const back = fireEscalation({ ...late, timer: { kind: 'agency-escalation', due: NOW } }, NOW, CONTEXT);
    expect([back.events, back.document.escalations]).toEqual([[], late.escalations]);
    expect(back.document.timer).toEqual(late.timer);
  });

  test('starts again with the agency that gets the application, and tells the person once', () => {
    const late = runClock(filed(), at('2026-03-26T09:00:00Z'));
    const undecided: Application = {
      ...late,
      passingOn: {
        competentAgency: 'agencies/cnas',
        cause: 'not-covered',
        passTime: NOW,
        superviseTime: at('2026-04-02T09:00:00Z'),
      },
    };
    const waiting = runClock(store(undecided, late), at('2026-04-01T09:00:00Z'));
    expect(waiting.escalations?.at(-1)).toMatchObject({
      step: 'term-150',
      actions: ['mark-at-desk', 'inform-supervisor', 'offer-complaint'],
    });
    const { passingOn: _decided, ...rest } = waiting;
    const moved = store({ ...rest, agency: 'agencies/cnas' }, waiting);
    const again = runClock(moved, at('2026-04-02T09:00:00Z')).escalations!.filter(
      ({ agency }) => agency === 'agencies/cnas',
    );
    expect(again.map(({ step }) => step)).toEqual([...ESCALATION_STEPS]);
    expect(again.some(({ actions }) => actions.includes('notify-person'))).toBe(false);
    expect(again.every(({ actions }) => actions.includes('mail-agency'))).toBe(true);
  });

  test('leaves training applications alone', () => {
    expect(filed(newDraft({ training: true })).timer).toBeNull();
  });

  test('gives a clock to an open application of an earlier release', () => {
    const app: Application = { ...filed(), timer: null };
    expect(store({ ...app }, app).timer?.kind).toBe('agency-escalation');
    const evaluated: Application = { ...app, escalations: [] };
    expect(store({ ...evaluated }, evaluated).timer).toBeNull();
  });

  test('is not guessed in a year without a calendar: it is computed again after a day', () => {
    const unknown = { ...CONTEXT, workingTime: UNKNOWN_WORKING_TIME };
    const { dueDate: _due, termUnit: _unit, ...rest } = filed();
    const app: Application = { ...rest, noDueDateReason: 'calendar-unknown' };
    const later = at('2026-03-11T09:00:00Z');
    const deferred = fireEscalation(app, later, unknown);
    expect([deferred.events, isCalendarUnknown(deferred.document, unknown)]).toEqual([[], true]);
    expect(deferred.document.timer).toEqual({ kind: 'agency-escalation', due: new Date(later.getTime() + DAY) });
    const known = fireEscalation(deferred.document, at('2026-03-12T09:00:00Z'), CONTEXT).document;
    expect(known).toMatchObject({ dueDate: '2026-03-24', escalations: [{ step: 'unacknowledged' }] });
    expect(known.noDueDateReason).toBeUndefined();
  });

  test('counts the remaining term once the calendar is known', () => {
    const requested = update(filed(), 'documents-requested', at('2026-03-19T09:00:00Z'));
    const now = at('2026-04-02T09:00:00Z');
    const supplied = runCommand(requested, 'supply-documents', ['specialist'], now).document;
    const unknown: Application = {
      ...resumeClock({ ...requested, submissions: supplied.submissions }, now, UNKNOWN_WORKING_TIME),
      state: 'in-progress',
      timer: { kind: 'agency-escalation', due: now },
    };
    expect(unknown).toMatchObject({ noDueDateReason: 'calendar-unknown', termLeft: { amount: 3 } });
    expect(fireEscalation(unknown, now, CONTEXT).document).toMatchObject({ dueDate: '2026-04-07' });
  });
});

describe('rules', () => {
  test('of the public service override those of the agency, step by step', () => {
    const rules = resolveRules(
      { unacknowledged: { workingHours: 4, actions: ['mark-at-desk'] }, 'term-75': { actions: [] } },
      { unacknowledged: { actions: ['mail-agency'] }, 'term-150': { actions: [] } },
    );
    expect(rules).toEqual({
      unacknowledged: { workingHours: 4, actions: ['mail-agency'] },
      'term-75': { actions: [] },
      'term-100': DEFAULT_ESCALATION['term-100'],
      'term-150': { actions: [] },
    });
    expect(Object.keys(timeline(filed(), { ...CONTEXT, rules }))).toEqual(['unacknowledged', 'term-100']);
  });
});

describe('the mark at the desk', () => {
  const markOf = ({ queue }: Application) => queue?.escalation?.step;
  const silent = runClock(filed(), at('2026-03-12T07:00:00Z'));

  test('makes a silent application a task until the agency acts', () => {
    expect([markOf(silent), silent.queue?.actionDate]).toEqual(['unacknowledged', '2026-03-12']);
    expect(markOf(update(silent, 'acknowledged', at('2026-03-12T08:00:00Z')))).toBeUndefined();
  });

  test('shows the passed term until the decision', () => {
    const overdue = runClock(silent, at('2026-03-25T06:00:00Z'));
    expect(markOf(overdue)).toBe('term-100');
    expect(markOf(update(overdue, 'approved', at('2026-03-26T06:00:00Z')))).toBeUndefined();
  });
});

describe('invariants', () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ tick: fc.integer({ min: -20 * 24, max: 60 * 24 }) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        message: fc.constantFrom(
          'acknowledged',
          'progressed',
          'documents-requested',
          'documents-requested',
          'approved',
        ),
      }),
    },
    { weight: 2, arbitrary: fc.record({ act: fc.constantFrom('supply-documents', 'withdraw', 'correct-submission') }) },
    { weight: 1, arbitrary: fc.record({ restart: fc.constant(true) }) },
  );
  type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

  const take = (app: Application, input: Step, now: Date): Application => {
    if ('message' in input) return update(app, input.message as 'approved', now);
    if ('act' in input) {
      const done = resultOrUndefined(() => runCommand(app, input.act as 'withdraw', ['specialist'], now));
      return done ? store(done.document, app) : app;
    }
    // A restart reads the stored document, and a second replica fires the same timer.
    if ('restart' in input) return structuredClone(app);
    return runClock(app, now);
  };

  test('each step fires at most once for a due date, never while suspended and never after the decision', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        let [app, now] = [filed(), NOW];
        for (const input of steps) {
          const before = app;
          // The clock jumps forward and back.
          if ('tick' in input) now = new Date(Math.max(NOW.getTime(), now.getTime() + input.tick * 60 * MINUTE));
          app = take(app, input, now);
          const fired = (app.escalations ?? []).map((escalation) => escalation.step);
          const standing = (app.escalations ?? []).map(({ step: name, dueDate }) =>
            name === 'unacknowledged' ? name : `${name} of ${dueDate}`,
          );
          expect(new Set(standing).size).toBe(fired.length);
          const rows = app.history.filter(({ kind }) => kind === 'agency-escalation');
          expect(rows.map(({ code }) => code)).toEqual(fired);
          expect(rows.every(({ fromState }) => ['submitted', 'in-progress'].includes(fromState))).toBe(true);
          const isRunning = ['submitted', 'in-progress'].includes(before.state);
          if (!isRunning) expect(app.escalations ?? []).toEqual(before.escalations ?? []);
          if (!['submitted', 'in-progress'].includes(app.state)) expect(app.timer?.kind).not.toBe('agency-escalation');
          const ofTerm = (app.escalations ?? []).filter(({ step: name }) => name !== 'unacknowledged');
          for (const same of Map.groupBy(ofTerm, ({ dueDate }) => dueDate).values()) {
            const parts = same.map(({ step: name }) => Number(name.slice(5)));
            expect(parts).toEqual(parts.toSorted((a, b) => a - b));
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
