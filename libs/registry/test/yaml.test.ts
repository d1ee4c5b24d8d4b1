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

describe('createYamlParser', () => {
  const parse = createYamlParser<Room>({
    schema,
    validate: ({ floor }) => (floor > 9 ? ['the floor does not exist', 'too high'] : []),
  });
  test('returns entries by code', () => {
    const { entries, problems } = parse([file('a.yaml', 'code: a\nfloor: 1'), file('b.yaml', '{ code: b, floor: 2 }')]);
    expect(problems).toEqual([]);
    expect([...entries]).toEqual([
      ['a', { code: 'a', floor: 1 }],
      ['b', { code: 'b', floor: 2 }],
    ]);
  });

  test.each([
    ['malformed YAML', 'code: [', /^it is not YAML: .* at line 1, column 8$/],
    ['an empty file', '', /^it must be object$/],
    ['a missing member', 'code: a', /required property 'floor'/],
    ['two errors', 'code: a\nfloor: low\ncolour: blue', /additional properties: colour; \/floor must be integer/],
    ['an invalid format', 'code: a\nfloor: 1\ndoor: tomorrow', /\/door must match format "date"/],
    ['the file name of another code', 'code: b\nfloor: 1', /^the file must be named b\.yaml$/],
    ['errors beyond the schema', 'code: a\nfloor: 10', /^the floor does not exist; too high$/],
  ])('rejects %s, and accepts other files', (_what, text, message) => {
    const { entries, problems } = parse([file('a.yaml', text), file('c.yaml', 'code: c\nfloor: 3')]);
    expect([...entries.keys()]).toEqual(['c']);
    expect(problems).toEqual([{ file: 'a.yaml', message: expect.stringMatching(message) }]);
  });
});

test('toEntry converts the content', () => {
  const parse = createYamlParser<Room, string>({ schema, toEntry: ({ floor }, text) => `${floor} ${text.length}` });
  expect([...parse([file('a.yaml', 'code: a\nfloor: 1')]).entries]).toEqual([['a', '1 16']]);
});

test('findConflicts leaves out entries', () => {
  const parse = createYamlParser<Room>({
    schema,
    findConflicts: (rooms) =>
      new Map([...rooms.values()].filter(({ floor }) => floor === 0).map(({ code }) => [code, 'it is taken'])),
  });
  const { entries, problems } = parse([file('a.yaml', 'code: a\nfloor: 0'), file('b.yaml', 'code: b\nfloor: 1')]);
  expect([...entries.keys()]).toEqual(['b']);
  expect(problems).toEqual([{ file: 'a.yaml', message: 'it is taken' }]);
});

test('unchanged files are not read again', () => {
  const read: string[] = [];
  const parse = createYamlParser<Room>({ schema, validate: ({ code, floor }) => (read.push(`${code}${floor}`), []) });
  const unchanged = file('a.yaml', 'code: a\nfloor: 1');
  parse([unchanged, file('b.yaml', 'code: b\nfloor: 1')]);
  parse([unchanged, file('b.yaml', 'code: b\nfloor: 2')]);
  expect(read).toEqual(['a1', 'b1', 'b2']);
});

test('an invalid schema throws when the parser is created', () => {
  expect(() => createYamlParser({ schema: { type: 'thing' } })).toThrow('schema is invalid');
});
