import { describe, expect, test } from '@jest/globals';
import type { CentreStatus } from '../src/domain/centre-lifecycle.ts';
import { validateTransfers, findResponsibleCentre, findInheritedCentres } from '../src/domain/centre-transfers.ts';

/** Which centre goes on with the applications of one that has closed. */

describe('the applications of a centre that closed', () => {
  type CentreSpec = [status: CentreStatus, transferTo?: string];
  const centres = (specs: Record<string, CentreSpec>) =>
    new Map(Object.entries(specs).map(([code, [status, transferTo]]) => [code, { code, status, transferTo }]));

  test('go on where its file says, and a chain is followed to its end', () => {
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
  ])('go nowhere where it names %s, which is a fault', (_what, specs, fault) => {
    const all = centres(specs);
    expect(validateTransfers(all).map(({ message }) => message)[0]).toMatch(fault);
    expect(
      ['A', 'B'].flatMap((code) => (all.get(code)?.status === 'active' ? findInheritedCentres(code, all) : [])),
    ).toEqual([]);
  });

  test('are of so many centres at most as a session can name', () => {
    const many = Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`P${n}`, ['closed', 'C'] as CentreSpec]));
    expect(validateTransfers(centres(Object.assign(many, { C: ['active'] })))).toEqual([
      { code: 'C', message: 'inherits 21 centres; the maximum is 20' },
    ]);
  });
});
