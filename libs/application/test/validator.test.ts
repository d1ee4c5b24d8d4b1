import { describe, expect, test } from '@jest/globals';
import { createValidator, createShapeValidator } from '../src/validator.ts';
import { toSafePointer } from '../src/schema-violations.ts';

/** What breaks a schema, by path and keyword. */
function listErrors(schema: Record<string, unknown> | boolean, value: unknown): string[] {
  return createValidator(schema as Record<string, unknown>)(value).map(
    ({ path, keyword }) => `/${path.join('/')} ${keyword}`,
  );
}

describe('choices', () => {
  const person = { type: 'object', required: ['name'], properties: { name: { type: 'string' } } };
  test.each<[string, string, unknown[], unknown, string[]]>([
    ['one branch fits', 'oneOf', [{ type: 'string' }, { type: 'number' }], 1, []],
    ['no branch fits: only the choice is told', 'oneOf', [{ const: 'a' }, person], { name: 1, x: 2 }, ['/ oneOf']],
    ['two branches fit where one may', 'oneOf', [{ type: 'number' }, { minimum: 0 }], 1, ['/ oneOf']],
    ['two branches fit where any may', 'anyOf', [{ type: 'number' }, { minimum: 0 }], 1, []],
    ['no branch fits where any may', 'anyOf', [{ type: 'string' }, { minimum: 2 }], 1, ['/ anyOf']],
    ['a branch that is shut', 'oneOf', [false, { type: 'string' }], 1, ['/ oneOf']],
    ['a branch that is shut behind another', 'anyOf', [{ type: 'string' }, false], 1, ['/ anyOf']],
    ['a branch with a member too many', 'anyOf', [{ additionalProperties: false }], { zy: 1 }, ['/ anyOf']],
    [
      'all of them: each part is told by itself',
      'allOf',
      [{ minimum: 3 }, { multipleOf: 2 }],
      1,
      ['/ minimum', '/ multipleOf'],
    ],
    ['a choice in a choice', 'oneOf', [{ anyOf: [{ const: 1 }] }, { const: 2 }], 3, ['/ oneOf']],
  ])('%s', (_name, word, branches, value, told) => expect(listErrors({ [word]: branches }, value)).toEqual(told));

  test('what is wrong beside a choice is told as well', () => {
    const schema = { properties: { a: { oneOf: [{ const: 1 }] }, ab: { type: 'string' } } };
    expect(listErrors(schema, { a: 2, ab: 3 })).toEqual(['/a oneOf', '/ab type']);
  });
});

describe('a schema that is false', () => {
  test.each<[string, Record<string, unknown> | boolean, unknown, string[]]>([
    ['at the root', false, 1, ['/ false']],
    [
      'in a member, beside another fault',
      { properties: { a: false, b: { type: 'string' } } },
      { a: 1, b: 2 },
      ['/a false', '/b type'],
    ],
    ['in the items of a list', { items: false }, [1], ['/0 false']],
    ['in allOf', { allOf: [{ type: 'string' }, false] }, 1, ['/ type', '/ false']],
    ['as then', { if: { const: 1 }, then: false }, 1, ['/ false']],
    ['in a member of then', { if: true, then: { properties: { a: false } } }, { a: 1 }, ['/a false']],
    [
      'as further members',
      { additionalProperties: false },
      { zy: 1, zz: 2 },
      ['/zy additionalProperties', '/zz additionalProperties'],
    ],
  ])('%s', (_name, schema, value, told) => expect(listErrors(schema, value)).toEqual(told));
});

describe('references', () => {
  const schema = {
    properties: { a: { $ref: '#/$defs/Short' }, list: { items: { $ref: '#/$defs/Short' } } },
    $defs: { Short: { type: 'string', maxLength: 2 } },
  };
  test('a value is held against what they lead to', () => {
    expect(listErrors(schema, { a: 'ab', list: ['a'] })).toEqual([]);
    expect(listErrors(schema, { a: 'abc', list: ['a', 1] }).filter((one) => !one.endsWith('$ref'))).toEqual([
      '/a maxLength',
      '/list/1 type',
    ]);
  });

  test('one that leads nowhere fails where it is met, and does not pass', () => {
    expect(() => listErrors({ properties: { a: { $ref: '#/$defs/None' } } }, { a: 1 })).toThrow(/Unresolved/);
  });
});

describe('places', () => {
  test('names with a slash, a tilde, a quote and a dot are given back as they are', () => {
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
  ])('%j is the field %s: what could be data in the place of a name is not told', (path, field) =>
    expect(toSafePointer(path)).toBe(field),
  );

  test('each fault is told once, with the schema that holds its rule', () => {
    const inner = { type: 'string', 'x-note': 1 };
    const schema = { properties: { a: { allOf: [inner, { type: 'string' }] } }, if: true, then: { required: ['b'] } };
    const findings = createValidator(schema)({ a: 1 });
    expect(findings.map(({ path, keyword }) => [path, keyword])).toEqual([
      [['b'], 'required'],
      [['a'], 'type'],
    ]);
    expect(createValidator({ properties: { a: inner } })({ a: 1 })[0]!.schema).toEqual(inner);
  });
});

describe('a schema of the house', () => {
  const told = (inner: Record<string, unknown>, value: unknown) =>
    createShapeValidator({ properties: { a: inner } })({ a: value }).map(({ field, rule }) => `${field} ${rule}`);

  test.each<[string, Record<string, unknown>, unknown, string]>([
    ['says which rule its pattern stands for', { pattern: '^a$', 'x-rule': 'CODE' }, 'zy', '/a CODE'],
    ['is told of a type as a type, and of nothing else', { type: 'string', enum: ['a'] }, 1, '/a TYPE'],
    ['that names no rule is told of a pattern', { pattern: '^a$' }, 'zy', '/a PATTERN'],
    ['is told of a form and not of a length', { pattern: '^a$', maxLength: 1, 'x-rule': 'CODE' }, 'zy', '/a CODE'],
    ['is told of a format and not of the pattern beside it', { pattern: '^a$', format: 'date' }, 'zy', '/a DATE'],
    ['is told of a length by itself', { pattern: '^z', maxLength: 1, 'x-rule': 'CODE' }, 'zy', '/a MAX_LENGTH'],
  ])('%s', (_name, inner, value, wanted) => expect(told(inner, value)).toEqual([wanted]));

  test('tells each rule of a field once', () => {
    expect(told({ allOf: [{ maxLength: 1 }, { maxLength: 2 }] }, 'zyx')).toEqual(['/a MAX_LENGTH']);
  });
});
