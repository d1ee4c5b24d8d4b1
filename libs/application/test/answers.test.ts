import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { IntakeServiceDefinition } from '@cups/contracts/gen/cups/intake/v1/IntakeService.ts';
import { validateStorableAnswers } from '../src/index.ts';
import { createEnumValidator, fromProtoEnum, loadService } from '@cups/contracts/proto';

const parseAnswers = (text: string) => JSON.parse(text) as Record<string, unknown>;

describe('validateStorableAnswers', () => {
  test.each([
    ['ordinary answers', '{"act":"birth","copies":2,"children":[{"name":"Ion","idnp":null}],"agreed":true}'],
    ['names of object properties', '{"constructor":"a","toString":"b","prototype":{"toJSON":1},"length":3}'],
    ['letters of any language', '{"număr":"ș","имя":"ж","a b":"","$":1}'.replace('"$":1', '"a$":1')],
    ['nesting at the limit', `{"a":${'['.repeat(30)}${']'.repeat(30)}}`],
  ])('accepts %s', (_name, text) => expect(validateStorableAnswers(parseAnswers(text))).toBeUndefined());
});

describe('validateStorableAnswers with invalid answers', () => {
  test.each([
    ['an operator', '{"a":{"$where":"x"}}', '/answers/a/$where', 'INVALID_MEMBER_NAME'],
    ['a path', '{"a.b":1}', '/answers', 'INVALID_MEMBER_NAME'],
    ['an empty name', '{"list":[{"":1}]}', '/answers/list/0', 'INVALID_MEMBER_NAME'],
    ['NUL', '{"a\\u0000b":1}', '/answers', 'INVALID_MEMBER_NAME'],
    ['a name of the driver', '{"_bsontype":"ObjectId"}', '/answers/_bsontype', 'INVALID_MEMBER_NAME'],
    ['the prototype', '{"a":{"__proto__":{"x":1}}}', '/answers/a/__proto__', 'INVALID_MEMBER_NAME'],
    ['a lone surrogate in a name', '{"\\ud800":1}', '/answers', 'NOT_UNICODE'],
    ['a lone surrogate in a text', '{"a":["\\udc00"]}', '/answers/a/0', 'NOT_UNICODE'],
    ['an infinite number', '{"a":1e400}', '/answers/a', 'NUMBER_OUT_OF_RANGE'],
    ['nesting over the limit', `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, '/answers', 'TOO_DEEP'],
    ['an IDNP as a name', '{"2900000000012":{"$a":1}}', '/answers', 'INVALID_MEMBER_NAME'],
  ])('rejects %s and names the field', (_name, text, field, rule) =>
    expect(validateStorableAnswers(parseAnswers(text))).toMatchObject({ field, rule }),
  );

  test('accepts exactly names and texts that a document can store', () => {
    const isStorable = (value: unknown): boolean => {
      if (typeof value === 'string') return value.isWellFormed();
      if (typeof value !== 'object' || value === null) return true;
      if (Array.isArray(value)) return value.every(isStorable);
      return Object.entries(value).every(
        ([name, item]) =>
          name.isWellFormed() && name !== '' && !/^\$|[.\0]|^_bsontype$|^__proto__$/.test(name) && isStorable(item),
      );
    };
    const hostile = fc.constantFrom('$a', 'a.b', '', 'a\0', '_bsontype', '\ud800', 'ok', 'număr');
    const tree = fc.letrec((tie) => ({
      value: fc.oneof({ depthSize: 'small' }, hostile, fc.integer(), tie('list'), tie('object')),
      list: fc.array(tie('value'), { maxLength: 3 }),
      object: fc.dictionary(hostile, tie('value'), { maxKeys: 3 }),
    }));
    fc.assert(
      fc.property(tree.object, (answers) => {
        const invalid = validateStorableAnswers(answers as Record<string, unknown>);
        expect(invalid === undefined).toBe(isStorable(answers));
      }),
    );
  });
});

describe('unknown enum numbers', () => {
  const { CreateApplication, ListApplications, GetApplication } =
    loadService<IntakeServiceDefinition>('cups.intake.v1.IntakeService');
  const sent = (method: typeof CreateApplication, request: object) =>
    createEnumValidator(method)(method.requestDeserialize(method.requestSerialize(request)));

  test('are reported by field at any depth', () => {
    const content = { mandate: { kind: 77 as never }, delivery: { kind: 'DELIVERY_CHOICE_KIND_POST' as const } };
    expect(sent(CreateApplication, { content })).toEqual(['/content/mandate/kind']);
    expect(sent(ListApplications as never, { state: 99 })).toEqual(['/state']);
  });

  test('ignores known values, the zero value and messages without enums', () => {
    const content = { mandate: { kind: 'MANDATE_KIND_MPOWER' as const }, delivery: {} };
    expect(sent(CreateApplication, { content })).toEqual([]);
    expect(sent(CreateApplication, {})).toEqual([]);
    expect(sent(GetApplication as never, { name: 'applications/x' })).toEqual([]);
  });

  test('are decoded as the zero value', () => {
    expect(fromProtoEnum('STATE_', 42 as never)).toBe('');
  });
});
