import { createHash, createPublicKey, verify } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

/**
 * Verifies a copy of the journal. It needs Node.js 24 and this file, nothing else of the platform:
 *
 *   node verifier.ts <folder> --key <name+id+base64> [--checkpoint <file>]... [--committed <file>]
 *
 * The journal is a Merkle tree (RFC 9162, section 2.1). The folder holds the files of c2sp.org/tlog-tiles:
 *
 *   checkpoint            size and root of the tree, as a signed note (c2sp.org/tlog-checkpoint)
 *   tile/0/<N>            256 leaf hashes of 32 bytes; the last one has fewer, as tile/0/<N>.p/<width>
 *   tile/1/<N>, …         the roots of 256 hashes of the level below
 *   records/<N>           the entries of tile/0/<N>: each a length of two bytes, a salt of 16 bytes and a JSON text
 *
 * The leaf of an entry is SHA-256(0x00 || SHA-256(salt || text)). A checkpoint that somebody else has kept, on a receipt or
 * from the topic cups.checkpoints, shows what the owner of the key rewrote.
 */

interface Checkpoint {
  size: number;
  root: Buffer;
  /** IDs of the keys that signed it. */
  signers: string[];
}

interface Key {
  name: string;
  id: string;
  bytes: Buffer;
}

interface Entry {
  leaf: Buffer;
  text: string;
  /** The members that this program reads; an unreadable text has none. */
  content: Partial<SubjectCount> & { verifier?: string };
}

/** Highest sequence that a service committed for a subject. */
interface SubjectCount {
  source: string;
  subject: string;
  sequence: number;
}

const WIDTH = 256;
const HASH_BYTES = 32;
const SALT_BYTES = 16;
const MAX_LISTED = 20;

export const sha256 = (...parts: (Uint8Array | string)[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
export const hashNode = (left: Buffer, right: Buffer): Buffer => sha256(Buffer.of(1), left, right);

/** Returns the root of hashes (RFC 9162, section 2.1.1). A node without sibling moves up a level unchanged. */
function computeRoot(hashes: readonly Buffer[]): Buffer {
  if (hashes.length === 0) return sha256();
  let level = [...hashes];
  while (level.length > 1) {
    const next: Buffer[] = [];
    for (let at = 0; at < level.length; at += 2)
      next.push(at + 1 < level.length ? hashNode(level[at]!, level[at + 1]!) : level[at]!);
    level = next;
  }
  return level[0]!;
}

/** Returns a tile or bundle: the full one, otherwise the widest partial one of at most `width` rows; undefined if absent. */
function readTile(folder: string, level: string, index: number, width: number): Buffer | undefined {
  let name = String(index % 1000).padStart(3, '0');
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000))
    name = `x${String(rest % 1000).padStart(3, '0')}/${name}`;
  const path = join(folder, level, name);
  for (const file of [path, ...Array.from({ length: width }, (_, n) => join(`${path}.p`, String(width - n)))])
    if (existsSync(file)) return readFileSync(file);
  return undefined;
}

/** Returns rows of a level, up to `size` or the first missing file. */
function readRows<Row>(folder: string, level: string, size: number, split: (tile: Buffer) => Row[]): Row[] {
  const rows: Row[] = [];
  for (let index = 0; index * WIDTH < size; index += 1) {
    const tile = readTile(folder, level, index, Math.min(WIDTH, size - index * WIDTH));
    if (!tile) break;
    const found = split(tile);
    for (const row of found.slice(0, size - index * WIDTH)) rows.push(row);
    if (found.length < WIDTH) break;
  }
  return rows;
}

const splitHashes = (tile: Buffer): Buffer[] =>
  Array.from({ length: Math.floor(tile.length / HASH_BYTES) }, (_, n) =>
    tile.subarray(n * HASH_BYTES, (n + 1) * HASH_BYTES),
  );

function splitEntries(bundle: Buffer): Entry[] {
  const entries: Entry[] = [];
  for (let at = 0; at + 2 <= bundle.length;) {
    const end = at + 2 + bundle.readUInt16BE(at);
    const row = bundle.subarray(at + 2, end);
    const text = row.subarray(SALT_BYTES).toString();
    entries.push({ leaf: sha256(Buffer.of(0), sha256(row)), text, content: parseEntry(text) });
    at = end;
  }
  return entries;
}

function parseEntry(text: string): Entry['content'] {
  try {
    return Object(JSON.parse(text)) as Entry['content'];
  } catch {
    return {};
  }
}

/** Reads a key as c2sp.org/signed-note writes it. @throws Error if it is none */
export function parseKey(text: string): Key {
  const [name = '', id = '', encoded = ''] = text.trim().split(/\+([0-9a-f]{8})\+/);
  const bytes = Buffer.from(encoded, 'base64');
  const expected = sha256(`${name}\n`, bytes).subarray(0, 4).toString('hex');
  if (bytes.length !== 33 || bytes[0] !== 1 || id !== expected) throw new Error('A key has the form name+id+base64.');
  return { name, id, bytes: bytes.subarray(1) };
}

/** Reads a checkpoint and the keys that signed it. @throws Error if none of the keys did, or one of them signed another text */
export function parseCheckpoint(note: string, keys: readonly Key[]): Checkpoint {
  const end = note.lastIndexOf('\n\n') + 1;
  const text = note.slice(0, end);
  const signers: string[] = [];
  for (const line of note
    .slice(end + 1)
    .trim()
    .split('\n')) {
    const [, name, encoded = ''] = line.split(' ');
    const signature = Buffer.from(encoded, 'base64');
    const key = keys.find((one) => one.name === name && one.id === signature.subarray(0, 4).toString('hex'));
    if (!key) continue;
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: key.bytes.toString('base64url') };
    const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
    if (!verify(null, Buffer.from(text), publicKey, signature.subarray(4)))
      throw new Error(`The signature of ${key.name}+${key.id} does not fit the text.`);
    signers.push(key.id);
  }
  if (signers.length === 0) throw new Error('None of the known keys signed it.');
  const [, size, root = ''] = text.split('\n');
  return { size: Number(size), root: Buffer.from(root, 'base64'), signers };
}

/** Says how the entries differ from the leaves that the checkpoint protects. Salts make each leaf unique. */
function compareEntries(entries: readonly Entry[], leaves: readonly Buffer[]): string[] {
  const keyOf = (leaf: Buffer): string => leaf.toString('base64');
  const places = new Map(leaves.map((leaf, index) => [keyOf(leaf), index]));
  const present = new Set(entries.map(({ leaf }) => keyOf(leaf)));
  const findings: string[] = [];
  let [place, at] = [0, 0];
  while (place < leaves.length || at < entries.length) {
    const [leaf, entry] = [leaves[place], entries[at]];
    const origin = entry && places.get(keyOf(entry.leaf));
    const isLost = leaf !== undefined && !present.has(keyOf(leaf));
    const isForeign = entry !== undefined && origin === undefined;
    if (isLost && isForeign) findings.push(`entry-changed: entry ${place} was changed to ${entry.text}`);
    else if (isLost) findings.push(`entry-deleted: entry ${place} was deleted`);
    else if (isForeign) findings.push(`entry-inserted: before entry ${place} was inserted ${entry.text}`);
    else if (origin !== place)
      findings.push(`entry-moved: in the place of entry ${place} is entry ${origin ?? 'none'}`);
    if (!isForeign || isLost) place += 1;
    if (!isLost || isForeign) at += 1;
  }
  return findings;
}

/** Compares the folder with its own checkpoint. */
function checkFolder(folder: string, { size, root }: Checkpoint, entries: readonly Entry[]): string[] {
  const leaves = readRows(folder, 'tile/0', size, splitHashes);
  const areLeavesIntact = leaves.length === size && computeRoot(leaves).equals(root);
  const areEntriesIntact = entries.length === size && computeRoot(entries.map(({ leaf }) => leaf)).equals(root);
  if (areLeavesIntact) return areEntriesIntact ? [] : compareEntries(entries, leaves);
  if (areEntriesIntact) return ['tiles-altered: tiles of hashes were altered; all entries are intact'];
  const suspect = readRows(folder, 'tile/1', Math.floor(size / WIDTH), splitHashes).flatMap((stored, block) => {
    const part = entries.slice(block * WIDTH, (block + 1) * WIDTH).map(({ leaf }) => leaf);
    return computeRoot(part).equals(stored) ? [] : [`${block * WIDTH} to ${(block + 1) * WIDTH - 1}`];
  });
  const where = suspect.length > 0 ? `suspect are the entries ${suspect.join(', ')}` : 'no part shows where';
  return [`log-altered: neither entries nor tiles have the root of the checkpoint; ${where}`];
}

/** Compares the folder with checkpoints that others kept. Each must be of a beginning of the log. */
function checkOutside(outside: readonly Checkpoint[], own: Checkpoint, entries: readonly Entry[]): string[] {
  const leaves = entries.map(({ leaf }) => leaf);
  let intact = 0;
  return [...outside]
    .sort((one, other) => one.size - other.size)
    .flatMap(({ size, root }) => {
      if (size > own.size) return [`log-rolled-back: the log had ${size} entries, and has ${own.size}`];
      const isBeginning = computeRoot(leaves.slice(0, size)).equals(root);
      if (isBeginning) intact = size;
      return isBeginning ? [] : [`log-forked: the log was altered between the entries ${intact} and ${size - 1}`];
    });
}

/** Finds numbers that a subject lacks or has twice, in the log and compared with what the services committed. */
function checkSequences(entries: readonly Entry[], committed: readonly SubjectCount[]): string[] {
  const findings: string[] = [];
  const numbers = new Map<string, Set<number>>();
  const numbersOf = ({ source, subject }: Partial<SubjectCount>): Set<number> => {
    const known = numbers.get(`${source} ${subject}`) ?? new Set();
    numbers.set(`${source} ${subject}`, known);
    return known;
  };
  entries.forEach(({ content }, index) => {
    const { sequence = NaN } = content;
    if (!Number.isSafeInteger(sequence)) return findings.push(`entry-unreadable: entry ${index} has no number`);
    if (numbersOf(content).has(sequence)) findings.push(`entry-doubled: entry ${index} repeats an earlier one`);
    return numbersOf(content).add(sequence);
  });
  for (const one of committed) {
    const known = numbersOf(one);
    if (![...known].some((number) => number > one.sequence)) known.add(one.sequence + 1);
  }
  for (const [name, known] of numbers) {
    const sorted = [...known].sort((one, other) => one - other);
    sorted.forEach((number, n) => {
      const first = (sorted[n - 1] ?? 0) + 1;
      if (first < number)
        findings.push(`entry-missing: numbers ${first} to ${number - 1} of ${name} are not in the log`);
    });
  }
  return findings;
}

/** Each checkpoint needs the signature of the key that the log names last before it. Its first entry names its first key. */
function checkKeys(checkpoints: readonly Checkpoint[], entries: readonly Entry[]): string[] {
  return checkpoints.flatMap(({ size, signers }) => {
    const named = entries.slice(0, size).findLast(({ content }) => content.source === 'journal' && content.verifier);
    if (!named) return size === 0 ? [] : ['key-missing: the log does not name its key'];
    const { id } = parseKey(named.content.verifier ?? '');
    return signers.includes(id) ? [] : [`key-replaced: the checkpoint of size ${size} is not signed by the key ${id}`];
  });
}

/**
 * Verifies a folder. Returns what was altered, each with a code before it; an empty list if the journal is intact.
 * @param keys of the log, as name+id+base64
 * @param checkpoints signed notes that others kept
 * @param committed what the services committed, to find entries that never arrived
 * @throws Error, one sentence, if the folder is no journal or a checkpoint has no valid signature
 */
export function verifyJournal(
  folder: string,
  keys: readonly string[],
  { checkpoints = [], committed = [] }: { checkpoints?: readonly string[]; committed?: readonly SubjectCount[] } = {},
): string[] {
  if (!existsSync(join(folder, 'checkpoint'))) throw new Error(`${folder} is no journal: it has no file "checkpoint".`);
  const known = keys.map(parseKey);
  const own = parseCheckpoint(readFileSync(join(folder, 'checkpoint'), 'utf8'), known);
  const outside = checkpoints.map((note) => parseCheckpoint(note, known));
  const entries = readRows(folder, 'records', own.size, splitEntries);
  return [
    ...checkFolder(folder, own, entries),
    ...checkOutside(outside, own, entries),
    ...checkKeys([own, ...outside], entries),
    ...checkSequences(entries, committed),
  ];
}

/** Runs the program. Returns the exit code: 0 intact, 1 altered, 2 not verified. */
function main(): number {
  try {
    const text = { type: 'string', multiple: true, default: [] as string[] } as const;
    const options = { key: text, checkpoint: text, committed: text };
    const { values, positionals } = parseArgs({ allowPositionals: true, options });
    const read = (file: string): string => readFileSync(file, 'utf8');
    const lines = values.committed.flatMap((file) => read(file).trim().split('\n'));
    const committed = lines.map((line) => JSON.parse(line) as SubjectCount);
    const checkpoints = values.checkpoint.map(read);
    const findings = verifyJournal(positionals[0] ?? '', values.key, { checkpoints, committed });
    console.log(findings.length === 0 ? 'The journal is intact.' : 'The journal was altered:');
    for (const finding of findings.slice(0, MAX_LISTED)) console.log(finding);
    if (findings.length > MAX_LISTED) console.log(`… and ${findings.length - MAX_LISTED} more`);
    return findings.length === 0 ? 0 : 1;
  } catch (error) {
    console.error((error as Error).message);
    return 2;
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) process.exitCode = main();
