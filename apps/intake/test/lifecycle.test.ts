import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { REQUEST_TYPES, validateRequest } from '@cups/agency-contract';
import {
  ACTIONS,
  AGENCY_EFFECTS,
  allowedActions,
  measureContentBytes,
  MAX_CONTENT_BYTES,
  MESSAGES,
  OPERATOR_TRANSITIONS,
  STATES,
  TIMER_TRANSITIONS,
  TIMERS,
} from '@cups/application';
import type { Action, Guard, Content, Message, State } from '@cups/application';
import * as acts from '../src/domain/command.ts';
import * as filing from '../src/domain/commands/filing.ts';
import * as timers from '../src/domain/commands/timers.ts';
import { applyAgencyUpdate } from '../src/domain/agency-updates.ts';
import type { Application } from '../src/domain/application.ts';
import {
  runCommand,
  ACTOR,
  resultOrUndefined,
  content,
  WORKING_TIME,
  applicationInState,
  newDraft,
  NOW,
  asOwnApplication,
  SUBMIT_CONTEXT,
  catchProblem,
  VERSION,
  agencyUpdate,
} from './fixtures.ts';

/** The life cycle: every move of its table is made, and no other one. */

const ROLES = ['specialist', 'centre-manager', 'supervisor', 'support', 'agency-clerk'];
/** Every state, and a ready one whose result was revoked: the circumstance that closes and opens moves. */
const SITUATIONS: { name: string; activeGuards: Guard[]; state: State; make: () => Application }[] = [
  ...STATES.map((state) => ({ name: state, activeGuards: [], state, make: () => applicationInState(state) })),
  ...STATES.map((state) => ({
    name: `${state}, her own`,
    activeGuards: ['own-application'] satisfies Guard[],
    state,
    make: () => asOwnApplication(applicationInState(state)),
  })),
  {
    name: 'ready with a revoked result, she represented',
    activeGuards: ['result-revoked', 'own-application'],
    state: 'ready',
    make: () => asOwnApplication(revoked(applicationInState('ready')), 'represented'),
  },
  {
    name: 'ready with a revoked result',
    activeGuards: ['result-revoked'],
    state: 'ready',
    make: () => revoked(applicationInState('ready')),
  },
  {
    name: 'submitted with the fee paid',
    activeGuards: ['fee-paid'],
    state: 'submitted',
    make: () => runCommand(applicationInState('submitted'), 'record-payment', ['specialist']).document,
  },
];
/** How a move is refused that a circumstance closes, where that has a reason of its own. */
const REASON_BY_GUARD: Partial<Record<Guard, string>> = {
  'result-revoked': 'RESULT_REVOKED',
  'own-application': 'OWN_APPLICATION',
};
/** Whether the table lets a role do it, whatever else holds. */
const isAllowed = (state: State, action: Action, role: string): boolean =>
  OPERATOR_TRANSITIONS[state][action]?.roles.some((one) => one === role) ?? false;
const afterUpdate = (app: Application, message: Message, now?: Date) =>
  applyAgencyUpdate(app, agencyUpdate(message, now), WORKING_TIME).document;
const revoked = (app: Application, now?: Date) => afterUpdate(app, 'result-revoked', now);
const corrected = (app: Application, now?: Date) => afterUpdate(app, 'result-corrected', now);

describe('Every state × circumstance × action × role', () => {
  for (const { name, activeGuards: holding, state, make } of SITUATIONS) {
    for (const action of ACTIONS.filter((a) => a !== 'correct')) {
      for (const role of ROLES) {
        const move = OPERATOR_TRANSITIONS[state][action];
        const open = move?.onlyIf === undefined || holding.includes(move.onlyIf);
        const mine = isAllowed(state, action, role);
        const closing = mine && open ? move?.unless?.find((one) => holding.includes(one)) : undefined;
        const allowed = mine && open && !closing;
        test(`In ${name}, ${role} ${allowed ? `may ${action}, which leads to ${move!.to}` : `may not ${action}`}.`, () => {
          const app = make();
          expect(app.state).toBe(state);
          if (allowed) {
            expect(runCommand(app, action, [role]).document.state).toBe(move!.to);
          } else {
            const reason = (closing && REASON_BY_GUARD[closing]) ?? 'ACTION_NOT_ALLOWED';
            expect(() => runCommand(app, action, [role])).toThrow(expect.objectContaining({ reason }));
          }
        });
      }
    }
  }

  test('A person may do exactly what allowedActions says.', () => {
    for (const { state, activeGuards: holding, make } of SITUATIONS) {
      for (const role of ROLES) {
        const app = make();
        expect(acts.findActiveGuards(app, ACTOR.isPartyTo)).toEqual(holding);
        const tried = ACTIONS.filter((action) => {
          if (action === 'correct') return isAllowed(state, action, role);
          return resultOrUndefined(() => runCommand(app, action, [role])) !== undefined;
        });
        expect(allowedActions(state, [role], holding)).toEqual(tried);
      }
    }
  });

  test('A revoked result waits for a correction, which counts whatever the clock says.', () => {
    const hand = (app: Application) => runCommand(app, 'hand-over', ['specialist']).document.state;
    const later = (days: number) => new Date(NOW.getTime() + days * 86_400_000);
    const ready = applicationInState('ready');
    expect(hand(corrected(revoked(ready, later(1)), later(2)))).toBe('handed-over');
    expect(hand(corrected(revoked(ready, later(1)), later(1)))).toBe('handed-over');
    expect(hand(corrected(revoked(ready, later(2)), later(1)))).toBe('handed-over');
    for (const again of [
      revoked(corrected(ready, later(2)), later(1)),
      revoked(corrected(ready, later(1)), later(1)),
      revoked(corrected(revoked(ready, later(1)), later(2)), later(3)),
    ]) {
      expect(catchProblem(() => hand(again)).reason).toBe('RESULT_REVOKED');
    }
    // A release before this one kept the time of a correction that a revocation took back.
    const old = { ...ready, decision: { ...ready.decision!, correctTime: later(1), revokeTime: later(2) } };
    expect(catchProblem(() => hand(old)).reason).toBe('RESULT_REVOKED');
  });

  test('Of her own application an operator prepares the draft, gives it up or opens a correction, and nothing else.', () => {
    const own = (state: State) => allowedActions(state, ['specialist', 'centre-manager'], ['own-application']);
    const expected: Partial<Record<State, Action[]>> = {
      draft: ['edit', 'withdraw', 'renew'],
      closed: ['correct'],
      withdrawn: ['correct'],
      expired: ['correct'],
    };
    for (const state of STATES) expect([state, own(state)]).toEqual([state, expected[state] ?? []]);
  });

  test('A rejection has no result that could be revoked.', () => {
    expect(runCommand(revoked(applicationInState('rejected')), 'hand-over', ['specialist']).document.state).toBe(
      'handed-over',
    );
  });

  test('The specialist of another centre finds nothing.', () => {
    const foreign = { ...ACTOR, centre: 'centres/CU-002' };
    expect(() => filing.withdrawApplication(newDraft(), foreign)).toThrow(
      expect.objectContaining({ reason: 'NOT_FOUND' }),
    );
  });
});

describe('Every state × message of an agency', () => {
  for (const state of STATES) {
    for (const message of MESSAGES) {
      const effect = AGENCY_EFFECTS[state][message];
      test(`In ${state}, ${message} ${'to' in effect ? `leads to ${effect.to}` : `is noted as ${effect.alert}`}.`, () => {
        const app = applicationInState(state);
        const { document, events } = applyAgencyUpdate(app, agencyUpdate(message), WORKING_TIME);
        expect(document.history.length).toBe(app.history.length + 1);
        if ('to' in effect) {
          expect(document.state).toBe(effect.to);
          expect(document.deskNotes).toEqual(app.deskNotes);
        } else {
          expect(document.state).toBe(state);
          expect(document.deskNotes.at(-1)?.kind).toBe(effect.alert);
          expect(events.length).toBe(1);
        }
      });
    }
  }
});

describe('Every state × timer', () => {
  for (const state of STATES) {
    for (const timer of TIMERS) {
      const next = TIMER_TRANSITIONS[timer][state];
      test(`In ${state}, the timer ${timer} ${next === 'stale' ? 'is stale' : `leads to ${next}`}.`, () => {
        const app = applicationInState(state);
        const late = new Date('2027-01-15T00:00:00Z');
        const { document, events } = timers.fireTimer(app, timer, late);
        if (next === 'stale') expect([document, events]).toEqual([app, []]);
        else expect([document.state, events[0]?.type]).toEqual([next, 'ApplicationExpired']);
      });
    }
  }

  test('A timer that is not due changes nothing.', () => {
    const app = applicationInState('documents-requested');
    expect(timers.fireTimer(app, 'answer-date-passed', new Date('2026-04-10T20:59:00Z')).document).toBe(app);
  });
});

describe('Whatever happens', () => {
  const step = fc.oneof(
    fc.record({ person: fc.constantFrom(...ACTIONS.filter((a) => a !== 'correct')), role: fc.constantFrom(...ROLES) }),
    fc.record({ message: fc.constantFrom(...MESSAGES) }),
    fc.record({ timer: fc.constantFrom(...TIMERS), days: fc.integer({ min: 0, max: 60 }) }),
  );

  test('No path leaves the table, the history replays to the same state, and events fit a message.', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let app = newDraft();
        for (const one of steps) {
          const before = app;
          const taken = resultOrUndefined(() =>
            'person' in one
              ? runCommand(app, one.person, [one.role])
              : 'message' in one
                ? applyAgencyUpdate(app, agencyUpdate(one.message), WORKING_TIME)
                : timers.fireTimer(app, one.timer, new Date(NOW.getTime() + one.days * 86_400_000)),
          );
          if (!taken) continue;
          app = taken.document;
          const legal =
            'person' in one
              ? OPERATOR_TRANSITIONS[before.state][one.person]?.to
              : 'message' in one
                ? resolveState(before.state, one.message)
                : before === app
                  ? before.state
                  : TIMER_TRANSITIONS[one.timer][before.state];
          expect(app.state).toBe(legal);
          expect(acts.replayHistory(app.history)).toBe(app.state);
          expect(taken.events.length).toBeLessThanOrEqual(1);
          expect(app.submissions.map(({ number }) => number)).toEqual(app.submissions.map((_, i) => i + 1));
          expect((app.documentRequest !== undefined) === (app.state === 'documents-requested')).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('What is accepted is publishable: within the bound, and valid against the contract of the agencies.', () => {
    // Lengths around every limit, and texts that are odd.
    const text = fc.oneof(
      { weight: 12, arbitrary: fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' }) },
      { weight: 1, arbitrary: fc.string({ maxLength: 30, unit: 'binary' }) },
      { weight: 2, arbitrary: fc.constantFrom(1, 100, 101, 200, 201, 500, 501).map((length) => 'x'.repeat(length)) },
    );
    const maybe = (value: fc.Arbitrary<string>) => fc.option(value, { nil: undefined, freq: 3 });
    // Mostly names: of other texts hardly one is.
    const name = fc.oneof(
      { weight: 12, arbitrary: fc.constantFrom('Ana', 'Ștefan-Vodă', 'D’Angelo', 'Ёлкина', 'م', 'x'.repeat(100)) },
      { weight: 1, arbitrary: text },
    );
    const person = fc.record({
      givenName: name,
      familyName: name,
      language: fc.constantFrom(undefined, 'ro', 'ru', 'en'),
    });
    const arbitrary = fc.record({
      answers: fc.oneof(
        fc.dictionary(text, fc.jsonValue(), { maxKeys: 5 }),
        fc
          .constantFrom(500, 501)
          .map((keys) => Object.fromEntries(Array.from({ length: keys }, (_, i) => [`k${i}`, i]))),
        fc.constantFrom(60_000, 66_000).map((length) => ({ note: 'x'.repeat(length) })),
      ),
      kind: fc.constantFrom(
        'identity-document',
        'diploma',
        'work-book',
        'a',
        'a-',
        'a--b',
        'x'.repeat(64),
        'x'.repeat(65),
      ),
      ...{ number: maybe(text), copy: maybe(text), reference: maybe(text), note: maybe(text) },
      ...{ applicant: person, represented: fc.option(person, { nil: undefined }) },
    });
    let accepted = 0;
    fc.assert(
      fc.property(arbitrary, (given) => {
        const base = content().applicant!;
        const given_ = JSON.parse(
          JSON.stringify({
            applicant: { ...base, ...given.applicant },
            ...(given.represented ? { represented: { ...base, ...given.represented } } : {}),
            mandate: given.represented
              ? { kind: 'notarial', reference: given.reference }
              : { kind: 'own-presence', reference: given.reference },
            answers: given.answers,
            evidence: [
              ...content().evidence!,
              { kind: given.kind, number: given.number, copy: given.copy, originalSeen: true },
            ],
            delivery: { kind: 'post', note: given.note },
          }),
        ) as Partial<Content>;
        const taken = resultOrUndefined(() =>
          filing.submitApplication(newDraft({ content: content(given_) }), ACTOR, SUBMIT_CONTEXT),
        );
        if (!taken) return;
        accepted += 1;
        const frozen = taken.document.submissions[0]!.content;
        expect(measureContentBytes(frozen)).toBeLessThanOrEqual(MAX_CONTENT_BYTES);
        const sent = validateRequest(REQUEST_TYPES.submitted, {
          application: `applications/${taken.document._id}`,
          submission: 1,
          centre: { code: 'CU-001', name: 'Lozova', kind: 'town-hall' },
          publicService: { code: 'civil-status-extract', version: '1', title: VERSION.title },
          ...withoutEmpty({ ...frozen, costOption: { code: frozen.costOption } }),
          answers: frozen.answers,
          submitTime: NOW.toISOString(),
        });
        expect(sent).toMatchObject({ ok: true });
      }),
      { numRuns: 3000 },
    );
    expect(accepted).toBeGreaterThan(20);
  });
});

/** What is empty does not travel (apps/agency-bridge/src/agency.ts). */
function withoutEmpty(value: unknown): object {
  return JSON.parse(JSON.stringify(value, (_key, member: unknown) => (member === '' ? undefined : member))) as object;
}

function resolveState(state: State, message: Message): State {
  const effect = AGENCY_EFFECTS[state][message];
  return 'to' in effect ? effect.to : state;
}
