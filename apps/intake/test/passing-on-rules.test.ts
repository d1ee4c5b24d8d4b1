import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { toCivilDate } from '@cups/application';
import { replayHistory } from '../src/domain/command.ts';
import type { CommandResult } from '../src/domain/command.ts';
import { applyAgencyUpdate } from '../src/domain/agency-updates.ts';
import type { Application } from '../src/domain/application.ts';
import { answerPassingOn, assignAgency } from '../src/domain/commands/passing-on.ts';
import { withdrawApplication } from '../src/domain/commands/filing.ts';
import { coversAgency } from '../src/domain/mandates.ts';
import type { MandateCopy } from '../src/domain/mandates.ts';
import { agencyWithAccess, CONSENT_DAYS, findObstacle, MAX_STEPS } from '../src/domain/passing-on.ts';
import { resolveQueueStatus } from '../src/domain/queue.ts';
import { ACTOR, agencyUpdate, applicationInState, catchProblem, NOW, WORKING_TIME } from './fixtures.ts';

/** An agency passes an application on: who receives it, and what never happens. */

const DAY = 86_400_000;
const [ASP, CNAS, MAI, ANTA] = ['agencies/asp', 'agencies/cnas', 'agencies/mai', 'agencies/anta'];
const SUPERVISOR = { operator: 'operators/sv', now: NOW, cause: '0b7a1c9e-0000-4000-8000-000000000002' };
const later = (days: number) => new Date(NOW.getTime() + days * DAY);

interface Target {
  to: string | undefined;
  isKnown?: boolean;
  isCovered?: boolean;
  now?: Date;
}
function passOn(app: Application, { to = CNAS, isKnown = true, isCovered = true, now = NOW }: Target): CommandResult {
  const passed = { competentAgency: to!, isKnown, isCovered };
  const agencyText = { ro: 'Nu este de competența noastră.' };
  return applyAgencyUpdate(
    app,
    { ...agencyUpdate('passed-on', now), agency: app.agency, agencyReference: 'ASP-1', passOn: passed, agencyText },
    WORKING_TIME,
  );
}
const filed = () => applicationInState('submitted');
const assign = (app: Application, agency: string | undefined, isKnown = true, now = NOW) =>
  assignAgency(app, { ...SUPERVISOR, now }, { agency: agency!, isKnown });

describe('passing on', () => {
  test('gives the application to a covered agency under the same term', () => {
    const before = applicationInState('in-progress');
    const { document, events } = passOn({ ...before, agencyReference: 'ASP-0' }, { to: CNAS });
    expect(document).toMatchObject({ state: 'submitted', agency: CNAS, formerAgencies: [{ agency: ASP, time: NOW }] });
    expect(document.dueDate).toBe(before.dueDate);
    expect(before.dueDate).toBeDefined();
    expect(document.firstSubmission).toEqual({ number: 1, dueDate: before.dueDate, time: NOW });
    expect(document).not.toHaveProperty('passingOn');
    expect(document).not.toHaveProperty('agencyReference');
    expect(events).toEqual([{ type: 'ApplicationPassedOn', formerAgency: ASP, submission: 1 }]);
    expect(document.history.at(-1)).toMatchObject({
      kind: 'passed-on',
      actor: ASP,
      agency: CNAS,
      agencyText: { ro: 'Nu este de competența noastră.' },
      fromState: 'in-progress',
      toState: 'submitted',
    });
  });

  test('ends an open request for documents, and the term runs again', () => {
    const open = applicationInState('documents-requested');
    expect(open.dueDate).toBeUndefined();
    const { document } = passOn(open, { to: CNAS });
    expect(document).not.toHaveProperty('documentRequest');
    expect(document.timer).toBeNull();
    expect(document.dueDate).toBeDefined();
    expect(document.firstSubmission?.dueDate).toBe(document.dueDate);
  });

  test.each([
    ['agency-unknown', { to: ANTA, isKnown: false }, 'agency-undecided', NOW],
    ['circle', { to: ASP }, 'agency-undecided', NOW],
    ['not-covered', { to: CNAS, isCovered: false }, 'consent-awaited', later(CONSENT_DAYS)],
  ])('waits for a decision: %s', (cause, target, alert, superviseTime) => {
    const { document, events } = passOn(filed(), target);
    expect(document).toMatchObject({ state: 'submitted', agency: ASP, passingOn: { cause, superviseTime } });
    expect(document.deskAlerts).toMatchObject([{ kind: alert }]);
    expect(events).toEqual([{ type: 'AgencyUndecided', cause }]);
    expect(agencyWithAccess(document)).toBeUndefined();
  });

  test('waits for a supervisor after two steps', () => {
    const second = passOn(passOn(filed(), { to: CNAS }).document, { to: MAI }).document;
    expect(second).toMatchObject({ agency: MAI });
    const third = passOn(second, { to: ANTA }).document;
    expect(third).toMatchObject({ agency: MAI, passingOn: { cause: 'too-many-steps', competentAgency: ANTA } });
  });

  test.each([
    ['ready', 'passed-on-after-decision'],
    ['withdrawn', 'passed-on-after-end'],
  ] as const)('in state %s changes nothing, and the desk sees it', (state, kind) => {
    const before = applicationInState(state);
    const { document } = passOn(before, { to: CNAS });
    expect(document).toMatchObject({ state, agency: ASP, deskAlerts: [{ kind }] });
    expect(document).not.toHaveProperty('formerAgencies');
  });

  test('is a task of the desk from the first day, until the person has answered', () => {
    const asked = passOn(filed(), { to: CNAS, isCovered: false }).document;
    const seen = { ...asked, deskAlerts: [], seenTime: later(1) };
    const today = toCivilDate(NOW);
    expect(resolveQueueStatus(seen)?.actionDate).toBe(today);
    expect(resolveQueueStatus(answerPassingOn(seen, ACTOR, true).document)?.actionDate).not.toBe(today);
  });
});

describe('the answer of the person', () => {
  const asked = () => passOn(filed(), { to: CNAS, isCovered: false }).document;
  test.each([
    [true, CNAS, 'consent-to-passing-on'],
    [false, ASP, 'refuse-passing-on'],
  ] as const)('consent %s: the application goes to %s', (consents, agency, kind) => {
    const { document, events } = answerPassingOn(asked(), ACTOR, consents);
    expect(document).toMatchObject({ agency, state: 'submitted', firstSubmission: { number: 1 } });
    expect(document).not.toHaveProperty('passingOn');
    expect(document.history.at(-1)).toMatchObject({ kind, agency, actor: ACTOR.operator });
    expect(events).toEqual([{ type: 'ApplicationPassedOn', formerAgency: ASP, submission: 1 }]);
    expect(agencyWithAccess(document)).toBe(agency);
  });

  test('is not asked of a supervisor, and not without a question', () => {
    expect(catchProblem(() => answerPassingOn(filed(), ACTOR, true)).reason).toBe('ACTION_NOT_ALLOWED');
    const undecided = passOn(filed(), { to: ASP }).document;
    expect(catchProblem(() => answerPassingOn(undecided, ACTOR, true)).reason).toBe('ACTION_NOT_ALLOWED');
  });

  test('may be a withdrawal', () => {
    const { document } = withdrawApplication(asked(), ACTOR);
    expect(document.state).toBe('withdrawn');
    expect(document).not.toHaveProperty('passingOn');
  });
});

describe('a supervisor', () => {
  test('decides at once, or after the time of the person', () => {
    const undecided = passOn(filed(), { to: ASP }).document;
    const { document, events } = assign(undecided, MAI);
    expect(document).toMatchObject({ agency: MAI, history: expect.arrayContaining([]) as unknown });
    expect(document.history.at(-1)).toMatchObject({ kind: 'assign-agency', actor: 'operators/sv', agency: MAI });
    expect(events).toEqual([{ type: 'ApplicationPassedOn', formerAgency: ASP, submission: 1 }]);
    const asked = passOn(filed(), { to: CNAS, isCovered: false }).document;
    expect(catchProblem(() => assign(asked, CNAS)).reason).toBe('ACTION_NOT_ALLOWED');
    expect(assign(asked, CNAS, true, later(CONSENT_DAYS)).document.agency).toBe(CNAS);
  });

  test.each([
    ['an application with an agency', () => assign(filed(), CNAS), 'ACTION_NOT_ALLOWED'],
    ['an unknown agency', () => assign(passOn(filed(), { to: ASP }).document, ANTA, false), 'INVALID_ARGUMENT'],
    [
      'a restricted application',
      () => {
        const restriction = { reason: 'objection', operator: 'operators/sv', time: NOW } as const;
        return assign({ ...passOn(filed(), { to: ASP }).document, restriction }, CNAS);
      },
      'PROCESSING_RESTRICTED',
    ],
  ])('does not decide on %s', (_name, decide, reason) => {
    expect(catchProblem(decide).reason).toBe(reason);
  });
});

describe('coversAgency', () => {
  const facts = {
    scope: { publicServices: ['publicServices/pension'], themes: ['family-benefits'] },
    ground: 'present-and-signing',
    grantTime: NOW,
    expireTime: later(31),
    textVersion: '1',
    textSha256: 'a'.repeat(64),
  };
  const mandate: MandateCopy = { _id: '01J00000000000000000000009', facts, revocations: [] };
  const app = { _id: '01J00000000000000000000001' };
  const allowance = { publicService: 'publicServices/allowance', theme: 'family-benefits' };
  const revocation = { publicServices: [], themes: [], whole: true, revokeTime: NOW, recordTime: NOW };
  test.each([
    ['a service by its code', mandate, [{ publicService: 'publicServices/pension' }], NOW, true],
    ['a service by its theme', mandate, [allowance], NOW, true],
    ['another service', mandate, [{ publicService: 'publicServices/other', theme: 'transport' }], NOW, false],
    ['an agency without services', mandate, [], NOW, false],
    ['no mandate', undefined, [allowance], NOW, false],
    ['an expired mandate', mandate, [allowance], later(31), false],
    ['a revoked mandate', { ...mandate, revocations: [revocation] }, [allowance], NOW, false],
    ['a training mandate', { ...mandate, training: true }, [allowance], NOW, false],
    ['a mandate for this application', ofApplication('01J00000000000000000000001'), [allowance], NOW, true],
    ['a mandate for another application', ofApplication('01J00000000000000000000002'), [allowance], NOW, false],
  ])('%s', (_name, given, services, time, expected) => {
    expect(coversAgency(app, given, services, time)).toBe(expected);
  });
  function ofApplication(id: string): MandateCopy {
    return { ...mandate, facts: { ...facts, application: `applications/${id}` } };
  }
});

const AGENCIES = [ASP, CNAS, MAI, ANTA];
const step = fc.oneof(
  fc.record({
    kind: fc.constant('pass-on' as const),
    to: fc.constantFrom(...AGENCIES),
    isKnown: fc.boolean(),
    isCovered: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('answer' as const), consents: fc.boolean() }),
  fc.record({ kind: fc.constant('assign' as const), agency: fc.constantFrom(...AGENCIES) }),
  fc.record({ kind: fc.constant('acknowledge' as const) }),
);

test('never goes in a circle or further than two steps by itself, keeps its term, and has one agency at most', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      let app = filed();
      const { dueDate } = app;
      for (const one of steps) {
        const before = app;
        const isWaiting = agencyWithAccess(before) === undefined;
        if (one.kind === 'pass-on' && !isWaiting) {
          app = passOn(before, one).document;
          const chain = [before.agency, ...(before.formerAgencies ?? []).map(({ agency }) => agency)];
          const obstacle = findObstacle(before, one.to!, one);
          expect(app.passingOn?.cause).toBe(obstacle);
          if (obstacle === undefined) {
            expect(chain).not.toContain(app.agency);
            expect(chain.length).toBeLessThanOrEqual(MAX_STEPS);
          }
          expect(agencyWithAccess(app)).not.toBe(before.agency);
        } else if (one.kind === 'answer' && before.passingOn?.cause === 'not-covered') {
          app = answerPassingOn(before, ACTOR, one.consents).document;
          expect(agencyWithAccess(app)).toBe(one.consents ? before.passingOn.competentAgency : before.agency);
        } else if (one.kind === 'assign' && isWaiting) {
          app = assign(before, one.agency, true, later(CONSENT_DAYS)).document;
          expect(agencyWithAccess(app)).toBe(one.agency);
        } else if (one.kind === 'acknowledge' && !isWaiting) {
          const update = { ...agencyUpdate('acknowledged'), agency: before.agency };
          app = applyAgencyUpdate(before, update, WORKING_TIME).document;
        }
        expect(app.dueDate).toBe(dueDate);
        expect(replayHistory(app.history)).toBe(app.state);
      }
    }),
    { numRuns: 300 },
  );
});
