import { describe, expect, test } from '@jest/globals';
import { validateService, costOptionsAt, isFileableAt, versionAt } from '../src/domain/public-service.ts';
import type { CentreKind, PublicService, Version } from '../src/domain/public-service.ts';

const text = { ro: 'a', ru: 'б', en: 'c' };

function version(validFrom: string, validTo?: string, more: Partial<Version> = {}): Version {
  const to = validTo === undefined ? {} : { validTo };
  return {
    version: validFrom,
    validFrom,
    ...to,
    title: text,
    provider: 'asp',
    sourceNote: 'test',
    ours: ['title'],
    ...more,
  };
}

function service(...versions: Version[]): PublicService {
  return { code: 'x', finding: { popularity: 1, keywords: { ro: ['x'], ru: ['x'] } }, ours: ['finding'], versions };
}

const twoVersions = service(version('2024-01-01', '2025-10-31'), version('2025-11-01'));

describe('the version in force', () => {
  test.each([
    ['the day before the first', '2023-12-31', undefined],
    ['the first day', '2024-01-01', '2024-01-01'],
    ['the last day of the first version', '2025-10-31', '2024-01-01'],
    ['the first day of the second', '2025-11-01', '2025-11-01'],
    ['far later, no end being known', '2099-01-01', '2025-11-01'],
  ])('is the right one on %s', (_, date, expected) => expect(versionAt(twoVersions, date)?.version).toBe(expected));

  test('is none in a gap between two versions', () => {
    const gap = service(version('2024-01-01', '2024-06-30'), version('2025-01-01'));
    expect(versionAt(gap, '2024-09-01')).toBeUndefined();
    expect(validateService(gap)).toEqual([]);
  });
});

describe('what may be filed at a centre of a kind', () => {
  const halls = version('2024-01-01', undefined, { centreKinds: ['town-hall', 'library'] });
  const nowhere = version('2024-01-01', undefined, { elsewhere: text });
  test.each<[string, Version, CentreKind | undefined, boolean]>([
    ['at a town hall', halls, 'town-hall', true],
    ['not at a mission that is not named', halls, 'mission', false],
    ['somewhere, when no kind is asked', halls, undefined, true],
    ['nowhere, when it is done elsewhere', nowhere, undefined, false],
    ['nor at a town hall then', nowhere, 'town-hall', false],
  ])('%s', (_, v, kind, expected) => expect(isFileableAt(v, kind)).toBe(expected));

  test('costs what is offered at centres of that kind', () => {
    const priced = version('2024-01-01', undefined, {
      centreKinds: ['town-hall', 'mission'],
      costOptions: [
        { code: 'everywhere', title: text },
        { code: 'abroad', title: text, centreKinds: ['mission'] },
      ],
    });
    expect(costOptionsAt(priced, { kind: 'town-hall' }).map((o) => o.code)).toEqual(['everywhere']);
    expect(costOptionsAt(priced, { kind: 'mission' }).map((o) => o.code)).toEqual(['everywhere', 'abroad']);
    expect(costOptionsAt(priced, {}).map((o) => o.code)).toEqual(['everywhere', 'abroad']);
  });
});

describe('a contradiction is found', () => {
  const form = { properties: { relation: { title: 'a', 'x-title': text } }, title: 'a', 'x-title': text };
  test.each<[string, Version[], RegExp]>([
    ['versions that overlap', [version('2024-01-01', '2025-01-01'), version('2025-01-01')], /must end before/],
    ['an open end before another version', [version('2024-01-01'), version('2025-01-01')], /must end before/],
    ['an end before the beginning', [version('2024-01-01', '2023-01-01')], /ends before/],
    [
      'a name that is not the first day',
      [{ ...version('2024-01-01'), version: '2024-02-01' }],
      /name of its first day/,
    ],
    [
      'an unknown reduction',
      [version('2024-01-01', undefined, { costOptions: [{ code: 'a', title: text, reduction: 'none' }] })],
      /unknown reduction/,
    ],
    [
      'a cost option where nothing may be filed',
      [version('2024-01-01', undefined, { costOptions: [{ code: 'a', title: text, centreKinds: ['mission'] }] })],
      /may not be filed/,
    ],
    [
      'two options of one code',
      [
        version('2024-01-01', undefined, {
          costOptions: [
            { code: 'a', title: text },
            { code: 'a', title: text },
          ],
        }),
      ],
      /stands twice/,
    ],
    [
      'evidence that depends on no field of the form',
      [
        version('2024-01-01', undefined, {
          form,
          evidence: [{ kind: 'k', title: text, required: true, when: { answer: { field: 'other', in: ['x'] } } }],
        }),
      ],
      /does not have/,
    ],
    [
      'a field without a Russian title',
      [
        version('2024-01-01', undefined, {
          form: { ...form, properties: { relation: { title: 'a', 'x-title': { ro: 'a', en: 'c' } } } },
        }),
      ],
      /form\.relation needs title/,
    ],
    [
      'a title that is not the Romanian one',
      [version('2024-01-01', undefined, { form: { ...form, title: 'other' } })],
      /form needs title/,
    ],
  ])('%s', (_, versions, expected) => expect(validateService(service(...versions)).join()).toMatch(expected));

  test('nowhere where all is well', () => {
    const evidence = [{ kind: 'k', title: text, required: true, when: { answer: { field: 'relation', in: ['x'] } } }];
    expect(validateService(service(version('2024-01-01', undefined, { form, evidence })))).toEqual([]);
  });
});
