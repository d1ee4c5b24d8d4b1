import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { nextGeneration } from '../src/domain/centres.ts';
import type { Centre, FileVersion } from '../src/domain/centres.ts';
import type { CentreStatus } from '../src/domain/centre-lifecycle.ts';
import {
  areSameCentres,
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
/** File `x: a` has hash a; stored `x: b a` has the current hash b and the previous hash a. */
const centreFiles = (files: Record<string, string>) =>
  new Map(Object.entries(files).map(([code, hash]) => [code, centre(code, hash)]));
const storedCentres = (stored: Record<string, string>) =>
  new Map(
    Object.entries(stored).map(([code, hashes]) => {
      const [hash = '', ...pastHashes] = hashes.split(' ');
      return [code, { ...centre(code, hash), generation: pastHashes.length + 1, pastHashes }];
    }),
  );

describe('reconciliation of files and store', () => {
  test.each<[string, Record<string, string>, Record<string, string>, Record<string, string>, string, boolean]>([
    ['serves and writes a new file', { x: 'a' }, {}, {}, 'a', true],
    ['serves a stored file', { x: 'a' }, { x: 'a' }, {}, 'a', false],
    ['serves and writes a newer file', { x: 'b' }, { x: 'a' }, {}, 'b', true],
    ['ignores a file of a lagging mount', { x: 'a' }, { x: 'b a' }, {}, 'b', false],
    ['serves and writes a reverted file', { x: 'a' }, { x: 'b a' }, { x: 'b' }, 'a', true],
    ['ignores a file reverted from an outdated version', { x: 'a' }, { x: 'c b a' }, { x: 'b' }, 'c', false],
    ['serves a stored centre without a file', {}, { x: 'a' }, {}, 'a', false],
  ])('%s', (_what, files, stored, before, served, isPending) => {
    const sources = {
      files: centreFiles(files),
      stored: storedCentres(stored),
      previousHashes: new Map(Object.entries(before)),
    };
    expect(resolveServedCentres(sources).get('x')?.hash).toBe(served);
    expect([...pendingWrites(sources).keys()]).toEqual(isPending ? ['x'] : []);
  });

  test('serves the same centres until a file or a stored centre changes', () => {
    const files = centreFiles({ a: '1', b: '1' });
    const serve = (stored: Record<string, string>, from = files) =>
      resolveServedCentres({ files: from, stored: storedCentres(stored), previousHashes: new Map() });
    const served = serve({});
    // Each read of the store creates new objects.
    expect(areSameCentres(serve({ a: '1', b: '1' }), served)).toBe(true);
    expect(areSameCentres(serve({ a: '2 1', b: '1' }), served)).toBe(false);
    expect(areSameCentres(serve({ c: '1' }), served)).toBe(false);
    expect(areSameCentres(serve({}, new Map([...files].slice(1))), served)).toBe(false);
  });

  test('serves centres in code order', () => {
    const sources = {
      files: centreFiles({ c: '1', a: '1' }),
      stored: storedCentres({ b: '1', a: '1' }),
      previousHashes: new Map(),
    };
    expect([...resolveServedCentres(sources).keys()]).toEqual(['a', 'b', 'c']);
  });

  test.each<[string, CentreStatus, CentreStatus, string]>([
    ['rejects a file that reopens a closed centre', 'closed', 'active', 'old'],
    ['rejects a file that returns an open centre to planned', 'active', 'planned', 'old'],
    ['accepts a file that closes an active centre, after an unseen pause', 'active', 'closed', 'new'],
  ])('%s', (_what, from, to, served) => {
    const stored = new Map([['x', { ...centre('x', 'old', from), generation: 1, pastHashes: [] }]]);
    const sources = {
      files: new Map([['x', centre('x', 'new', to)]]),
      stored,
      previousHashes: new Map([['x', 'old']]),
    };
    expect(resolveServedCentres(sources).get('x')?.hash).toBe(served);
    expect([...pendingWrites(sources).keys()]).toEqual(served === 'new' ? ['x'] : []);
    expect(invalidTransitions(sources)).toEqual(served === 'new' ? [] : [{ code: 'x', from, to }]);
  });

  test('reports no invalid transition for a lagging mount', () => {
    const stored = new Map([['x', { ...centre('x', 'b', 'closed'), generation: 2, pastHashes: ['a'] }]]);
    expect(
      invalidTransitions({ files: new Map([['x', centre('x', 'a')]]), stored, previousHashes: new Map() }),
    ).toEqual([]);
  });

  test('reports centres without a file, but not those with an invalid file', () => {
    const sources = {
      files: centreFiles({ a: '1' }),
      stored: storedCentres({ a: '1', b: '1', c: '1' }),
      previousHashes: new Map(),
    };
    expect(orphanedCentres(sources, new Set(['c']))).toEqual(['b']);
  });
});

describe('previous hashes', () => {
  test('keep the earliest hash that is not yet written', () => {
    const first = trackPreviousHashes(
      new Map(),
      centreFiles({ x: 'a', y: 'a' }),
      centreFiles({ x: 'b', y: 'a', z: 'a' }),
    );
    expect([...first]).toEqual([['x', 'a']]);
    const second = trackPreviousHashes(first, centreFiles({ x: 'b' }), centreFiles({ x: 'c' }));
    expect([...second]).toEqual([['x', 'a']]);
  });

  test('are dropped after a write, unless the file changed during it', () => {
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

test('replicas converge when their files do', () => {
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
      // A final version that no replica has seen before.
      for (const index of [0, 1]) edit(index, `new ${last}`);
      for (const replica of replicas) {
        expect(resolveServedCentres({ ...replica, stored }).get('x')?.hash).toBe(`new ${last}`);
        expect(pendingWrites({ ...replica, stored }).size).toBe(0);
      }
    }),
  );
});
