import { describe, expect, test } from '@jest/globals';
import type { State } from '@cups/application';
import { applyAgencyUpdate } from '../src/domain/agency-updates.ts';
import type { AgencyUpdate } from '../src/domain/agency-updates.ts';
import type { Application } from '../src/domain/application.ts';
import { withdrawApplication } from '../src/domain/commands/filing.ts';
import { supplyDocuments } from '../src/domain/commands/supply.ts';
import { fireTimer } from '../src/domain/commands/timers.ts';
import { expectedDateOf } from '../src/domain/expected-decision.ts';
import { ACTOR, agencyUpdate, applicationInState, NOW, SUBMIT_CONTEXT, WORKING_TIME } from './fixtures.ts';

/** The day on which an agency expects to decide: who named it, and until when it holds. */

const [ASP, CNAS] = ['agencies/asp', 'agencies/cnas'];
const DAY = '2026-05-04';

function applyUpdate(
  app: Application,
  message: AgencyUpdate['message'],
  more: Partial<AgencyUpdate> = {},
): Application {
  return applyAgencyUpdate(app, { ...agencyUpdate(message), agency: app.agency, ...more }, WORKING_TIME).document;
}
const progress = (app: Application, expectedDecisionDate?: string, agency = app.agency) =>
  applyUpdate(app, 'progressed', { agency, ...(expectedDecisionDate && { expectedDecisionDate }) });
const passOn = (app: Application, isCovered: boolean) =>
  applyUpdate(app, 'passed-on', { passOn: { competentAgency: CNAS!, isKnown: true, isCovered } });

describe('the day of the expected decision', () => {
  test.each<[State, string]>([
    ['submitted', DAY],
    ['in-progress', DAY],
    ['documents-requested', DAY],
    ['ready', ''],
    ['rejected', ''],
    ['closed', ''],
    ['withdrawn', ''],
    ['expired', ''],
  ])('named in state %s is stored as %j', (state, stored) => {
    const app = progress(applicationInState(state), DAY);
    expect(expectedDateOf(app)).toBe(stored);
    expect(app.expectedDecision).toEqual(stored === '' ? undefined : { date: DAY, agency: ASP });
    // The history says what the agency wrote in any case.
    expect(app.history.at(-1)).toMatchObject({ kind: 'progressed', expectedDecisionDate: DAY });
  });

  test('stays without a newer one, and is replaced by it', () => {
    const named = progress(applicationInState('in-progress'), DAY);
    const noted = progress(named);
    expect(expectedDateOf(noted)).toBe(DAY);
    expect(noted.history.at(-1)).not.toHaveProperty('expectedDecisionDate');
    expect(expectedDateOf(progress(noted, '2026-06-01'))).toBe('2026-06-01');
    // An earlier day replaces it as well: the agency is faster than it thought.
    expect(expectedDateOf(progress(noted, '2026-04-01'))).toBe('2026-04-01');
  });

  test('does not change the legal term', () => {
    const app = applicationInState('in-progress');
    const named = progress(app, DAY);
    expect([named.dueDate, named.dueTime, named.timer]).toEqual([app.dueDate, app.dueTime, app.timer]);
    expect(app.dueDate).toBeDefined();
  });

  test('is not taken from an agency that does not have the application', () => {
    const app = applicationInState('in-progress');
    expect(progress(app, DAY, CNAS)).not.toHaveProperty('expectedDecision');
    expect(expectedDateOf(progress(progress(app, DAY), '2026-06-01', CNAS))).toBe(DAY);
    expect(expectedDateOf(progress(passOn(app, false), DAY))).toBe('');
  });

  const named = (state: State = 'in-progress') => progress(applicationInState(state), DAY);
  const expire = () =>
    fireTimer(named('documents-requested'), 'answer-date-passed', new Date('2026-04-14T00:00:00Z')).document;
  test.each<[string, State, () => Application]>([
    ['is passed on to a covered agency', 'submitted', () => passOn(named(), true)],
    ['is passed on and the person is asked', 'submitted', () => passOn(named(), false)],
    ['is approved', 'ready', () => applyUpdate(named(), 'approved', { decision: { decideTime: NOW } })],
    ['is rejected', 'rejected', () => applyUpdate(named(), 'rejected', { decision: { decideTime: NOW } })],
    ['is withdrawn', 'withdrawn', () => withdrawApplication(named(), ACTOR).document],
    ['expires', 'expired', expire],
  ])('ends when the application %s', (_name, state, run) => {
    const app = run();
    expect(app.state).toBe(state);
    expect(app).not.toHaveProperty('expectedDecision');
    expect(expectedDateOf(app)).toBe('');
  });

  test('stays while documents are requested and supplied', () => {
    const request = { id: 'm', evidenceKinds: ['birth-certificate'], answerBy: '2026-04-01' };
    const requested = applyUpdate(named(), 'documents-requested', { request });
    expect(expectedDateOf(requested)).toBe(DAY);
    const evidence = [{ kind: 'birth-certificate', originalSeen: true }];
    expect(expectedDateOf(supplyDocuments(requested, ACTOR, { evidence }, SUBMIT_CONTEXT).document)).toBe(DAY);
  });

  test('of a former agency does not hold for the present one', () => {
    const stored = {
      ...applicationInState('in-progress'),
      agency: CNAS!,
      expectedDecision: { date: DAY, agency: ASP! },
    };
    expect(expectedDateOf(stored)).toBe('');
  });
});
