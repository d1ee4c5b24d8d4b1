import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { assertRepeatable, compileOperations } from '../../src/migrations/operations.ts';
import type { Direction, FieldOperation } from '../../src/migrations/operations.ts';

type Case = { name: string; operations: FieldOperation[]; former: object; current: object };

const applyOperations = (document: object, operations: readonly FieldOperation[], direction: Direction): object =>
  compileOperations(operations, direction)(document);

const time = new Date(0);
const cases: Case[] = [
  {
    name: 'a field',
    operations: [{ op: 'rename-field', path: 'deskNotes', to: 'deskAlerts' }],
    former: { a: 1, deskNotes: [{ kind: 'x' }], z: time },
    current: { a: 1, deskAlerts: [{ kind: 'x' }], z: time },
  },
  {
    name: 'a field of every array element',
    operations: [{ op: 'rename-field', path: 'history[].by', to: 'actor' }],
    former: { history: [{ by: 'a' }, { kind: 'x' }] },
    current: { history: [{ actor: 'a' }, { kind: 'x' }] },
  },
  {
    name: 'a field within a renamed one',
    operations: [
      { op: 'rename-field', path: 'told', to: 'personNotifications' },
      { op: 'rename-field', path: 'told[].how', to: 'method' },
      { op: 'map-value', path: 'told[].how', map: { rang: 'phone' } },
    ],
    former: { told: [{ how: 'rang' }, { how: 'mail' }] },
    current: { personNotifications: [{ method: 'phone' }, { method: 'mail' }] },
  },
  {
    name: 'a field of every value of a map',
    operations: [{ op: 'rename-field', path: 'x.*.y', to: 'z' }],
    former: { x: { a: { y: 1 }, b: { q: 2 } } },
    current: { x: { a: { z: 1 }, b: { q: 2 } } },
  },
  {
    name: 'the values of an array',
    operations: [{ op: 'map-value', path: 'queue.marks[]', map: { 'to-ring': 'to-notify' } }],
    former: { queue: { marks: ['to-ring', 'other'] } },
    current: { queue: { marks: ['to-notify', 'other'] } },
  },
  {
    name: 'a number',
    operations: [{ op: 'map-value', path: 'schemaVersion', map: { 4: 5 } }],
    former: { schemaVersion: 4 },
    current: { schemaVersion: 5 },
  },
  {
    name: 'a copied field',
    operations: [{ op: 'copy-field', path: 'leaving', to: 'departures' }],
    former: { leaving: [{ operator: 'a' }] },
    current: { leaving: [{ operator: 'a' }], departures: [{ operator: 'a' }] },
  },
  {
    name: 'the former field of a copy',
    operations: [{ op: 'drop-copied', path: 'leaving', to: 'departures' }],
    former: { departures: [1], leaving: [1] },
    current: { departures: [1] },
  },
  {
    name: 'nothing of another type',
    operations: [
      { op: 'rename-field', path: 'a.b', to: 'c' },
      { op: 'rename-field', path: 'd[].e', to: 'f' },
      { op: 'map-value', path: 'g', map: { x: 'y' } },
    ],
    former: { a: 'text', d: { e: 1 }, g: null },
    current: { a: 'text', d: { e: 1 }, g: null },
  },
];

describe('compileOperations', () => {
  test.each(cases)('changes $name and restores it', ({ operations, former, current }) => {
    assertRepeatable(operations);
    expect(applyOperations(former, operations, 'up')).toEqual(current);
    expect(applyOperations(current, operations, 'down')).toEqual(former);
  });

  test.each(cases)('returns the same object for $name in the wanted form', ({ operations, former, current }) => {
    expect(applyOperations(current, operations, 'up')).toBe(current);
    expect(applyOperations(former, operations, 'down')).toBe(former);
  });

  test('keeps the order of the members and does not modify the document', () => {
    const document = Object.freeze({ a: 1, b: Object.freeze({ c: 2 }), d: 3 });
    const changed = applyOperations(document, [{ op: 'rename-field', path: 'b', to: 'x' }], 'up');
    expect(Object.keys(changed)).toEqual(['a', 'x', 'd']);
    expect(document).toEqual({ a: 1, b: { c: 2 }, d: 3 });
  });

  test('prefers the former field if a document has both', () => {
    const operations: FieldOperation[] = [{ op: 'rename-field', path: 'leaving', to: 'departures' }];
    expect(applyOperations({ leaving: 'new', departures: 'stale' }, operations, 'up')).toEqual({ departures: 'new' });
  });

  test('restores any document and changes nothing twice', () => {
    fc.assert(
      fc.property(documentAndOperations(), ({ document, operations }) => {
        assertRepeatable(operations);
        const current = applyOperations(document, operations, 'up');
        expect(applyOperations(current, operations, 'up')).toBe(current);
        const back = applyOperations(current, operations, 'down');
        expect(back).toEqual(document);
        expect(JSON.stringify(back)).toBe(JSON.stringify(document));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('assertRepeatable', () => {
  test.each<[string, FieldOperation[], string]>([
    [
      'a chain of names',
      [
        { op: 'rename-field', path: 'a', to: 'b' },
        { op: 'rename-field', path: 'b', to: 'c' },
      ],
      'b is the former name of one field and the new name of another.',
    ],
    [
      'two fields of one name',
      [
        { op: 'rename-field', path: 'x[].a', to: 'c' },
        { op: 'rename-field', path: 'x[].b', to: 'c' },
      ],
      'Two fields would be named x[].c.',
    ],
    [
      'a path as a name',
      [{ op: 'rename-field', path: 'a', to: 'b.c' }],
      'The new name of a is not one field name: b.c.',
    ],
    [
      'a chain of values',
      [{ op: 'map-value', path: 'k', map: { a: 'b', b: 'c' } }],
      'b of k is a former and a new value.',
    ],
    [
      'equal values',
      [{ op: 'map-value', path: 'k', map: { a: 'c', b: 'c' } }],
      'Two values of k would become the same.',
    ],
  ])('rejects %s', (_case, operations, message) => {
    expect(() => assertRepeatable(operations)).toThrow(message);
  });
});

/** Documents over the former names, at any depth, and operations on some of their paths. */
function documentAndOperations() {
  const names = fc.constantFrom('a', 'b', 'c');
  const value = fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.constantFrom('one', 'two', 7, true, null),
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(names, tie('node'), { maxKeys: 3, noNullPrototype: true }),
    ),
  })).node;
  const step = fc.constantFrom('a', 'b', 'c', '*', 'a[]', 'b[]', 'c[][]');
  const path = fc.tuple(fc.array(step, { maxLength: 3 }), names).map(([steps, name]) => [...steps, name].join('.'));
  const rename = path.map((one) => ({ op: 'rename-field' as const, path: one, to: `${one.at(-1)}New` }));
  const map = fc.tuple(path, fc.constantFrom('', '[]')).map(([one, end]) => {
    return { op: 'map-value' as const, path: one + end, map: { one: 'eins', two: 'zwei' } };
  });
  // Paths with `*` and names reach the same field twice, which a list of renames of known fields never does.
  const operations = fc.uniqueArray(fc.oneof(rename, map), { selector: ({ op, path: one }) => op + one, maxLength: 6 });
  return fc
    .record({ document: fc.dictionary(names, value, { maxKeys: 3, noNullPrototype: true }), operations })
    .filter(({ operations: given }) => !given.some(({ path: one }) => one.includes('*')) || given.length === 1);
}
