import { describe, expect, test } from '@jest/globals';
import { createYamlParser } from '../src/index.ts';

interface Room {
  code: string;
  floor: number;
  door?: string;
}

const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['code', 'floor'],
  properties: { code: { type: 'string' }, floor: { type: 'integer' }, door: { type: 'string', format: 'date' } },
};
const file = (path: string, text: string) => ({ path, text });

describe('a file of YAML', () => {
  const parse = createYamlParser<Room>({
    schema,
    validate: ({ floor }) => (floor > 9 ? ['there is no such floor', 'too high'] : []),
  });
  test('stands by its code, as it says', () => {
    const { entries, problems } = parse([file('a.yaml', 'code: a\nfloor: 1'), file('b.yaml', '{ code: b, floor: 2 }')]);
    expect(problems).toEqual([]);
    expect([...entries]).toEqual([
      ['a', { code: 'a', floor: 1 }],
      ['b', { code: 'b', floor: 2 }],
    ]);
  });

  test.each([
    ['that cannot be read', 'code: [', /^it is not YAML: .* at line 1, column 8$/],
    ['that is empty', '', /^it must be object$/],
    ['that lacks something', 'code: a', /required property 'floor'/],
    ['with two faults', 'code: a\nfloor: low\ncolour: blue', /additional properties; \/floor must be integer/],
    ['with a format that is not kept', 'code: a\nfloor: 1\ndoor: tomorrow', /\/door must match format "date"/],
    ['that bears the name of another', 'code: b\nfloor: 1', /^the file must be named b\.yaml$/],
    ['whose content is wrong beyond the schema', 'code: a\nfloor: 10', /^there is no such floor; too high$/],
  ])('%s gives a fault and no entry, and harms no other', (_what, text, fault) => {
    const { entries, problems } = parse([file('a.yaml', text), file('c.yaml', 'code: c\nfloor: 3')]);
    expect([...entries.keys()]).toEqual(['c']);
    expect(problems).toEqual([{ file: 'a.yaml', message: expect.stringMatching(fault) }]);
  });
});

test('an entry may hold something else than the file', () => {
  const parse = createYamlParser<Room, string>({ schema, toEntry: ({ floor }, text) => `${floor} ${text.length}` });
  expect([...parse([file('a.yaml', 'code: a\nfloor: 1')]).entries]).toEqual([['a', '1 16']]);
});

test('entries that do not go together are left out as the kind says', () => {
  const parse = createYamlParser<Room>({
    schema,
    findConflicts: (rooms) =>
      new Map([...rooms.values()].filter(({ floor }) => floor === 0).map(({ code }) => [code, 'it is taken'])),
  });
  const { entries, problems } = parse([file('a.yaml', 'code: a\nfloor: 0'), file('b.yaml', 'code: b\nfloor: 1')]);
  expect([...entries.keys()]).toEqual(['b']);
  expect(problems).toEqual([{ file: 'a.yaml', message: 'it is taken' }]);
});

test('only files that changed are read again', () => {
  const read: string[] = [];
  const parse = createYamlParser<Room>({ schema, validate: ({ code, floor }) => (read.push(`${code}${floor}`), []) });
  const one = file('a.yaml', 'code: a\nfloor: 1');
  parse([one, file('b.yaml', 'code: b\nfloor: 1')]);
  parse([one, file('b.yaml', 'code: b\nfloor: 2')]);
  expect(read).toEqual(['a1', 'b1', 'b2']);
});

test('a schema that is wrong itself is an error when the parser is made', () => {
  expect(() => createYamlParser({ schema: { type: 'thing' } })).toThrow('schema is invalid');
});
