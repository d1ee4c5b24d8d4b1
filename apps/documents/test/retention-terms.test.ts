import { describe, expect, test } from '@jest/globals';
import type { ApplicationChange, ApplicationFacts } from '../src/domain/application-facts.ts';
import { applyChange, withHold, withRetentionDue } from '../src/domain/application-facts.ts';
import type { DocumentFields } from '../src/domain/document.ts';
import { expiryOf, paperUncollectedSince, uncollectedSince } from '../src/domain/retention.ts';

const DAY = 86_400_000;
const terms = {
  evidenceMs: 30 * DAY,
  resultMs: 90 * DAY,
  uncollectedMs: 180 * DAY,
  draftMs: 1095 * DAY,
  unclaimedMs: 180 * DAY,
};
const at = (text: string): Date => new Date(text);
const evidence = { purpose: 'evidence' as const, createTime: at('2026-01-01T10:00:00Z') };
const result = { purpose: 'result' as const, createTime: at('2026-02-01T10:00:00Z') };
const facts = (more: Partial<ApplicationFacts> = {}): ApplicationFacts => ({
  _id: '01JD7ZQ5M0X3V8K2N4P6R8T0WA',
  centre: 'centres/CU-001',
  training: false,
  ...more,
});

type Case = [
  name: string,
  document: Pick<DocumentFields, 'purpose' | 'createTime' | 'acceptTime'>,
  facts: ApplicationFacts | undefined,
  expiry: string | undefined,
];

describe('the end of a document', () => {
  const ended = facts({ endTime: at('2026-03-01T10:00:00Z') });
  const accepted = { ...result, acceptTime: at('2026-02-02T10:00:00Z') };

  test.each<Case>([
    ['a scan of an open application', evidence, facts(), undefined],
    ['a scan of an ended application', evidence, ended, '2026-03-31T10:00:00.000Z'],
    [
      'a scan before a later last day of appeal',
      evidence,
      { ...ended, appealUntil: '2026-05-09' },
      '2026-05-09T21:00:00.000Z',
    ],
    ['a scan after an appeal in winter', evidence, { ...ended, appealUntil: '2026-12-09' }, '2026-12-09T22:00:00.000Z'],
    [
      'a scan after an earlier last day of appeal',
      evidence,
      { ...ended, appealUntil: '2026-03-02' },
      '2026-03-31T10:00:00.000Z',
    ],
    ['a scan of an application without an event', evidence, undefined, '2028-12-31T10:00:00.000Z'],
    ['a result that no decision names', result, facts(), '2026-07-31T10:00:00.000Z'],
    ['a result before the hand-over', accepted, ended, undefined],
    [
      'a result after the hand-over',
      accepted,
      facts({ handOverTime: at('2026-02-10T00:00:00Z') }),
      '2026-05-11T00:00:00.000Z',
    ],
    [
      'a result of an erased application',
      accepted,
      facts({ erasure: { time: at('2026-02-03T00:00:00Z'), isRequested: true } }),
      '2026-02-03T00:00:00.000Z',
    ],
    ['a correction after the hand-over', accepted, facts({ handOverTime: at('2026-02-02T09:00:00Z') }), undefined],
  ])('of %s', (_, document, known, expiry) => {
    expect(expiryOf(document, known, terms)?.toISOString()).toBe(expiry);
  });

  test('is never reached by an accepted result that nobody collects, which is reported', () => {
    expect(uncollectedSince(accepted, ended, terms)?.toISOString()).toBe('2026-08-01T10:00:00.000Z');
    expect(uncollectedSince(accepted, facts({ handOverTime: at('2026-02-10T00:00:00Z') }), terms)).toBeUndefined();
    expect(uncollectedSince(result, ended, terms)).toBeUndefined();
    expect(uncollectedSince(evidence, ended, terms)).toBeUndefined();
  });
});

describe('facts of an application', () => {
  const ref = { centre: 'centres/CU-001', agency: 'asp', training: false };
  const now = at('2026-04-01T00:00:00Z');

  test('do not go back with a repeated event', () => {
    const late = applyChange(facts(), ref, { kind: 'submitted', time: at('2026-03-05T00:00:00Z') }, now);
    const repeated = applyChange(late, ref, { kind: 'submitted', time: at('2026-03-01T00:00:00Z') }, now);
    expect(repeated.submitTime).toEqual(at('2026-03-05T00:00:00Z'));
  });

  test('make the terms due with an end, a hand-over, an appeal and a hold', () => {
    for (const change of [
      { kind: 'ended', time: now },
      { kind: 'handed-over', time: now },
      { kind: 'appealable', appealUntil: '2026-05-01' },
      { kind: 'paper-result', time: now },
    ] as const)
      expect(applyChange(facts(), ref, change, now).timer).toEqual({ kind: 'retention', due: now });
    expect(withHold(facts(), { time: now, reason: 'audit', operator: 'operators/test' }, now)).toMatchObject({
      timer: { due: now },
    });
  });

  test.each([
    ['arrived', [{ kind: 'paper-result', time: now }], '2026-09-28T00:00:00.000Z'],
    [
      'handed over',
      [
        { kind: 'paper-result', time: now },
        { kind: 'handed-over', time: now },
      ],
      undefined,
    ],
    [
      'corrected after the hand-over',
      [
        { kind: 'handed-over', time: now },
        { kind: 'paper-result', time: at('2026-04-02T00:00:00Z') },
      ],
      '2026-09-29T00:00:00.000Z',
    ],
    [
      'revoked',
      [
        { kind: 'paper-result', time: now },
        { kind: 'paper-result', time: undefined },
      ],
      undefined,
    ],
    ['never on paper', [{ kind: 'paper-result', time: undefined }], undefined],
  ] satisfies [string, ApplicationChange[], string | undefined][])(
    'tell since when a paper result is uncollected that was %s',
    (_, changes, since) => {
      const known = changes.reduce((before, change) => applyChange(before, ref, change, now), facts());
      expect(paperUncollectedSince(known, terms)?.toISOString()).toBe(since);
    },
  );

  test('keep the earlier of two due times', () => {
    const soon = withRetentionDue(facts(), now);
    expect(withRetentionDue(soon, at('2026-05-01T00:00:00Z'))).toBe(soon);
    expect(withRetentionDue(soon, at('2026-03-01T00:00:00Z')).timer?.due).toEqual(at('2026-03-01T00:00:00Z'));
  });
});
