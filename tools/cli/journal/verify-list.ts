import { createHash } from 'node:crypto';
import { CommandError } from '../errors.ts';
import { hashNode, parseCheckpoint, parseKey, sha256 } from './verifier.ts';

/** Entries about one application with their proofs, as the desk saves them beside a printed access list. */
interface ListFile {
  /** applications/{id} */
  application: string;
  pages: {
    /** Signed note to which the proofs of the page lead. */
    checkpoint: string;
    entries: ListedEntry[];
  }[];
}

interface ListedEntry {
  /** Position in the log, from 0. */
  index: number;
  text: string;
  /** Base64. */
  salt: string;
  /** Hashes from the leaf to the root, base64. */
  proof: string[];
}

export interface ListVerification {
  entries: number;
  /** SHA-256 of the file, as the printed list names it. */
  sha256: string;
  findings: string[];
}

/**
 * Verifies that the log of the signed checkpoint has each entry of a list, and that all are of its application.
 * @param keys as name+id+base64
 * @throws CommandError for a file that is no list or was signed by no given key
 */
export function verifyList(bytes: Buffer, keys: readonly string[]): ListVerification {
  const known = keys.map(parseKey);
  const { application, pages } = parseList(bytes);
  const findings = pages.flatMap(({ checkpoint, entries }) => {
    const tree = parseCheckpoint(checkpoint, known);
    return entries.flatMap((entry) => checkEntry(entry, tree, application));
  });
  const count = pages.reduce((sum, { entries }) => sum + entries.length, 0);
  return { entries: count, sha256: createHash('sha256').update(bytes).digest('hex'), findings };
}

function parseList(bytes: Buffer): ListFile {
  try {
    const list = JSON.parse(bytes.toString()) as ListFile;
    if (typeof list.application === 'string' && list.pages.every(({ entries }) => Array.isArray(entries))) return list;
  } catch {
    // The same sentence as for other JSON.
  }
  throw new CommandError('The file is no access list: it has no application and pages.');
}

function checkEntry(entry: ListedEntry, tree: { size: number; root: Buffer }, application: string): string[] {
  const { index, text, salt, proof } = entry;
  const leaf = sha256(Buffer.of(0), sha256(Buffer.from(salt, 'base64'), text));
  const hashes = proof.map((hash) => Buffer.from(hash, 'base64'));
  if (!isIncluded({ index, leaf }, tree, hashes))
    return [`entry-changed: the journal has no such entry ${index}: ${text}`];
  const { resource } = JSON.parse(text) as { resource?: string };
  return resource === application ? [] : [`entry-foreign: entry ${index} is about ${resource}`];
}

/** Whether the proof leads from a leaf to the root (RFC 9162, section 2.1.3.2). */
function isIncluded(
  { index, leaf }: { index: number; leaf: Buffer },
  { size, root }: { size: number; root: Buffer },
  proof: readonly Buffer[],
): boolean {
  let [node, last, hash] = [index, size - 1, leaf];
  if (!(node >= 0 && node <= last)) return false;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      hash = hashNode(sibling, hash);
      // On these levels the node has no sibling.
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)];
    } else {
      hash = hashNode(hash, sibling);
    }
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 && hash.equals(root);
}
