import { describe, expect, test } from '@jest/globals';
import type { CentreStatus } from '../src/domain/centre-lifecycle.ts';
import { validateTransfers, findResponsibleCentre, findInheritedCentres } from '../src/domain/centre-transfers.ts';

describe('centre transfers', () => {
  type CentreSpec = [status: CentreStatus, transferTo?: string];
  const centres = (specs: Record<string, CentreSpec>) =>
    new Map(Object.entries(specs).map(([code, [status, transferTo]]) => [code, { code, status, transferTo }]));

  test('follow a chain of transferTo to its end', () => {
    const all = centres({ A: ['closed', 'B'], B: ['closed', 'C'], C: ['active'], D: ['closed'], E: ['paused'] });
    expect(['A', 'B', 'C', 'D', 'X'].map((code) => findResponsibleCentre(code, all))).toEqual([
      'C',
      'C',
      'C',
      'D',
      undefined,
    ]);
    expect([...all.keys()].map((code) => findInheritedCentres(code, all))).toEqual([[], [], ['A', 'B'], [], []]);
    expect(validateTransfers(all)).toEqual([]);
  });

  test.each<[string, Record<string, CentreSpec>, RegExp]>([
    ['itself', { A: ['closed', 'A'] }, /names the centre itself/],
    ['a centre without a file', { A: ['closed', 'B'] }, /names B, which has no file/],
    ['a centre that has not opened', { A: ['closed', 'B'], B: ['planned'] }, /names B, which is planned/],
    ['a centre in training', { A: ['closed', 'B'], B: ['training'] }, /names B, which is training/],
    ['a centre that leads back', { A: ['closed', 'B'], B: ['closed', 'A'] }, /transferTo B leads to no centre/],
  ])('are invalid if transferTo names %s', (_what, specs, error) => {
    const all = centres(specs);
    expect(validateTransfers(all).map(({ message }) => message)[0]).toMatch(error);
    expect(
      ['A', 'B'].flatMap((code) => (all.get(code)?.status === 'active' ? findInheritedCentres(code, all) : [])),
    ).toEqual([]);
  });

  test('are limited to 20 inherited centres', () => {
    const many = Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`P${n}`, ['closed', 'C'] as CentreSpec]));
    const { P20: _last, ...allowed } = many;
    // Through a chain too: P0 continues at P1.
    const chain: Record<string, CentreSpec> = { ...allowed, P0: ['closed', 'P1'], C: ['active'] };
    expect(validateTransfers(centres(chain))).toEqual([]);
    expect(validateTransfers(centres(Object.assign(many, { C: ['active'] })))).toEqual([
      { code: 'C', message: 'inherits 21 centres; the maximum is 20' },
    ]);
  });
});
