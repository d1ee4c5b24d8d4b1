import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  computeRoot,
  EMPTY_ROOT,
  hashLeaf,
  hashNode,
  isConsistent,
  isIncluded,
  proveConsistency,
  proveInclusion,
} from '../src/log/merkle-tree.ts';
import type { Hash, ReadSubtree } from '../src/log/merkle-tree.ts';

/** Merkle trees against the published vectors of RFC 6962 implementations, and by properties. */

/** Leaves and roots of the Certificate Transparency reference implementation, which RFC 9162 keeps. */
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'].map(
  (hex) => Buffer.from(hex, 'hex'),
);
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

const readFrom =
  (leaves: readonly Hash[]): ReadSubtree =>
  ({ level, index }) =>
    level === 0
      ? leaves[index]!
      : hashNode(
          readFrom(leaves)({ level: level - 1, index: 2 * index }),
          readFrom(leaves)({ level: level - 1, index: 2 * index + 1 }),
        );
const leafHashes = (count: number): Hash[] =>
  Array.from({ length: count }, (_, n) => hashLeaf(Buffer.of(n % 256, n >> 8)));

describe('roots', () => {
  test('of the published leaves are the published ones', () => {
    const read = readFrom(LEAVES.map(hashLeaf));
    expect(ROOTS.map((_, n) => computeRoot(n + 1, read).toString('hex'))).toEqual(ROOTS);
  });

  test('of no leaves is the hash of nothing', () => {
    expect(EMPTY_ROOT.toString('hex')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });
});

/** A tree, an earlier size of it, and one of its leaves. */
const trees = fc
  .integer({ min: 1, max: 600 })
  .chain((size) => fc.tuple(fc.constant(size), fc.integer({ min: 1, max: size }), fc.nat(size - 1)));

describe('proofs', () => {
  test('of published trees are the published ones', () => {
    const read = readFrom(LEAVES.map(hashLeaf));
    const hex = (proof: Hash[]) => proof.map((hash) => hash.toString('hex'));
    expect(hex(proveInclusion(5, 8, read))).toEqual([
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ]);
    expect(hex(proveConsistency(6, 8, read))).toEqual([
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ]);
  });

  test('verify for every leaf and every earlier tree', () => {
    fc.assert(
      fc.property(trees, ([size, from, leaf]) => {
        const hashes = leafHashes(size);
        const read = readFrom(hashes);
        const root = computeRoot(size, read);
        expect(isIncluded({ index: leaf, hash: hashes[leaf]! }, { size, root }, proveInclusion(leaf, size, read))).toBe(
          true,
        );
        const earlier = { size: from, root: computeRoot(from, read) };
        expect(isConsistent(earlier, { size, root }, from === size ? [] : proveConsistency(from, size, read))).toBe(
          true,
        );
      }),
      { numRuns: 100 },
    );
  });

  test('do not verify with a changed hash, another leaf, another size, or a hash more or less', () => {
    fc.assert(
      fc.property(trees, fc.nat(), ([size, from, leaf], seed) => {
        const hashes = leafHashes(size);
        const read = readFrom(hashes);
        const root = computeRoot(size, read);
        const inclusion = proveInclusion(leaf, size, read);
        const isLeaf = (index: number, hash: Hash, proof: Hash[]) => isIncluded({ index, hash }, { size, root }, proof);
        expect(isLeaf(leaf, hashLeaf(Buffer.from('other')), inclusion)).toBe(false);
        expect(isLeaf(leaf, hashes[leaf]!, [...inclusion, EMPTY_ROOT])).toBe(false);
        if (size > 1) {
          expect(isLeaf((leaf + 1) % size, hashes[leaf]!, inclusion)).toBe(false);
          expect(isLeaf(leaf, hashes[leaf]!, inclusion.slice(1))).toBe(false);
          expect(isLeaf(leaf, hashes[leaf]!, change(inclusion, seed))).toBe(false);
        }
        if (from === size) return;
        const earlier = { size: from, root: computeRoot(from, read) };
        const consistency = proveConsistency(from, size, read);
        expect(isConsistent(earlier, { size, root }, change(consistency, seed))).toBe(false);
        expect(isConsistent(earlier, { size, root }, consistency.slice(1))).toBe(false);
        expect(isConsistent(earlier, { size, root }, [...consistency, EMPTY_ROOT])).toBe(false);
        expect(isConsistent({ ...earlier, root: EMPTY_ROOT }, { size, root }, consistency)).toBe(false);
      }),
      { numRuns: 100 },
    );
  });
});

/** Returns the proof with one changed bit. */
function change(proof: readonly Hash[], seed: number): Hash[] {
  const at = seed % proof.length;
  return proof.map((hash, n) => {
    const copy = Buffer.from(hash);
    if (n === at) copy[seed % copy.length]! ^= 1;
    return copy;
  });
}
