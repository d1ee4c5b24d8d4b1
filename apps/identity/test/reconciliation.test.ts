import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { nextGeneration } from '../src/domain/centres.ts';
import type { Centre, FileVersion } from '../src/domain/centres.ts';
import type { CentreStatus } from '../src/domain/centre-lifecycle.ts';
import {
  trackPreviousHashes,
  dropWrittenHashes,
  invalidTransitions,
  resolveServedCentres,
  pendingWrites,
  orphanedCentres,
} from '../src/domain/reconciliation.ts';

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
const centreFiles = (files: Record<string, string>) =>
  new Map(Object.entries(files).map(([code, hash]) => [code, centre(code, hash)]));
const storedCentres = (stored: Record<string, string>) =>
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
  ])('%s', (_what, files, stored, before, serves, isPending) => {
    const sources = {
      files: centreFiles(files),
      stored: storedCentres(stored),
      previousHashes: new Map(Object.entries(before)),
    };
    expect(resolveServedCentres(sources).get('x')?.hash).toBe(serves);
    expect([...pendingWrites(sources).keys()]).toEqual(isPending ? ['x'] : []);
  });

  test('the centres in service stand in the order of codes', () => {
    const sources = {
      files: centreFiles({ c: '1', a: '1' }),
      stored: storedCentres({ b: '1', a: '1' }),
      previousHashes: new Map(),
    };
    expect([...resolveServedCentres(sources).keys()]).toEqual(['a', 'b', 'c']);
  });

  test.each<[string, CentreStatus, CentreStatus, string]>([
    ['that reopens a closed centre', 'closed', 'active', 'old'],
    ['that plans an open centre again', 'active', 'planned', 'old'],
    ['that closes an active centre, because the pause between was not seen,', 'active', 'closed', 'new'],
  ])('a file %s', (_what, from, to, serves) => {
    const stored = new Map([['x', { ...centre('x', 'old', from), generation: 1, pastHashes: [] }]]);
    const sources = {
      files: new Map([['x', centre('x', 'new', to)]]),
      stored,
      previousHashes: new Map([['x', 'old']]),
    };
    expect(resolveServedCentres(sources).get('x')?.hash).toBe(serves);
    expect([...pendingWrites(sources).keys()]).toEqual(serves === 'new' ? ['x'] : []);
    expect(invalidTransitions(sources)).toEqual(serves === 'new' ? [] : [{ code: 'x', from, to }]);
  });

  test('an old file of a mount that lags is no forbidden one', () => {
    const stored = new Map([['x', { ...centre('x', 'b', 'closed'), generation: 2, pastHashes: ['a'] }]]);
    expect(
      invalidTransitions({ files: new Map([['x', centre('x', 'a')]]), stored, previousHashes: new Map() }),
    ).toEqual([]);
  });

  test('a centre without a file is named once, and not when its file is bad', () => {
    const sources = {
      files: centreFiles({ a: '1' }),
      stored: storedCentres({ a: '1', b: '1', c: '1' }),
      previousHashes: new Map(),
    };
    expect(orphanedCentres(sources, new Set(['c']))).toEqual(['b']);
  });
});

describe('what a file said before', () => {
  test('is the earliest that the store has not been told of', () => {
    const first = trackPreviousHashes(
      new Map(),
      centreFiles({ x: 'a', y: 'a' }),
      centreFiles({ x: 'b', y: 'a', z: 'a' }),
    );
    expect([...first]).toEqual([['x', 'a']]);
    const second = trackPreviousHashes(first, centreFiles({ x: 'b' }), centreFiles({ x: 'c' }));
    expect([...second]).toEqual([['x', 'a']]);
  });

  test('is forgotten when the store was told, unless the file changed meanwhile', () => {
    const written = centreFiles({ x: 'b', y: 'b' });
    const now = new Map(written).set('y', centre('y', 'c'));
    expect([
      ...dropWrittenHashes(
        new Map([
          ['x', 'a'],
          ['y', 'a'],
        ]),
        now,
        written,
      ),
    ]).toEqual([['y', 'a']]);
  });
});

test('replicas whose files come to the same end serve the same, and the store is told until they do', () => {
  const hash = fc.constantFrom('a', 'b', 'c');
  const run = fc.array(fc.tuple(fc.integer({ min: 0, max: 1 }), hash), { maxLength: 12 });
  fc.assert(
    fc.property(run, hash, (edits, last) => {
      const stored = new Map<string, Centre & FileVersion>();
      const replicas = [0, 1].map(() => ({
        files: new Map<string, Centre>(),
        previousHashes: new Map<string, string>(),
      }));
      const edit = (index: number, text: string) => {
        const replica = replicas[index]!;
        const next = centreFiles({ x: text });
        replica.previousHashes = trackPreviousHashes(replica.previousHashes, replica.files, next);
        replica.files = next;
        const known = stored.get('x');
        for (const file of pendingWrites({ ...replica, stored }).values()) {
          stored.set('x', {
            ...file,
            ...(nextGeneration(known, file.hash, replica.previousHashes.get('x')) as FileVersion),
          });
        }
        replica.previousHashes = dropWrittenHashes(replica.previousHashes, replica.files, next);
      };
      for (const [index, text] of edits) edit(index, text);
      // A mount that is new to all: nobody has left it behind.
      for (const index of [0, 1]) edit(index, `new ${last}`);
      for (const replica of replicas) {
        expect(resolveServedCentres({ ...replica, stored }).get('x')?.hash).toBe(`new ${last}`);
        expect(pendingWrites({ ...replica, stored }).size).toBe(0);
      }
    }),
  );
});
