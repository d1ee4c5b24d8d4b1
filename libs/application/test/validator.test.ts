import { describe, expect, test } from '@jest/globals';
import { createValidator, createShapeValidator } from '../src/validator.ts';
import { toSafePointer } from '../src/schema-violations.ts';

/** Lists errors as path and keyword. */
function listErrors(schema: Record<string, unknown> | boolean, value: unknown): string[] {
  return createValidator(schema as Record<string, unknown>)(value).map(
    ({ path, keyword }) => `/${path.join('/')} ${keyword}`,
  );
}

describe('choices', () => {
  const person = { type: 'object', required: ['name'], properties: { name: { type: 'string' } } };
  test.each<[string, string, unknown[], unknown, string[]]>([
    ['one matching branch', 'oneOf', [{ type: 'string' }, { type: 'number' }], 1, []],
    ['no matching branch, as one error', 'oneOf', [{ const: 'a' }, person], { name: 1, x: 2 }, ['/ oneOf']],
    ['two matching branches of oneOf', 'oneOf', [{ type: 'number' }, { minimum: 0 }], 1, ['/ oneOf']],
    ['two matching branches of anyOf', 'anyOf', [{ type: 'number' }, { minimum: 0 }], 1, []],
    ['no matching branch of anyOf', 'anyOf', [{ type: 'string' }, { minimum: 2 }], 1, ['/ anyOf']],
    ['a false branch', 'oneOf', [false, { type: 'string' }], 1, ['/ oneOf']],
    ['a false branch after another', 'anyOf', [{ type: 'string' }, false], 1, ['/ anyOf']],
    ['a branch with an unknown member', 'anyOf', [{ additionalProperties: false }], { zy: 1 }, ['/ anyOf']],
    ['allOf, with each error', 'allOf', [{ minimum: 3 }, { multipleOf: 2 }], 1, ['/ minimum', '/ multipleOf']],
    ['a nested choice', 'oneOf', [{ anyOf: [{ const: 1 }] }, { const: 2 }], 3, ['/ oneOf']],
  ])('reports %s', (_name, keyword, branches, value, expected) =>
    expect(listErrors({ [keyword]: branches }, value)).toEqual(expected),
  );

  test('reports errors beside a choice', () => {
    const schema = { properties: { a: { oneOf: [{ const: 1 }] }, ab: { type: 'string' } } };
    expect(listErrors(schema, { a: 2, ab: 3 })).toEqual(['/a oneOf', '/ab type']);
  });
});

describe('false schema', () => {
  test.each<[string, Record<string, unknown> | boolean, unknown, string[]]>([
    ['at the root', false, 1, ['/ false']],
    [
      'in a member, beside another error',
      { properties: { a: false, b: { type: 'string' } } },
      { a: 1, b: 2 },
      ['/a false', '/b type'],
    ],
    ['in the items of a list', { items: false }, [1], ['/0 false']],
    ['in allOf', { allOf: [{ type: 'string' }, false] }, 1, ['/ type', '/ false']],
    ['as then', { if: { const: 1 }, then: false }, 1, ['/ false']],
    ['in a member of then', { if: true, then: { properties: { a: false } } }, { a: 1 }, ['/a false']],
    [
      'in additionalProperties',
      { additionalProperties: false },
      { zy: 1, zz: 2 },
      ['/zy additionalProperties', '/zz additionalProperties'],
    ],
  ])('is reported %s', (_name, schema, value, expected) => expect(listErrors(schema, value)).toEqual(expected));
});

describe('references', () => {
  const schema = {
    properties: { a: { $ref: '#/$defs/Short' }, list: { items: { $ref: '#/$defs/Short' } } },
    $defs: { Short: { type: 'string', maxLength: 2 } },
  };
  test('validates against the target', () => {
    expect(listErrors(schema, { a: 'ab', list: ['a'] })).toEqual([]);
    expect(listErrors(schema, { a: 'abc', list: ['a', 1] }).filter((error) => !error.endsWith('$ref'))).toEqual([
      '/a maxLength',
      '/list/1 type',
    ]);
  });

  test('throws for an unresolved reference', () => {
    expect(() => listErrors({ properties: { a: { $ref: '#/$defs/None' } } }, { a: 1 })).toThrow(/Unresolved/);
  });
});

describe('paths', () => {
  test('keeps special characters in names', () => {
    const schema = { required: ['x"y'], properties: { 'a/b~c': { items: { type: 'string' } } } };
    expect(createValidator(schema)({ 'a/b~c': ['', 1] }).map(({ path }) => path)).toEqual([['x"y'], ['a/b~c', '1']]);
  });

  test.each([
    [['evidence', '0', 'kind'], '/evidence/0/kind'],
    [['answers', '$where'], '/answers/$where'],
    [[], ''],
    [['answers', '2900000000012', 'a'], '/answers'],
    [['answers', 'a/b'], '/answers'],
    [['Ana Exemplu'], ''],
  ])('%j is reported as %s, without unsafe names', (path, field) => expect(toSafePointer(path)).toBe(field));

  test('reports each error once, with its schema', () => {
    const inner = { type: 'string', 'x-note': 1 };
    const schema = { properties: { a: { allOf: [inner, { type: 'string' }] } }, if: true, then: { required: ['b'] } };
    const errors = createValidator(schema)({ a: 1 });
    expect(errors.map(({ path, keyword }) => [path, keyword])).toEqual([
      [['b'], 'required'],
      [['a'], 'type'],
    ]);
    expect(createValidator({ properties: { a: inner } })({ a: 1 })[0]!.schema).toEqual(inner);
  });
});

describe('createShapeValidator', () => {
  const brokenRules = (inner: Record<string, unknown>, value: unknown) =>
    createShapeValidator({ properties: { a: inner } })({ a: value }).map(({ field, rule }) => `${field} ${rule}`);

  test.each<[string, Record<string, unknown>, unknown, string]>([
    ['reports the x-rule of a pattern', { pattern: '^a$', 'x-rule': 'CODE' }, 'zy', '/a CODE'],
    ['reports only the type of a value of another type', { type: 'string', enum: ['a'] }, 1, '/a TYPE'],
    ['reports PATTERN without an x-rule', { pattern: '^a$' }, 'zy', '/a PATTERN'],
    [
      'reports a broken pattern but not its length',
      { pattern: '^a$', maxLength: 1, 'x-rule': 'CODE' },
      'zy',
      '/a CODE',
    ],
    ['reports a format but not the pattern beside it', { pattern: '^a$', format: 'date' }, 'zy', '/a DATE'],
    [
      'reports a length if the pattern matches',
      { pattern: '^z', maxLength: 1, 'x-rule': 'CODE' },
      'zy',
      '/a MAX_LENGTH',
    ],
  ])('%s', (_name, inner, value, expected) => expect(brokenRules(inner, value)).toEqual([expected]));

  test('reports each rule of a field once', () => {
    expect(brokenRules({ allOf: [{ maxLength: 1 }, { maxLength: 2 }] }, 'zyx')).toEqual(['/a MAX_LENGTH']);
  });
});
