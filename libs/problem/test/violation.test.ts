import { describe, expect, test } from '@jest/globals';
import { withLocation, isRule, pointer, readViolation, RULES, violation } from '../src/index.ts';
import type { Rule } from '../src/index.ts';

describe('the list of rules', () => {
  test.each(Object.entries(RULES))(
    '%s is an UPPER_SNAKE word with a sentence that names its parameters',
    (rule, row) => {
      expect(rule).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
      expect(row.meaning).toMatch(/^[A-Z][^]{4,}[.]$/);
      const named = [...row.meaning.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(named.sort()).toEqual(Object.keys(row.params).sort());
    },
  );

  test('says each thing with one word', () => {
    const meanings = Object.values(RULES).map(({ meaning }) => meaning);
    expect(new Set(meanings).size).toBe(meanings.length);
  });

  test('a word of the prototype is no rule', () => {
    expect(isRule('toString')).toBe(false);
    expect(isRule('IDNP')).toBe(true);
  });
});

describe('a violation', () => {
  test('names field, rule and parameters, with a sentence that holds them', () => {
    expect(violation('/mandate/kind', 'ONE_OF', { choices: ['mpower', 'notarial'] })).toEqual({
      field: '/mandate/kind',
      rule: 'ONE_OF',
      params: { choices: ['mpower', 'notarial'] },
      message: 'Must be one of mpower, notarial.',
    });
  });

  test('of a rule without parameters has none; one that is not in the body says where it is', () => {
    expect(withLocation('query', violation('/atDate', 'DATE'))).toEqual({
      field: '/atDate',
      in: 'query',
      rule: 'DATE',
      message: 'Must be a day that exists, yyyy-MM-dd.',
    });
  });

  test('of a word that is not listed, or without a parameter that its text needs, does not compile', () => {
    // @ts-expect-error there is no such rule
    expect(() => violation('/a', 'TOO_BLUE')).toThrow();
    // @ts-expect-error how long it may be is missing
    expect(violation('/a', 'MAX_LENGTH')).toMatchObject({ rule: 'MAX_LENGTH' });
    // @ts-expect-error a bound is a number
    expect(violation('/a', 'MAX_LENGTH', { most: 'ten' })).toMatchObject({ rule: 'MAX_LENGTH' });
  });
});

describe('a JSON pointer', () => {
  test.each([
    [['evidence', 0, 'kind'], '/evidence/0/kind'],
    [['a/b', '~c'], '/a~1b/~0c'],
    [[], ''],
  ])('of %j is %s', (path, wanted) => expect(pointer(path)).toBe(wanted));
});

describe('a violation that another service sent', () => {
  const sent = (given: object) =>
    readViolation({ field: '/a', place: '', rule: 'DATE', params: {}, message: 'M.', ...given });

  test.each<[string, object, Rule, object | undefined]>([
    ['is read as it is', {}, 'DATE', undefined],
    ['keeps its parameters', { rule: 'MINIMUM', params: { least: 0 } }, 'MINIMUM', { least: 0 }],
    ['keeps no others', { rule: 'MINIMUM', params: { least: 0, idnp: '2' } }, 'MINIMUM', { least: 0 }],
    ['of an unknown rule is told of the general one', { rule: 'TOO_BLUE', params: { blue: 1 } }, 'INVALID', undefined],
    ['that lacks a parameter as well', { rule: 'MINIMUM' }, 'INVALID', undefined],
    ['and one whose parameter is of another kind', { rule: 'MINIMUM', params: { least: 'no' } }, 'INVALID', undefined],
    ['and one whose words are none', { rule: 'ONE_OF', params: { choices: [1] } }, 'INVALID', undefined],
    ['and one whose rule is of the prototype', { rule: 'constructor' }, 'INVALID', undefined],
  ])('%s', (_name, given, rule, params) => {
    expect(sent(given)).toEqual(
      params ? { field: '/a', rule, params, message: 'M.' } : { field: '/a', rule, message: 'M.' },
    );
  });

  test('says where it stands in words that are known', () => {
    expect(sent({ place: 'query' }).in).toBe('query');
    expect(sent({ place: 'cookie' }).in).toBeUndefined();
  });
});
