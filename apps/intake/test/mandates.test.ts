import { describe, expect, test } from '@jest/globals';
import { isProblem } from '@cups/problem';
import {
  applyMandateUpdate,
  assertMandateCovers,
  markRevocation,
  validateMandateName,
  withFacts,
} from '../src/domain/mandates.ts';
import type { KnownMandate, MandateFacts, MandateRevocation, MandateUse } from '../src/domain/mandates.ts';
import * as filing from '../src/domain/commands/filing.ts';
import type { Application } from '../src/domain/application.ts';
import { entriesOfChange } from '../src/journal.ts';
import { ACTOR, applicationInState, content, newDraft, NOW, runCommand, SUBMIT_CONTEXT, VERSION } from './fixtures.ts';

/** The rules of mandates: coverage, revocation, and what intake learns when. */

const ID = '01JMANDATE0000001XXXXX0000';
const NAME = `mandates/${ID}`;
const [HOUR, DAY] = [3_600_000, 86_400_000];
const at = (offset: number) => new Date(NOW.getTime() + offset);
const FACTS: MandateFacts = {
  scope: { publicServices: [VERSION.publicService], themes: [] },
  personHash: 'hash-of-applicant',
  ground: 'present-and-signing',
  grantTime: at(-DAY),
  expireTime: at(DAY),
  textVersion: '1',
  textSha256: 'a'.repeat(64),
};
const mandate = (more: Partial<MandateFacts> = {}, revocations: MandateRevocation[] = []): KnownMandate => ({
  _id: ID,
  centre: 'centres/CU-001',
  training: false,
  facts: { ...FACTS, ...more },
  revocations,
});
const revocation = (more: Partial<MandateRevocation> = {}): MandateRevocation => ({
  publicServices: [],
  themes: [],
  whole: false,
  revokeTime: at(-HOUR),
  recordTime: at(-HOUR),
  ...more,
});
const WHOLE = revocation({ whole: true });
/** Hashes are the names of the members that they belong to. */
const isOf: MandateUse['isOf'] = (hash, person) =>
  hash === `hash-of-${person?.givenName === 'Test' ? 'applicant' : 'child'}`;
const use = (copy: KnownMandate | undefined, more: Partial<MandateUse> = {}): MandateUse => ({
  mandate: copy,
  isRequired: true,
  isOf,
  ...more,
});
const named = (more: Partial<Application> = {}): Application => ({
  ...newDraft({ content: content({ mandate: { kind: 'own-presence', name: NAME } }), mandate: mandate() }),
  ...more,
});
const child = { idnp: '2900000000011', givenName: 'Copil', familyName: 'Testescu', birthDate: '2015-01-02' };
const forChild = () => {
  const app = named();
  return { ...app, content: { ...app.content, represented: child } };
};
const reasonOf = (run: () => unknown): string | undefined => {
  try {
    run();
    return undefined;
  } catch (error) {
    if (isProblem(error)) return error.reason;
    throw error;
  }
};

describe('assertMandateCovers', () => {
  const theme = { publicServices: [], themes: ['civil-status'] };
  const both = { publicServices: [VERSION.publicService], themes: ['civil-status'] };
  const takenTheme = revocation({ themes: ['civil-status'] });
  const takenService = revocation({ publicServices: [VERSION.publicService] });
  test.each<[what: string, app: Application, use: MandateUse, reason: string | undefined]>([
    ['a mandate of the applicant', named(), use(mandate()), undefined],
    ['a mandate that ends now', named(), use(mandate({ expireTime: NOW })), 'MANDATE_EXPIRED'],
    ['a mandate that ends in 1 ms', named(), use(mandate({ expireTime: at(1) })), undefined],
    ['a revoked mandate', named(), use(mandate({}, [WHOLE])), 'MANDATE_REVOKED'],
    ['a revoked and ended mandate', named(), use(mandate({ expireTime: NOW }, [WHOLE])), 'MANDATE_REVOKED'],
    ['a revocation of the future', named(), use(mandate({}, [{ ...WHOLE, revokeTime: at(HOUR) }])), 'MANDATE_REVOKED'],
    [
      'a revoked other service',
      named(),
      use(mandate({}, [revocation({ publicServices: ['publicServices/other'] })])),
      undefined,
    ],
    ['a revoked service', named(), use(mandate({}, [takenService])), 'MANDATE_REVOKED'],
    ['another person', named(), use(mandate({ personHash: 'hash-of-child' })), 'MANDATE_NOT_COVERING'],
    ['a person without hash', named(), use(mandate({ personHash: undefined as never })), 'MANDATE_NOT_COVERING'],
    [
      'another service',
      named(),
      use(mandate({ scope: { publicServices: ['publicServices/other'], themes: [] } })),
      'MANDATE_NOT_COVERING',
    ],
    ['the theme of the service', named(), use(mandate({ scope: theme }), { theme: 'civil-status' }), undefined],
    ['another theme', named(), use(mandate({ scope: theme }), { theme: 'property' }), 'MANDATE_NOT_COVERING'],
    ['a theme, without the theme of the service', named(), use(mandate({ scope: theme })), 'MANDATE_NOT_COVERING'],
    [
      'a revoked theme',
      named(),
      use(mandate({ scope: theme }, [takenTheme]), { theme: 'civil-status' }),
      'MANDATE_REVOKED',
    ],
    [
      'a revoked service of a theme',
      named(),
      use(mandate({ scope: theme }, [takenService]), { theme: 'civil-status' }),
      'MANDATE_REVOKED',
    ],
    [
      'a revoked theme beside the service',
      named(),
      use(mandate({ scope: both }, [takenTheme]), { theme: 'civil-status' }),
      undefined,
    ],
    ['this application', named(), use(mandate({ application: `applications/${newDraft()._id}` })), undefined],
    [
      'another application',
      named(),
      use(mandate({ application: 'applications/01J00000000000000000000009' })),
      'MANDATE_NOT_COVERING',
    ],
    ['a training, for real work', named(), use({ ...mandate(), training: true }), 'MANDATE_NOT_COVERING'],
    ['a training, in one', named({ training: true }), use({ ...mandate(), training: true }), undefined],
    [
      'a child and who represents it',
      forChild(),
      use(mandate({ personHash: 'hash-of-child', representativeHash: 'hash-of-applicant' })),
      undefined,
    ],
    [
      'a child, without who represents it',
      forChild(),
      use(mandate({ personHash: 'hash-of-child' })),
      'MANDATE_NOT_COVERING',
    ],
    ['the applicant, for a child', forChild(), use(mandate()), 'MANDATE_NOT_COVERING'],
    ['an unknown mandate', named(), use(undefined), 'MANDATE_NOT_COVERING'],
    ['no mandate', newDraft(), use(undefined), 'MANDATE_REQUIRED'],
    ['no mandate, where none is required', newDraft(), use(undefined, { isRequired: false }), undefined],
  ])('decides on %s', (_what, app, mandateUse, reason) => {
    for (const action of ['submit', 'supply-documents'] as const)
      expect(reasonOf(() => assertMandateCovers(app, mandateUse, action, NOW))).toBe(reason);
  });

  test('evaluates the recorded time, not the claimed one', () => {
    const actor = { ...ACTOR, now: at(60_000), occurTime: at(-60_000) };
    const context = { ...SUBMIT_CONTEXT, mandateUse: use(mandate({ expireTime: NOW })) };
    expect(reasonOf(() => filing.submitApplication(named(), actor, context))).toBe('MANDATE_EXPIRED');
  });
});

describe('a draft', () => {
  test.each([
    ['an unknown mandate', undefined, ['/mandate/name MANDATE_UNKNOWN']],
    ['a mandate of the kind', mandate(), []],
    ['a mandate of another kind', mandate({ ground: 'notarial' }), ['/mandate/kind CONTRADICTION']],
  ])('that names %s', (_what, found, violations) => {
    const found_ = validateMandateName({ mandate: { kind: 'own-presence', name: NAME } }, found);
    expect(found_.map(({ field, rule }) => `${field} ${rule}`)).toEqual(violations);
  });

  test('without a mandate says what is missing', () => {
    const context = { ...SUBMIT_CONTEXT, mandateUse: use(undefined) };
    expect(() => filing.submitApplication(newDraft(), ACTOR, context)).toThrow(
      expect.objectContaining({
        reason: 'APPLICATION_INCOMPLETE',
        violations: [expect.objectContaining({ field: '/mandate/name', rule: 'REQUIRED' })],
      }),
    );
  });
});

test('a submission freezes its mandate, and the history names it', () => {
  const context = { ...SUBMIT_CONTEXT, mandateUse: use(mandate()) };
  const { document } = filing.submitApplication(named(), ACTOR, context);
  expect(document.submissions[0]?.mandate).toEqual({
    name: NAME,
    grantTime: FACTS.grantTime,
    expireTime: FACTS.expireTime,
    textVersion: '1',
    textSha256: 'a'.repeat(64),
  });
  expect(document.history.at(-1)).toMatchObject({ kind: 'submit', mandate: NAME });
});

describe('reports of identity', () => {
  const about = { centre: 'centres/CU-002', training: false };
  const unknown = { _id: ID, revocations: [] };
  const revoked = { ...about, kind: 'revoked' as const, revocation: { ...WHOLE, recordTime: undefined as never } };

  test('keep a revocation that comes before the facts', () => {
    const before = applyMandateUpdate(unknown, revoked, NOW);
    expect(before).toMatchObject({ centre: 'centres/CU-002', timer: { kind: 'mark-applications', due: at(60_000) } });
    const known = withFacts(before, mandate());
    expect(known.revocations).toEqual([{ ...WHOLE, recordTime: NOW }]);
    expect(known.centre).toBe('centres/CU-002');
    expect(reasonOf(() => assertMandateCovers(named(), use(known as KnownMandate), 'submit', NOW))).toBe(
      'MANDATE_REVOKED',
    );
  });

  test('count a revocation once that comes with the facts and as an event', () => {
    const known = withFacts(unknown, mandate({}, [WHOLE]));
    expect(applyMandateUpdate(known, revoked, NOW).revocations).toHaveLength(1);
  });

  test('end a term early, and never later', () => {
    const ended = (expireTime: Date) =>
      applyMandateUpdate(mandate(), { ...about, kind: 'expired', expireTime }, NOW).facts?.expireTime;
    expect([ended(at(-1)), ended(at(2 * DAY))]).toEqual([at(-1), FACTS.expireTime]);
  });

  test('move a mandate to another centre', () => {
    expect(applyMandateUpdate(mandate(), { ...about, kind: 'other' }, NOW).centre).toBe('centres/CU-002');
  });
});

describe('markRevocation', () => {
  const context = { ...SUBMIT_CONTEXT, mandateUse: use(mandate()) };
  const filed = () => filing.submitApplication(named(), ACTOR, context).document;
  const mark = (app: Application, revocations: MandateRevocation[], theme?: string) =>
    markRevocation(app, mandate({}, revocations), { theme, now: at(HOUR) });
  const shown = ({ history, deskAlerts }: Application) => [
    history.map(({ kind, mandateRevoked = false }) => `${kind}${mandateRevoked ? ' marked' : ''}`),
    deskAlerts.map(({ kind, count = 1 }) => `${kind} ${count}`),
  ];
  const ALERT = 'mandate-revoked 1';
  test.each<[string, () => Application, MandateRevocation, string[], string[]]>([
    ['a submission after it', filed, WHOLE, ['submit marked', 'mandate-revoked'], [ALERT]],
    ['a submission at its time', filed, { ...WHOLE, revokeTime: NOW }, ['submit marked', 'mandate-revoked'], [ALERT]],
    ['a submission before it', filed, { ...WHOLE, revokeTime: at(1) }, ['submit', 'mandate-revoked'], [ALERT]],
    ['an open draft', named, WHOLE, ['mandate-revoked'], [ALERT]],
    ['another service', filed, revocation({ publicServices: ['publicServices/other'] }), ['submit'], []],
    [
      'a withdrawn application with a submission after it',
      () => runCommand(filed(), 'withdraw', ['specialist']).document,
      WHOLE,
      ['submit marked', 'withdraw', 'mandate-revoked'],
      [ALERT],
    ],
    [
      'a withdrawn application with a submission before it',
      () => runCommand(filed(), 'withdraw', ['specialist']).document,
      { ...WHOLE, revokeTime: at(1) },
      ['submit', 'withdraw'],
      [],
    ],
  ])('handles %s', (_what, make, revoked, history, alerts) => {
    const before = make();
    const { document, events } = mark(before, [revoked]);
    expect(shown(document)).toEqual([history, alerts]);
    expect(events.map(({ type }) => type)).toEqual(
      alerts.length > 0 && document.state !== 'draft' ? ['DeskAlertRaised'] : [],
    );
    const entries = entriesOfChange(before, document);
    expect(entries).toHaveLength(alerts.length);
    const again = mark(document, [revoked]);
    expect(again).toEqual({ document, events: [] });
    expect(again.document).toBe(document);
  });

  test('leaves the person’s own steps open', () => {
    for (const state of ['submitted', 'ready', 'rejected'] as const) {
      const { document } = mark({ ...applicationInState(state), content: named().content }, [WHOLE]);
      expect(document.state).toBe(state);
      const action = state === 'submitted' ? 'withdraw' : 'hand-over';
      expect(() => runCommand(document, action, ['specialist'])).not.toThrow();
    }
  });
});
