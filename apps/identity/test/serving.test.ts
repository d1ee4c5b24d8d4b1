import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { generationAfter } from '../src/domain/centres.ts';
import type { Centre, Known } from '../src/domain/centres.ts';
import type { CentreStatus } from '../src/domain/life.ts';
import { beforeAfter, beforeWhenTold, forbidden, servingFrom, untold, withoutFile } from '../src/domain/serving.ts';

const centre = (code: string, hash: string, status: CentreStatus = 'active'): Centre => ({
  code,
  name: 'Lozova',
  kind: 'town-hall',
  wave: 'pilot',
  status,
  timeZone: 'Europe/Chisinau',
  languages: ['ro'],
  agencies: ['asp'],
  hash,
});
/** `CU-001: a` in a file; in the store `CU-001: b a` has the hash b in force, and a before it. */
const filesOf = (files: Record<string, string>) =>
  new Map(Object.entries(files).map(([code, hash]) => [code, centre(code, hash)]));
const storedOf = (stored: Record<string, string>) =>
  new Map(
    Object.entries(stored).map(([code, hashes]) => {
      const [hash = '', ...pastHashes] = hashes.split(' ');
      return [code, { ...centre(code, hash), generation: pastHashes.length + 1, pastHashes }];
    }),
  );

describe('of what files and store say of a centre', () => {
  test.each<[string, Record<string, string>, Record<string, string>, Record<string, string>, string, boolean]>([
    ['a file that the store does not know is served, and told', { x: 'a' }, {}, {}, 'a', true],
    ['a file that the store knows is served', { x: 'a' }, { x: 'a' }, {}, 'a', false],
    ['a newer file is served, and told', { x: 'b' }, { x: 'a' }, {}, 'b', true],
    ['a file of a mount that lags is not served', { x: 'a' }, { x: 'b a' }, {}, 'b', false],
    ['a file that went back to what it was is served, and told', { x: 'a' }, { x: 'b a' }, { x: 'b' }, 'a', true],
    ['a file that went back elsewhere is not served', { x: 'a' }, { x: 'c b a' }, { x: 'b' }, 'c', false],
    ['a centre without a file stays', {}, { x: 'a' }, {}, 'a', false],
  ])('%s', (_what, files, stored, before, serves, isTold) => {
    const knowledge = { files: filesOf(files), stored: storedOf(stored), before: new Map(Object.entries(before)) };
    expect(servingFrom(knowledge).get('x')?.hash).toBe(serves);
    expect([...untold(knowledge).keys()]).toEqual(isTold ? ['x'] : []);
  });

  test('the centres in service stand in the order of codes', () => {
    const knowledge = { files: filesOf({ c: '1', a: '1' }), stored: storedOf({ b: '1', a: '1' }), before: new Map() };
    expect([...servingFrom(knowledge).keys()]).toEqual(['a', 'b', 'c']);
  });

  test.each<[string, CentreStatus, CentreStatus, string]>([
    ['that reopens a closed centre', 'closed', 'active', 'old'],
    ['that plans an open centre again', 'active', 'planned', 'old'],
    ['that closes an active centre, because the pause between was not seen,', 'active', 'closed', 'new'],
  ])('a file %s', (_what, from, to, serves) => {
    const stored = new Map([['x', { ...centre('x', 'old', from), generation: 1, pastHashes: [] }]]);
    const knowledge = { files: new Map([['x', centre('x', 'new', to)]]), stored, before: new Map([['x', 'old']]) };
    expect(servingFrom(knowledge).get('x')?.hash).toBe(serves);
    expect([...untold(knowledge).keys()]).toEqual(serves === 'new' ? ['x'] : []);
    expect(forbidden(knowledge)).toEqual(serves === 'new' ? [] : [{ code: 'x', from, to }]);
  });

  test('an old file of a mount that lags is no forbidden one', () => {
    const stored = new Map([['x', { ...centre('x', 'b', 'closed'), generation: 2, pastHashes: ['a'] }]]);
    expect(forbidden({ files: new Map([['x', centre('x', 'a')]]), stored, before: new Map() })).toEqual([]);
  });

  test('a centre without a file is named once, and not when its file is bad', () => {
    const knowledge = { files: filesOf({ a: '1' }), stored: storedOf({ a: '1', b: '1', c: '1' }), before: new Map() };
    expect(withoutFile(knowledge, new Set(['c']))).toEqual(['b']);
  });
});

describe('what a file said before', () => {
  test('is the earliest that the store has not been told of', () => {
    const first = beforeAfter(new Map(), filesOf({ x: 'a', y: 'a' }), filesOf({ x: 'b', y: 'a', z: 'a' }));
    expect([...first]).toEqual([['x', 'a']]);
    const second = beforeAfter(first, filesOf({ x: 'b' }), filesOf({ x: 'c' }));
    expect([...second]).toEqual([['x', 'a']]);
  });

  test('is forgotten when the store was told, unless the file changed meanwhile', () => {
    const told = filesOf({ x: 'b', y: 'b' });
    const now = new Map(told).set('y', centre('y', 'c'));
    expect([
      ...beforeWhenTold(
        new Map([
          ['x', 'a'],
          ['y', 'a'],
        ]),
        now,
        told,
      ),
    ]).toEqual([['y', 'a']]);
  });
});

test('replicas whose files come to the same end serve the same, and the store is told until they do', () => {
  const hash = fc.constantFrom('a', 'b', 'c');
  const run = fc.array(fc.tuple(fc.integer({ min: 0, max: 1 }), hash), { maxLength: 12 });
  fc.assert(
    fc.property(run, hash, (edits, last) => {
      const stored = new Map<string, Centre & Known>();
      const replicas = [0, 1].map(() => ({ files: new Map<string, Centre>(), before: new Map<string, string>() }));
      const edit = (index: number, text: string) => {
        const replica = replicas[index]!;
        const next = filesOf({ x: text });
        replica.before = beforeAfter(replica.before, replica.files, next);
        replica.files = next;
        const known = stored.get('x');
        for (const file of untold({ ...replica, stored }).values()) {
          stored.set('x', { ...file, ...(generationAfter(known, file.hash, replica.before.get('x')) as Known) });
        }
        replica.before = beforeWhenTold(replica.before, replica.files, next);
      };
      for (const [index, text] of edits) edit(index, text);
      // A mount that is new to all: nobody has left it behind.
      for (const index of [0, 1]) edit(index, `new ${last}`);
      for (const replica of replicas) {
        expect(servingFrom({ ...replica, stored }).get('x')?.hash).toBe(`new ${last}`);
        expect(untold({ ...replica, stored }).size).toBe(0);
      }
    }),
  );
});
