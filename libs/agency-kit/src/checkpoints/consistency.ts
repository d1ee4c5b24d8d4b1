import { createHash } from 'node:crypto';

/** Size and root hash of a Merkle tree. */
export interface Tree {
  size: number;
  /** SHA-256, 32 bytes. */
  root: Buffer;
}

const hashChildren = (left: Buffer, right: Buffer): Buffer =>
  createHash('sha256').update(Buffer.of(1)).update(left).update(right).digest();

/**
 * Returns whether a proof shows that the larger tree begins with the smaller one (RFC 9162, section 2.1.4.2). Equal
 * sizes need equal roots, and an empty tree begins every tree; both have an empty proof.
 */
export function isConsistent(smaller: Tree, larger: Tree, proof: readonly Buffer[]): boolean {
  if (smaller.size > larger.size) return false;
  if (smaller.size === larger.size) return proof.length === 0 && smaller.root.equals(larger.root);
  if (smaller.size === 0) return proof.length === 0;
  // A complete tree is a node of the larger one, so its root is not part of the proof.
  const path = Number.isInteger(Math.log2(smaller.size)) ? [smaller.root, ...proof] : [...proof];
  const [seed, ...rest] = path;
  if (!seed) return false;
  let [node, last] = [smaller.size - 1, larger.size - 1];
  for (; node % 2 === 1; last = half(last)) node = half(node);
  let [smallerRoot, largerRoot] = [seed, seed];
  for (const hash of rest) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      smallerRoot = hashChildren(hash, smallerRoot);
      largerRoot = hashChildren(hash, largerRoot);
      for (; node % 2 === 0 && node !== 0; last = half(last)) node = half(node);
    } else largerRoot = hashChildren(largerRoot, hash);
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && smallerRoot.equals(smaller.root) && largerRoot.equals(larger.root);
}

const half = (index: number): number => Math.floor(index / 2);
