import { hash } from 'node:crypto';

/**
 * Merkle trees as in RFC 9162, section 2.1, with SHA-256: roots, inclusion proofs and consistency proofs. RFC 6962 hashes
 * the same way. A tree is read through the hashes of its complete subtrees, which never change once they are complete.
 */

/** 32 bytes. */
export type Hash = Buffer;

/** The subtree of the 2^level leaves from index × 2^level on. */
export interface Subtree {
  level: number;
  index: number;
}

/** Returns the hash of a complete subtree. */
export type ReadSubtree = (subtree: Subtree) => Hash;

/** Leaves from `start`, without `end`. */
interface Range {
  start: number;
  end: number;
}

const LEAF_PREFIX = Buffer.of(0);
/** Prefix and two hashes; filled and read without a pause. */
const NODE = Buffer.alloc(65, 1);

export const sha256 = (data: Uint8Array): Hash => hash('sha256', data, 'buffer');

/** Hash of the tree without leaves. */
export const EMPTY_ROOT: Hash = sha256(Buffer.alloc(0));

export const hashLeaf = (data: Uint8Array): Hash => sha256(Buffer.concat([LEAF_PREFIX, data]));

export function hashNode(left: Uint8Array, right: Uint8Array): Hash {
  NODE.set(left, 1);
  NODE.set(right, 33);
  return sha256(NODE);
}

/** Returns the root of the first `size` leaves. */
export function computeRoot(size: number, read: ReadSubtree): Hash {
  return size === 0 ? EMPTY_ROOT : hashRange({ start: 0, end: size }, read);
}

/**
 * Returns the hashes that lead from a leaf to the root, the leaf's sibling first (RFC 9162, section 2.1.3.1).
 * @throws RangeError if the tree has no such leaf
 */
export function proveInclusion(leaf: number, size: number, read: ReadSubtree): Hash[] {
  if (!(leaf >= 0 && leaf < size)) throw new RangeError(`A tree of ${size} leaves has no leaf ${leaf}.`);
  const proof: Hash[] = [];
  let range: Range = { start: 0, end: size };
  while (range.end - range.start > 1) {
    const { left, right } = split(range);
    const isLeft = leaf < left.end;
    proof.push(hashRange(isLeft ? right : left, read));
    range = isLeft ? left : right;
  }
  return proof.reverse();
}

/**
 * Returns the hashes that show that the tree of `from` leaves is the beginning of the tree of `to` leaves (RFC 9162,
 * section 2.1.4.1).
 * @throws RangeError if `from` is not from 1 to `to`
 */
export function proveConsistency(from: number, to: number, read: ReadSubtree): Hash[] {
  if (!(from >= 1 && from <= to)) throw new RangeError(`A tree of ${to} leaves has no earlier tree of ${from}.`);
  const proof: Hash[] = [];
  let range: Range = { start: 0, end: to };
  // Whether the verifier knows the hash of the range: it is the root of the earlier tree.
  let isKnown = true;
  while (range.end !== from) {
    const { left, right } = split(range);
    const isLeft = from <= left.end;
    proof.push(hashRange(isLeft ? right : left, read));
    range = isLeft ? left : right;
    if (!isLeft) isKnown = false;
  }
  if (!isKnown) proof.push(hashRange(range, read));
  return proof.reverse();
}

/** Whether the proof leads from the hash of a leaf to the root (RFC 9162, section 2.1.3.2). */
export function isIncluded(
  leaf: { index: number; hash: Hash },
  tree: { size: number; root: Hash },
  proof: readonly Hash[],
): boolean {
  if (!(leaf.index >= 0 && leaf.index < tree.size)) return false;
  let { index, hash } = leaf;
  let last = tree.size - 1;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (index % 2 === 1 || index === last) {
      hash = hashNode(sibling, hash);
      // The node has no sibling on these levels.
      while (index % 2 === 0 && index !== 0) [index, last] = [half(index), half(last)];
    } else {
      hash = hashNode(hash, sibling);
    }
    [index, last] = [half(index), half(last)];
  }
  return last === 0 && hash.equals(tree.root);
}

/** Whether the proof shows that one tree is the beginning of the other (RFC 9162, section 2.1.4.2). */
export function isConsistent(
  from: { size: number; root: Hash },
  to: { size: number; root: Hash },
  proof: readonly Hash[],
): boolean {
  if (from.size === to.size) return proof.length === 0 && from.root.equals(to.root);
  if (!(from.size > 0 && from.size < to.size) || proof.length === 0) return false;
  // The root of a complete tree is its own first hash.
  const path = isPowerOfTwo(from.size) ? [from.root, ...proof] : [...proof];
  let [index, last] = [from.size - 1, to.size - 1];
  while (index % 2 === 1) [index, last] = [half(index), half(last)];
  let fromHash = path[0]!;
  let toHash = path[0]!;
  for (const sibling of path.slice(1)) {
    if (last === 0) return false;
    if (index % 2 === 1 || index === last) {
      fromHash = hashNode(sibling, fromHash);
      toHash = hashNode(sibling, toHash);
      while (index % 2 === 0 && index !== 0) [index, last] = [half(index), half(last)];
    } else {
      toHash = hashNode(toHash, sibling);
    }
    [index, last] = [half(index), half(last)];
  }
  return last === 0 && fromHash.equals(from.root) && toHash.equals(to.root);
}

function hashRange(range: Range, read: ReadSubtree): Hash {
  const size = range.end - range.start;
  // A range begins at a multiple of the largest power of two that is in it.
  if (isPowerOfTwo(size)) return read({ level: Math.log2(size), index: range.start / size });
  const { left, right } = split(range);
  return hashNode(hashRange(left, read), hashRange(right, read));
}

/** Splits at the largest power of two below the size. */
function split({ start, end }: Range): { left: Range; right: Range } {
  let size = 1;
  while (size * 2 < end - start) size *= 2;
  return { left: { start, end: start + size }, right: { start: start + size, end } };
}

const half = (value: number): number => Math.floor(value / 2);

/** Bit operators would end at 2^31. */
const isPowerOfTwo = (value: number): boolean => Number.isInteger(Math.log2(value)) && 2 ** Math.log2(value) === value;
