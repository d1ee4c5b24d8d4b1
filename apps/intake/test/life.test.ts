import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { REQUEST_TYPES, validateRequest } from '@cups/agency-contract';
import { isProblem } from '@cups/problem';
import * as acts from '../src/domain/acts.ts';
import type { Step } from '../src/domain/acts.ts';
import { receive } from '../src/domain/agency.ts';
import type { AgencyWord } from '../src/domain/agency.ts';
import {
  ACTIONS,
  AGENCIES,
  allowedActions,
  contentBytes,
  MAX_CONTENT_BYTES,
  MESSAGES,
  PERSONS,
  STATES,
  TIMED,
  TIMERS,
} from '@cups/application';
import type { Action, Circumstance, Content, Message, State } from '@cups/application';
import type { Application } from '../src/domain/application.ts';
import { UNKNOWN_WORKING_TIME } from '../src/domain/terms.ts';
import { ACTOR, content, newDraft, NOW, VERSION, WORKING } from './people.ts';

const PARTS = { version: VERSION, working: WORKING, answersViolations: () => [] };
const ROLES = ['specialist', 'centre-manager', 'supervisor', 'support', 'agency-clerk'];

/** Does an action of a person, with a payload that is right for it. */
function act(app: Application, action: Action, roles: readonly string[], now = NOW): Step {
  const actor = { ...ACTOR, roles, now };
  switch (action) {
    case 'edit':
      return acts.edit(app, actor, ['costOption'], { costOption: 'normal' });
    case 'submit':
      return acts.submit(app, actor, PARTS);
    case 'withdraw':
      return acts.withdraw(app, actor);
    case 'renew':
      return acts.renew(app, actor, VERSION);
    case 'supply-documents': {
      const kinds = app.documentRequest?.evidenceKinds ?? [];
      return acts.supplyDocuments(app, actor, { evidence: kinds.map((kind) => ({ kind, originalSeen: true })) }, PARTS);
    }
    case 'hand-over':
      return acts.handOver(app, actor, { collectedBy: 'applicant', paperKind: 'identity-document' });
    case 'confirm-outcome':
      return acts.confirmOutcome(app, actor, { needMet: true });
    case 'correct':
      throw new Error('opens another application');
  }
}

let serial = 0;
function word(message: Message, now = NOW): AgencyWord {
  serial += 1;
  return {
    message,
    agency: 'agencies/asp',
    eventId: `event-${serial}`,
    now,
    request: { id: `message-${serial}`, evidenceKinds: ['birth-certificate'], answerBy: '2026-04-10' },
    decision: { decideTime: now, reason: { ro: 'motiv' } },
    result: { resultNumber: 'R2' },
  };
}

/** An application in a state, come there by the table. */
function inState(state: State): Application {
  const submitted = () => act(newDraft(), 'submit', ['specialist']).document;
  const after = (app: Application, message: Message) => receive(app, word(message), WORKING).document;
  switch (state) {
    case 'draft':
      return newDraft();
    case 'submitted':
      return submitted();
    case 'in-progress':
      return after(submitted(), 'acknowledged');
    case 'documents-requested':
      return after(submitted(), 'documents-requested');
    case 'ready':
      return after(submitted(), 'approved');
    case 'rejected':
      return after(submitted(), 'rejected');
    case 'handed-over':
      return act(inState('ready'), 'hand-over', ['specialist']).document;
    case 'closed':
      return act(inState('handed-over'), 'confirm-outcome', ['specialist']).document;
    case 'withdrawn':
      return act(submitted(), 'withdraw', ['specialist']).document;
    case 'expired':
      return acts.fire(inState('documents-requested'), 'answer-date-passed', new Date('2026-04-11T00:00:00Z')).document;
  }
}

/** Every state, and a ready one whose result was revoked: the circumstance that closes and opens moves. */
const SITUATIONS: { name: string; holding: Circumstance[]; state: State; make: () => Application }[] = [
  ...STATES.map((state) => ({ name: state, holding: [], state, make: () => inState(state) })),
  { name: 'ready, revoked', holding: ['result-revoked'], state: 'ready', make: () => revoked(inState('ready')) },
];
const said = (app: Application, message: Message, now?: Date) => receive(app, word(message, now), WORKING).document;
const revoked = (app: Application, now?: Date) => said(app, 'result-revoked', now);
const corrected = (app: Application, now?: Date) => said(app, 'result-corrected', now);

describe('a term that reaches a year whose days off are not known', () => {
  const unknown = { ...PARTS, working: UNKNOWN_WORKING_TIME };

  test('does not close the counter: it is filed without a due date, and says why', () => {
    const { document } = acts.submit(newDraft(), ACTOR, unknown);
    expect(document).toMatchObject({ state: 'submitted', noDueDateReason: 'calendar-unknown' });
    expect(document.dueDate).toBeUndefined();
  });

  test('does not hold up a request for papers, of an agency whose file is gone either: the term is not counted any more', () => {
    const filed = acts.submit(newDraft(), ACTOR, PARTS).document;
    const asked = receive(filed, word('documents-requested'), UNKNOWN_WORKING_TIME).document;
    expect(asked).toMatchObject({ state: 'documents-requested', noDueDateReason: 'calendar-unknown' });
    expect([asked.dueDate, asked.termLeft]).toEqual([undefined, undefined]);
  });

  test('does not hold up papers that were asked for', () => {
    const asked = receive(
      acts.submit(newDraft(), ACTOR, PARTS).document,
      word('documents-requested'),
      WORKING,
    ).document;
    const evidence = [{ kind: 'birth-certificate', originalSeen: true }];
    const { document } = acts.supplyDocuments(asked, ACTOR, { evidence }, unknown);
    expect(document).toMatchObject({ state: 'in-progress', noDueDateReason: 'calendar-unknown' });
  });
});

describe('every state × circumstance × action × role', () => {
  for (const { name, holding, state, make } of SITUATIONS) {
    for (const action of ACTIONS.filter((a) => a !== 'correct')) {
      for (const role of ROLES) {
        const move = PERSONS[state][action];
        const closed = move?.unless !== undefined && holding.includes(move.unless);
        const open = move?.only === undefined || holding.includes(move.only);
        const mine = move?.by.includes(role as never) ?? false;
        const allowed = mine && !closed && open;
        test(`${name}: ${role} ${allowed ? `may ${action} → ${move!.to}` : `may not ${action}`}`, () => {
          const app = make();
          expect(app.state).toBe(state);
          if (allowed) {
            expect(act(app, action, [role]).document.state).toBe(move!.to);
          } else {
            const reason = mine && closed ? 'RESULT_REVOKED' : 'ACTION_NOT_ALLOWED';
            expect(() => act(app, action, [role])).toThrow(expect.objectContaining({ reason }));
          }
        });
      }
    }
  }

  test('a person may do exactly what allowedActions says', () => {
    for (const { state, holding, make } of SITUATIONS) {
      for (const role of ROLES) {
        const app = make();
        expect(acts.circumstancesOf(app)).toEqual(holding);
        const tried = ACTIONS.filter((action) => {
          if (action === 'correct') return PERSONS[state].correct?.by.includes(role as never);
          return attempt(() => act(app, action, [role])) !== undefined;
        });
        expect(allowedActions(state, [role], holding)).toEqual(tried);
      }
    }
  });

  test('a revoked result waits for a correction, which counts whatever the clock says', () => {
    const hand = (app: Application) => act(app, 'hand-over', ['specialist']).document.state;
    const later = (days: number) => new Date(NOW.getTime() + days * 86_400_000);
    const ready = inState('ready');
    expect(hand(corrected(revoked(ready, later(1)), later(2)))).toBe('handed-over');
    expect(hand(corrected(revoked(ready, later(1)), later(1)))).toBe('handed-over');
    expect(hand(corrected(revoked(ready, later(2)), later(1)))).toBe('handed-over');
    for (const again of [
      revoked(corrected(ready, later(2)), later(1)),
      revoked(corrected(ready, later(1)), later(1)),
      revoked(corrected(revoked(ready, later(1)), later(2)), later(3)),
    ]) {
      expect(problemOf(() => hand(again)).reason).toBe('RESULT_REVOKED');
    }
    // A release before this one kept the time of a correction that a revocation took back.
    const old = { ...ready, decision: { ...ready.decision!, correctTime: later(1), revokeTime: later(2) } };
    expect(problemOf(() => hand(old)).reason).toBe('RESULT_REVOKED');
  });

  test('a rejection has no result that could be revoked', () => {
    expect(act(revoked(inState('rejected')), 'hand-over', ['specialist']).document.state).toBe('handed-over');
  });

  test('the specialist of another centre finds nothing', () => {
    const foreign = { ...ACTOR, centre: 'centres/CU-002' };
    expect(() => acts.withdraw(newDraft(), foreign)).toThrow(expect.objectContaining({ reason: 'NOT_FOUND' }));
  });
});

describe('every state × message of an agency', () => {
  for (const state of STATES) {
    for (const message of MESSAGES) {
      const effect = AGENCIES[state][message];
      test(`${state}: ${message} ${'to' in effect ? `→ ${effect.to}` : `is noted as ${effect.note}`}`, () => {
        const app = inState(state);
        const { document, events } = receive(app, word(message), WORKING);
        expect(document.history.length).toBe(app.history.length + 1);
        if ('to' in effect) {
          expect(document.state).toBe(effect.to);
          expect(document.deskNotes).toEqual(app.deskNotes);
        } else {
          expect(document.state).toBe(state);
          expect(document.deskNotes.at(-1)?.kind).toBe(effect.note);
          expect(events.length).toBe(1);
        }
      });
    }
  }
});

describe('every state × timer', () => {
  for (const state of STATES) {
    for (const timer of TIMERS) {
      const next = TIMED[timer][state];
      test(`${state}: ${timer} ${next === 'stale' ? 'is stale' : `→ ${next}`}`, () => {
        const app = inState(state);
        const late = new Date('2027-01-15T00:00:00Z');
        const { document, events } = acts.fire(app, timer, late);
        if (next === 'stale') expect([document, events]).toEqual([app, []]);
        else expect([document.state, events[0]?.type]).toEqual([next, 'ApplicationExpired']);
      });
    }
  }

  test('a timer that is not due changes nothing', () => {
    const app = inState('documents-requested');
    expect(acts.fire(app, 'answer-date-passed', new Date('2026-04-10T20:59:00Z')).document).toBe(app);
  });
});

describe('submitting', () => {
  test('freezes submission 1, gives the due date, and says so once', () => {
    const { document, events } = acts.submit(newDraft(), ACTOR, PARTS);
    expect(document).toMatchObject({
      dueDate: '2026-03-24',
      submissions: [{ number: 1, content: { costOption: 'normal' } }],
    });
    const { contact, ...frozen } = document.content;
    expect([contact, document.submissions[0]!.content]).toEqual([{ none: true }, frozen]);
    expect(events.map((event) => event.type)).toEqual(['ApplicationSubmitted']);
  });

  test.each([
    ['open', 'no-term'],
    ['paid', 'awaiting-payment'],
  ])('cost option %s has no due date: %s', (costOption, noDueDateReason) => {
    const { document } = acts.submit(newDraft({ content: content({ costOption }) }), ACTOR, PARTS);
    expect(document.dueDate).toBeUndefined();
    expect(document.noDueDateReason).toBe(noDueDateReason);
  });

  test('an empty draft names everything that is missing at once, and no value', () => {
    const problem = problemOf(() => acts.submit(newDraft({ content: {} }), ACTOR, PARTS));
    expect(problem.reason).toBe('FILE_INCOMPLETE');
    expect(problem.violations.map((violation) => violation.field)).toEqual([
      'applicant.idnp',
      'applicant.givenName',
      'applicant.familyName',
      'applicant.birthDate',
      'applicant.language',
      'contact',
      'mandate',
      'evidence.identity-document',
      'costOption',
      'delivery',
    ]);
  });

  test('a cost option of consulates is not offered at a town hall', () => {
    const app = newDraft({ content: content({ costOption: 'abroad' }) });
    expect(problemOf(() => acts.submit(app, ACTOR, PARTS)).violations).toMatchObject([
      { field: 'costOption', rule: 'UNKNOWN' },
    ]);
  });

  test('acting for another needs more than presence', () => {
    const represented = { ...content().applicant, idnp: undefined } as never;
    const app = newDraft({ content: content({ represented }) });
    const fields = problemOf(() => acts.submit(app, ACTOR, PARTS)).violations.map(({ field }) => field);
    expect(fields).toEqual(['represented.idnp', 'mandate.kind']);
  });

  test('after the version ended it is refused and can be renewed', () => {
    const old = { ...VERSION, validTo: '2026-03-09' };
    const app = newDraft({ version: old });
    expect(problemOf(() => acts.submit(app, ACTOR, PARTS)).reason).toBe('SERVICE_VERSION_EXPIRED');
    const renewed = acts.renew(app, ACTOR, VERSION).document;
    expect(acts.submit(renewed, ACTOR, PARTS).document.state).toBe('submitted');
  });

  test('an offline desk may file for the day before the version ended', () => {
    const created = new Date('2026-03-08T09:00:00Z');
    const app = { ...newDraft({ version: { ...VERSION, validTo: '2026-03-09' } }), createTime: created };
    const actor = { ...ACTOR, occurTime: new Date('2026-03-09T10:00:00Z') };
    expect(acts.submit(app, actor, PARTS).document.submitTime).toEqual(actor.occurTime);
  });

  test('a bad IDNP is refused in a draft already', () => {
    const applicant = { ...content().applicant, idnp: '2900000000018' };
    expect(problemOf(() => newDraft({ content: content({ applicant }) })).reason).toBe('IDNP_INVALID');
  });

  test('answers over 64 KiB are refused', () => {
    const answers = { text: 'x'.repeat(70_000) };
    expect(problemOf(() => newDraft({ content: content({ answers }) })).reason).toBe('ANSWERS_TOO_LARGE');
  });
});

describe('documents', () => {
  test('all papers asked for must come', () => {
    const app = inState('documents-requested');
    const problem = problemOf(() => acts.supplyDocuments(app, ACTOR, { evidence: [] }, PARTS));
    expect(problem.violations.map(({ field }) => field)).toEqual(['evidence.birth-certificate']);
  });

  test('supplying freezes submission 2, names what it answers, and starts the clock again', () => {
    const asked = inState('documents-requested');
    expect(asked).toMatchObject({ noDueDateReason: 'clock-stopped', termLeft: { amount: 10 } });
    const later = new Date('2026-03-17T09:00:00Z');
    const { document, events } = act(asked, 'supply-documents', ['specialist'], later);
    expect(document.submissions.map(({ number }) => number)).toEqual([1, 2]);
    expect(document.submissions[1]!.answersRequest).toBe(asked.documentRequest!.id);
    expect(document.history.at(-1)).toMatchObject({ kind: 'supply-documents', answers: asked.documentRequest!.id });
    expect(document.dueDate).toBe('2026-03-31');
    expect(document.documentRequest).toBeUndefined();
    expect(events[0]).toMatchObject({ type: 'DocumentsSupplied', submission: 2 });
  });

  test('asked twice, the clock stays stopped', () => {
    const again = receive(inState('documents-requested'), word('documents-requested'), WORKING).document;
    expect(again).toMatchObject({ noDueDateReason: 'clock-stopped', termLeft: { amount: 10 } });
  });
});

describe('properties', () => {
  const step = fc.oneof(
    fc.record({ person: fc.constantFrom(...ACTIONS.filter((a) => a !== 'correct')), role: fc.constantFrom(...ROLES) }),
    fc.record({ message: fc.constantFrom(...MESSAGES) }),
    fc.record({ timer: fc.constantFrom(...TIMERS), days: fc.integer({ min: 0, max: 60 }) }),
  );

  test('no path leaves the table, the history replays to the same state, and events fit a message', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let app = newDraft();
        for (const one of steps) {
          const before = app;
          const taken = attempt(() =>
            'person' in one
              ? act(app, one.person, [one.role])
              : 'message' in one
                ? receive(app, word(one.message), WORKING)
                : acts.fire(app, one.timer, new Date(NOW.getTime() + one.days * 86_400_000)),
          );
          if (!taken) continue;
          app = taken.document;
          const legal =
            'person' in one
              ? PERSONS[before.state][one.person]?.to
              : 'message' in one
                ? toOf(before.state, one.message)
                : before === app
                  ? before.state
                  : TIMED[one.timer][before.state];
          expect(app.state).toBe(legal);
          expect(acts.replay(app.history)).toBe(app.state);
          expect(taken.events.length).toBeLessThanOrEqual(1);
          expect(app.submissions.map(({ number }) => number)).toEqual(app.submissions.map((_, i) => i + 1));
          expect((app.documentRequest !== undefined) === (app.state === 'documents-requested')).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('what is accepted is publishable: within the bound, and valid against the contract of the agencies', () => {
    // Lengths around every limit, and texts that are odd.
    const text = fc.oneof(
      { weight: 12, arbitrary: fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' }) },
      { weight: 1, arbitrary: fc.string({ maxLength: 30, unit: 'binary' }) },
      { weight: 2, arbitrary: fc.constantFrom(1, 100, 101, 200, 201, 500, 501).map((length) => 'x'.repeat(length)) },
    );
    const maybe = (value: fc.Arbitrary<string>) => fc.option(value, { nil: undefined, freq: 3 });
    const person = fc.record({
      givenName: text,
      familyName: text,
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
        const taken = attempt(() => acts.submit(newDraft({ content: content(given_) }), ACTOR, PARTS));
        if (!taken) return;
        accepted += 1;
        const frozen = taken.document.submissions[0]!.content;
        expect(contentBytes(frozen)).toBeLessThanOrEqual(MAX_CONTENT_BYTES);
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

function toOf(state: State, message: Message): State {
  const effect = AGENCIES[state][message];
  return 'to' in effect ? effect.to : state;
}

function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (isProblem(error)) return undefined;
    throw error;
  }
}

function problemOf(run: () => unknown) {
  try {
    run();
  } catch (error) {
    if (isProblem(error)) return error;
    throw error;
  }
  throw new Error('was not refused');
}
