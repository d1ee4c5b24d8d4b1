import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { REQUEST_TYPES, validateRequest } from '@cups/agency-contract';
import {
  ACTIONS,
  AGENCY_EFFECTS,
  allowedActions,
  DATA_END_STATES,
  GENERAL_GUARDS,
  measureContentBytes,
  MAX_CONTENT_BYTES,
  MESSAGES,
  OPERATOR_TRANSITIONS,
  STATES,
  TIMER_TRANSITIONS,
  TIMERS,
} from '@cups/application';
import type { Action, Guard, Content, Message, State } from '@cups/application';
import * as command from '../src/domain/command.ts';
import * as filing from '../src/domain/commands/filing.ts';
import * as timers from '../src/domain/commands/timers.ts';
import { applyAgencyUpdate } from '../src/domain/agency-updates.ts';
import type { Application } from '../src/domain/application.ts';
import {
  AGENCY_WITHOUT_CORRECTIONS,
  AGENCY_WITHOUT_MESSAGES,
  withOfferedComplaint,
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

/** The lifecycle: every transition of its table works, and no other one. */

const ROLES = ['specialist', 'centre-manager', 'supervisor', 'support', 'agency-clerk', 'agency-system'];
/** Every state, and the situations in which a guard opens or closes a transition. */
const SITUATIONS: { name: string; activeGuards: Guard[]; state: State; make: () => Application }[] = [
  ...STATES.map((state) => ({ name: state, activeGuards: [], state, make: () => applicationInState(state) })),
  ...STATES.map((state) => ({
    name: `${state}, own application`,
    activeGuards: ['own-application'] satisfies Guard[],
    state,
    make: () => asOwnApplication(applicationInState(state)),
  })),
  ...STATES.map((state) => ({
    name: `${state}, restricted`,
    activeGuards: ['processing-restricted'] satisfies Guard[],
    state,
    make: (): Application => ({
      ...applicationInState(state),
      restriction: { reason: 'objection', operator: 'operators/sv', time: NOW },
    }),
  })),
  ...DATA_END_STATES.map((state) => ({
    name: `${state}, erased`,
    activeGuards: ['data-erased'] satisfies Guard[],
    state,
    make: (): Application => ({
      ...applicationInState(state),
      erasure: { rule: 'closed-applications', cause: 'expired', startTime: NOW },
    }),
  })),
  {
    name: 'ready with a revoked result, own application',
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
    name: 'ready with a result on its way',
    activeGuards: ['result-on-its-way'],
    state: 'ready',
    make: readyOnPaper,
  },
  {
    name: 'ready with a result on its way, own application',
    activeGuards: ['result-on-its-way', 'own-application'],
    state: 'ready',
    make: () => asOwnApplication(readyOnPaper()),
  },
  {
    name: 'submitted with the fee paid',
    activeGuards: ['fee-paid'],
    state: 'submitted',
    make: () => runCommand(applicationInState('submitted'), 'record-payment', ['specialist']).document,
  },
  {
    name: 'submitted to an agency without corrections',
    activeGuards: ['corrections-unsupported'],
    state: 'submitted',
    make: () => ({ ...applicationInState('submitted'), agency: AGENCY_WITHOUT_CORRECTIONS }),
  },
  {
    name: 'submitted and passed on beyond the mandate',
    activeGuards: ['agency-undecided', 'consent-awaited'],
    state: 'submitted',
    make: () => passedOn(false),
  },
  {
    name: 'submitted and passed on to an unknown agency',
    activeGuards: ['agency-undecided'],
    state: 'submitted',
    make: () => passedOn(true),
  },
  {
    name: 'submitted to an agency without messages',
    activeGuards: ['messages-unsupported'],
    state: 'submitted',
    make: () => ({ ...applicationInState('submitted'), agency: AGENCY_WITHOUT_MESSAGES }),
  },
  {
    name: 'submitted with an offered complaint',
    activeGuards: ['complaint-offered'],
    state: 'submitted',
    make: () => withOfferedComplaint(applicationInState('submitted')),
  },
  {
    name: 'in-progress with an offered complaint, own application',
    activeGuards: ['complaint-offered', 'own-application'],
    state: 'in-progress',
    make: () => asOwnApplication(withOfferedComplaint(applicationInState('in-progress'))),
  },
  {
    name: 'in-progress with a prepared complaint',
    activeGuards: ['complaint-offered', 'complaint-prepared'],
    state: 'in-progress',
    make: () => complaining(['prepare-complaint']),
  },
  {
    name: 'in-progress with an open complaint',
    activeGuards: ['complaint-open'],
    state: 'in-progress',
    make: () => complaining(['prepare-complaint', 'record-complaint']),
  },
  {
    name: 'ready with an open complaint',
    activeGuards: ['complaint-open'],
    state: 'ready',
    make: () => afterUpdate(complaining(['prepare-complaint', 'record-complaint']), 'approved'),
  },
  {
    name: 'withdrawn with a prepared complaint',
    activeGuards: ['complaint-prepared'],
    state: 'withdrawn',
    make: () => complaining(['prepare-complaint', 'withdraw']),
  },
];
/** Problem reasons by blocking guard, unless it is ACTION_NOT_ALLOWED. */
const REASON_BY_GUARD: Partial<Record<Guard, string>> = {
  'data-erased': 'PERSONAL_DATA_ERASED',
  'processing-restricted': 'PROCESSING_RESTRICTED',
  'result-revoked': 'RESULT_REVOKED',
  'corrections-unsupported': 'CORRECTION_NOT_SUPPORTED',
  'messages-unsupported': 'MESSAGES_NOT_SUPPORTED',
  'own-application': 'OWN_APPLICATION',
};
/** Returns the guards that close a transition, general ones first. */
const guardsOf = (action: Action, transition: (typeof OPERATOR_TRANSITIONS)[State][Action]): Guard[] => [
  ...Object.entries<readonly Action[]>(GENERAL_GUARDS).flatMap(([guard, open]) =>
    open.includes(action) ? [] : [guard as Guard],
  ),
  ...(transition?.unless ?? []),
];
/** Returns whether the table lists a role, regardless of guards. */
const isAllowed = (state: State, action: Action, role: string): boolean =>
  OPERATOR_TRANSITIONS[state][action]?.roles.some((allowedRole) => allowedRole === role) ?? false;
function passedOn(isUnknown: boolean): Application {
  const passOn = { competentAgency: 'agencies/cnas', isKnown: !isUnknown, isCovered: false };
  const update = { ...agencyUpdate('passed-on'), passOn };
  return applyAgencyUpdate(applicationInState('submitted'), update, WORKING_TIME).document;
}
function complaining(actions: Action[]): Application {
  const offered = withOfferedComplaint(applicationInState('in-progress'));
  return actions.reduce((app, action) => runCommand(app, action, ['specialist']).document, offered);
}
function readyOnPaper(): Application {
  const update = { ...agencyUpdate('approved'), decision: { decideTime: NOW, resultKind: 'paper' } };
  return applyAgencyUpdate(applicationInState('submitted'), update, WORKING_TIME).document;
}
const afterUpdate = (app: Application, message: Message, now?: Date) =>
  applyAgencyUpdate(app, agencyUpdate(message, now), WORKING_TIME).document;
const revoked = (app: Application, now?: Date) => afterUpdate(app, 'result-revoked', now);
const corrected = (app: Application, now?: Date) => afterUpdate(app, 'result-corrected', now);

describe('every state × guard × action × role', () => {
  for (const { name, activeGuards, state, make } of SITUATIONS) {
    for (const action of ACTIONS.filter((a) => a !== 'correct')) {
      for (const role of ROLES) {
        const transition = OPERATOR_TRANSITIONS[state][action];
        const open = transition?.onlyIf === undefined || activeGuards.includes(transition.onlyIf);
        const hasRole = isAllowed(state, action, role);
        const blocking =
          hasRole && open ? guardsOf(action, transition).find((guard) => activeGuards.includes(guard)) : undefined;
        const allowed = hasRole && open && !blocking;
        test(`in ${name}, ${allowed ? `lets ${role} ${action}, to ${transition!.to}` : `rejects ${action} by ${role}`}`, () => {
          const app = make();
          expect(app.state).toBe(state);
          if (allowed) {
            expect(runCommand(app, action, [role]).document.state).toBe(transition!.to);
          } else {
            const reason = (blocking && REASON_BY_GUARD[blocking]) ?? 'ACTION_NOT_ALLOWED';
            expect(() => runCommand(app, action, [role])).toThrow(expect.objectContaining({ reason }));
          }
        });
      }
    }
  }

  test('allows exactly what allowedActions lists', () => {
    for (const { state, activeGuards, make } of SITUATIONS) {
      for (const role of ROLES) {
        const app = make();
        expect(command.findActiveGuards(app, ACTOR)).toEqual(activeGuards);
        const permitted = ACTIONS.filter((action) => {
          const isGenerallyClosed = guardsOf(action, undefined).some((guard) => activeGuards.includes(guard));
          if (action === 'correct') return isAllowed(state, action, role) && !isGenerallyClosed;
          return resultOrUndefined(() => runCommand(app, action, [role])) !== undefined;
        });
        expect(allowedActions(state, [role], activeGuards)).toEqual(permitted);
      }
    }
  });

  test('blocks the hand-over of a revoked result until its correction', () => {
    const handOver = (app: Application) => runCommand(app, 'hand-over', ['specialist']).document.state;
    const later = (days: number) => new Date(NOW.getTime() + days * 86_400_000);
    const ready = applicationInState('ready');
    expect(handOver(corrected(revoked(ready, later(1)), later(2)))).toBe('handed-over');
    expect(handOver(corrected(revoked(ready, later(1)), later(1)))).toBe('handed-over');
    expect(handOver(corrected(revoked(ready, later(2)), later(1)))).toBe('handed-over');
    for (const again of [
      revoked(corrected(ready, later(2)), later(1)),
      revoked(corrected(ready, later(1)), later(1)),
      revoked(corrected(revoked(ready, later(1)), later(2)), later(3)),
    ]) {
      expect(catchProblem(() => handOver(again)).reason).toBe('RESULT_REVOKED');
    }
    // An older release kept the correction time after a revocation.
    const old = { ...ready, decision: { ...ready.decision!, correctTime: later(1), revokeTime: later(2) } };
    expect(catchProblem(() => handOver(old)).reason).toBe('RESULT_REVOKED');
  });

  test('limits the actions on an own application to draft and correction', () => {
    const own = (state: State) => allowedActions(state, ['specialist', 'centre-manager'], ['own-application']);
    const expected: Partial<Record<State, Action[]>> = {
      draft: ['edit', 'withdraw', 'renew'],
      closed: ['correct'],
      withdrawn: ['correct'],
      expired: ['correct'],
    };
    for (const state of STATES) expect([state, own(state)]).toEqual([state, expected[state] ?? []]);
  });

  test('ignores a revocation after a rejection', () => {
    expect(runCommand(revoked(applicationInState('rejected')), 'hand-over', ['specialist']).document.state).toBe(
      'handed-over',
    );
  });

  test('hides the application from another centre', () => {
    const foreign = { ...ACTOR, centre: 'centres/CU-002' };
    expect(() => filing.withdrawApplication(newDraft(), foreign)).toThrow(
      expect.objectContaining({ reason: 'NOT_FOUND' }),
    );
  });
});

describe('every state × agency message', () => {
  for (const state of STATES) {
    for (const message of MESSAGES) {
      const effect = AGENCY_EFFECTS[state][message];
      test(`in ${state}, ${message} ${'to' in effect ? `leads to ${effect.to}` : `raises ${effect.alert}`}`, () => {
        const app = applicationInState(state);
        const { document, events } = applyAgencyUpdate(app, agencyUpdate(message), WORKING_TIME);
        expect(document.history.length).toBe(app.history.length + 1);
        if ('to' in effect) {
          expect(document.state).toBe(effect.to);
          expect(document.deskAlerts).toEqual(app.deskAlerts);
        } else {
          expect(document.state).toBe(state);
          expect(document.deskAlerts.at(-1)?.kind).toBe(effect.alert);
          expect(events.length).toBe(1);
        }
      });
    }
  }
});

/** Timers that end an application; escalation.test.ts has the clock of the agency. */
const EXPIRY_TIMERS = TIMERS.filter((timer) => timer !== 'agency-escalation');

describe('every state × timer', () => {
  for (const state of STATES) {
    for (const timer of EXPIRY_TIMERS) {
      const next = TIMER_TRANSITIONS[timer][state];
      test(`in ${state}, the timer ${timer} ${next === 'stale' ? 'is stale' : `leads to ${next}`}`, () => {
        const app = applicationInState(state);
        const late = new Date('2027-01-15T00:00:00Z');
        const { document, events } = timers.fireTimer(app, timer, late);
        if (next === 'stale') expect([document, events]).toEqual([app, []]);
        else expect([document.state, events[0]?.type]).toEqual([next, 'ApplicationExpired']);
      });
    }
  }

  test('ignores a timer before it is due', () => {
    const app = applicationInState('documents-requested');
    expect(timers.fireTimer(app, 'answer-date-passed', new Date('2026-04-10T20:59:00Z')).document).toBe(app);
  });
});

describe('invariants', () => {
  const step = fc.oneof(
    fc.record({ person: fc.constantFrom(...ACTIONS.filter((a) => a !== 'correct')), role: fc.constantFrom(...ROLES) }),
    fc.record({ message: fc.constantFrom(...MESSAGES) }),
    fc.record({ timer: fc.constantFrom(...EXPIRY_TIMERS), days: fc.integer({ min: 0, max: 60 }) }),
  );

  test('keeps to the table and replays the history on random paths', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let app = newDraft();
        for (const input of steps) {
          const before = app;
          const taken = resultOrUndefined(() =>
            'person' in input
              ? runCommand(app, input.person, [input.role])
              : 'message' in input
                ? applyAgencyUpdate(app, agencyUpdate(input.message), WORKING_TIME)
                : timers.fireTimer(app, input.timer, new Date(NOW.getTime() + input.days * 86_400_000)),
          );
          if (!taken) continue;
          app = taken.document;
          const expectedState =
            'person' in input
              ? OPERATOR_TRANSITIONS[before.state][input.person]?.to
              : 'message' in input
                ? resolveState(before.state, input.message)
                : taken.events.length === 0
                  ? before.state
                  : TIMER_TRANSITIONS[input.timer][before.state];
          expect(app.state).toBe(expectedState);
          expect(command.replayHistory(app.history)).toBe(app.state);
          expect(taken.events.length).toBeLessThanOrEqual(1);
          expect(app.submissions.map(({ number }) => number)).toEqual(app.submissions.map((_, i) => i + 1));
          expect((app.documentRequest !== undefined) === (app.state === 'documents-requested')).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('accepts only content that fits the limit and the agency contract', () => {
    // Lengths around every limit, and unusual texts.
    const text = fc.oneof(
      { weight: 12, arbitrary: fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' }) },
      { weight: 1, arbitrary: fc.string({ maxLength: 30, unit: 'binary' }) },
      { weight: 2, arbitrary: fc.constantFrom(1, 100, 101, 200, 201, 500, 501).map((length) => 'x'.repeat(length)) },
    );
    const maybe = (value: fc.Arbitrary<string>) => fc.option(value, { nil: undefined, freq: 3 });
    // Mostly valid names, since other texts are rarely accepted.
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
        const partial = JSON.parse(
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
          filing.submitApplication(newDraft({ content: content(partial) }), ACTOR, SUBMIT_CONTEXT),
        );
        if (!taken) return;
        accepted += 1;
        const frozen = taken.document.submissions[0]!.content;
        expect(measureContentBytes(frozen)).toBeLessThanOrEqual(MAX_CONTENT_BYTES);
        const validation = validateRequest(REQUEST_TYPES.submitted, {
          application: `applications/${taken.document._id}`,
          submission: 1,
          centre: { code: 'CU-001', name: 'Lozova', kind: 'town-hall' },
          publicService: { code: 'civil-status-extract', version: '1', title: VERSION.title },
          ...withoutEmpty({ ...frozen, costOption: { code: frozen.costOption } }),
          answers: frozen.answers,
          submitTime: NOW.toISOString(),
        });
        expect(validation).toMatchObject({ ok: true });
      }),
      { numRuns: 3000 },
    );
    expect(accepted).toBeGreaterThan(20);
  });
});

/** Removes empty members, as the bridge does (apps/agency-bridge/src/outbound/request-encoder.ts). */
function withoutEmpty(value: unknown): object {
  return JSON.parse(JSON.stringify(value, (_key, member: unknown) => (member === '' ? undefined : member))) as object;
}

function resolveState(state: State, message: Message): State {
  const effect = AGENCY_EFFECTS[state][message];
  return 'to' in effect ? effect.to : state;
}
