import { describe, expect, test } from '@jest/globals';
import { withLocation, isRule, pointer, readViolation, RULES, violation } from '../src/index.ts';
import type { Rule } from '../src/index.ts';

describe('RULES', () => {
  test.each(Object.entries(RULES))('%s is in UPPER_SNAKE and its meaning names all parameters', (rule, row) => {
    expect(rule).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
    expect(row.meaning).toMatch(/^[A-Z][^]{4,}[.]$/);
    const named = [...row.meaning.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    expect(named.sort()).toEqual(Object.keys(row.params).sort());
  });

  test('gives each rule a meaning of its own', () => {
    const meanings = Object.values(RULES).map(({ meaning }) => meaning);
    expect(new Set(meanings).size).toBe(meanings.length);
  });

  test('isRule rejects names of the prototype', () => {
    expect(isRule('toString')).toBe(false);
    expect(isRule('IDNP')).toBe(true);
  });
});

describe('violation', () => {
  test('names field, rule and parameters, with a message that contains them', () => {
    expect(violation('/mandate/kind', 'ONE_OF', { choices: ['mpower', 'notarial'] })).toEqual({
      field: '/mandate/kind',
      rule: 'ONE_OF',
      params: { choices: ['mpower', 'notarial'] },
      message: 'Must be one of mpower, notarial.',
    });
  });

  test('omits parameters for a rule without them, and accepts a location', () => {
    expect(withLocation('query', violation('/atDate', 'DATE'))).toEqual({
      field: '/atDate',
      in: 'query',
      rule: 'DATE',
      message: 'Must be an existing date, yyyy-MM-dd.',
    });
  });

  test('does not compile with an unknown rule or without a required parameter', () => {
    // @ts-expect-error unknown rule
    expect(() => violation('/a', 'TOO_BLUE')).toThrow();
    // @ts-expect-error missing bound
    expect(violation('/a', 'MAX_LENGTH')).toMatchObject({ rule: 'MAX_LENGTH' });
    // @ts-expect-error bound of another type
    expect(violation('/a', 'MAX_LENGTH', { max: 'ten' })).toMatchObject({ rule: 'MAX_LENGTH' });
  });
});

describe('pointer', () => {
  test.each([
    [['evidence', 0, 'kind'], '/evidence/0/kind'],
    [['a/b', '~c'], '/a~1b/~0c'],
    [[], ''],
  ])('turns %j into %j', (path, expected) => expect(pointer(path)).toBe(expected));
});

describe('readViolation', () => {
  const read = (override: object) =>
    readViolation({ field: '/a', location: '', rule: 'DATE', params: {}, message: 'M.', ...override });

  test.each<[string, object, Rule, object | undefined]>([
    ['returns a known rule unchanged', {}, 'DATE', undefined],
    ['keeps the parameters of the rule', { rule: 'MINIMUM', params: { min: 0 } }, 'MINIMUM', { min: 0 }],
    ['drops other parameters', { rule: 'MINIMUM', params: { min: 0, idnp: '2' } }, 'MINIMUM', { min: 0 }],
    ['replaces an unknown rule', { rule: 'TOO_BLUE', params: { blue: 1 } }, 'INVALID', undefined],
    ['replaces a rule without its parameter', { rule: 'MINIMUM' }, 'INVALID', undefined],
    [
      'replaces a rule with a parameter of another type',
      { rule: 'MINIMUM', params: { min: 'no' } },
      'INVALID',
      undefined,
    ],
    ['replaces a rule with a list of another type', { rule: 'ONE_OF', params: { choices: [1] } }, 'INVALID', undefined],
    ['replaces a rule named like a prototype member', { rule: 'constructor' }, 'INVALID', undefined],
  ])('%s', (_name, override, rule, params) => {
    expect(read(override)).toEqual(
      params ? { field: '/a', rule, params, message: 'M.' } : { field: '/a', rule, message: 'M.' },
    );
  });

  test('keeps a known location only', () => {
    expect(read({ location: 'query' }).in).toBe('query');
    expect(read({ location: 'cookie' }).in).toBeUndefined();
  });
});
