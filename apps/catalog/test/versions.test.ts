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
    unsourcedFields: ['title'],
    ...more,
  };
}

function service(...versions: Version[]): PublicService {
  return {
    code: 'x',
    search: { popularity: 1, keywords: { ro: ['x'], ru: ['x'] } },
    unsourcedFields: ['search'],
    versions,
  };
}

const twoVersions = service(version('2024-01-01', '2025-10-31'), version('2025-11-01'));

describe('versionAt', () => {
  test.each([
    ['the day before the first', '2023-12-31', undefined],
    ['the first day', '2024-01-01', '2024-01-01'],
    ['the last day of the first version', '2025-10-31', '2024-01-01'],
    ['the first day of the second', '2025-11-01', '2025-11-01'],
    ['a date far after the start of an open-ended version', '2099-01-01', '2025-11-01'],
  ])('returns the version in force on %s', (_, date, expected) =>
    expect(versionAt(twoVersions, date)?.version).toBe(expected),
  );

  test('returns undefined in a gap between versions', () => {
    const gap = service(version('2024-01-01', '2024-06-30'), version('2025-01-01'));
    expect(versionAt(gap, '2024-09-01')).toBeUndefined();
    expect(validateService(gap)).toEqual([]);
  });
});

describe('isFileableAt', () => {
  const halls = version('2024-01-01', undefined, { centreKinds: ['town-hall', 'library'] });
  const nowhere = version('2024-01-01', undefined, { otherChannel: text });
  test.each<[string, Version, CentreKind | undefined, boolean]>([
    ['accepts a listed kind', halls, 'town-hall', true],
    ['rejects an unlisted kind', halls, 'mission', false],
    ['accepts any kind if none is given', halls, undefined, true],
    ['rejects a service without kinds', nowhere, undefined, false],
    ['rejects every kind for a service without kinds', nowhere, 'town-hall', false],
  ])('%s', (_, v, kind, expected) => expect(isFileableAt(v, kind)).toBe(expected));

  test('costOptionsAt returns the options of the kind', () => {
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

describe('validateService reports', () => {
  const form = { properties: { relation: { title: 'a', 'x-title': text } }, title: 'a', 'x-title': text };
  test.each<[string, Version[], RegExp]>([
    ['overlapping versions', [version('2024-01-01', '2025-01-01'), version('2025-01-01')], /must end before/],
    ['an open-ended version before another', [version('2024-01-01'), version('2025-01-01')], /must end before/],
    ['an end before the start', [version('2024-01-01', '2023-01-01')], /ends before/],
    [
      'a name other than the first day',
      [{ ...version('2024-01-01'), version: '2024-02-01' }],
      /named after its first day/,
    ],
    [
      'an unknown reduction',
      [version('2024-01-01', undefined, { costOptions: [{ code: 'a', title: text, reduction: 'none' }] })],
      /unknown reduction/,
    ],
    [
      'a cost option for a kind that cannot file',
      [version('2024-01-01', undefined, { costOptions: [{ code: 'a', title: text, centreKinds: ['mission'] }] })],
      /cannot be filed/,
    ],
    [
      'duplicate cost options',
      [
        version('2024-01-01', undefined, {
          costOptions: [
            { code: 'a', title: text },
            { code: 'a', title: text },
          ],
        }),
      ],
      /is duplicated/,
    ],
    [
      'evidence that depends on an unknown field',
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
      /form\.relation needs an x-title/,
    ],
    [
      'a title other than the Romanian one',
      [version('2024-01-01', undefined, { form: { ...form, title: 'other' } })],
      /form needs an x-title/,
    ],
  ])('%s', (_, versions, expected) => expect(validateService(service(...versions)).join()).toMatch(expected));

  test('nothing for a valid service', () => {
    const evidence = [{ kind: 'k', title: text, required: true, when: { answer: { field: 'relation', in: ['x'] } } }];
    expect(validateService(service(version('2024-01-01', undefined, { form, evidence })))).toEqual([]);
  });
});
