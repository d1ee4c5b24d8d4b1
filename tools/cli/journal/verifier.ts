import { createPublicKey, hash, verify } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

/**
 * Verifies a copy of the journal. It needs Node.js 24 and this file, nothing else of the platform:
 *   node verifier.ts <folder> --key <name+id+base64> [--checkpoint <file>]... [--committed <file>]
 * The journal is a Merkle tree (RFC 9162, section 2.1). The folder holds the files of c2sp.org/tlog-tiles:
 *   checkpoint            size and root of the tree, as a signed note (c2sp.org/tlog-checkpoint)
 *   tile/0/<N>            256 leaf hashes of 32 bytes; the last one has fewer, as tile/0/<N>.p/<width>
 *   tile/1/<N>, …         the roots of 256 hashes of the level below
 *   records/<N>           the entries of tile/0/<N>: each a length of two bytes, a salt of 16 bytes and a JSON text
 * The leaf of an entry is SHA-256(0x00 || SHA-256(salt || text)). A checkpoint that somebody else has kept, on a receipt or
 * from the topic cups.checkpoints, shows what the owner of the key rewrote. Files are read one by one: memory holds the
 * last number of each document, and what was found.
 */
/** Highest sequence that a service committed for a subject. */
export type SubjectCount = { source: string; subject: string; sequence: number };

/** Numbers of a subject. The name is that of its service and its own. */
type Range = { name: string; first: number; last: number };
/** The members of an entry that this program reads; an unreadable text has none. */
type Content = Partial<SubjectCount> & { verifier?: string; dismissed?: Range };
type Entry = { leaf: Buffer; text: string; content: Content };
type Rows<Row> = Generator<Row, undefined>;
/** Rows up to a size, from the start of a file on. */
type Part = { size: number; start?: number };
/** A signed note, and the IDs of the keys that signed it. */
type Checkpoint = { size: number; root: Buffer; signers: string[] };
const [WIDTH, HASH_BYTES, SALT_BYTES] = [256, 32, 16];
/** Findings that are printed, and altered entries that are compared one by one. */
const [MAX_LISTED, MAX_COMPARED] = [20, 100_000];

export const sha256 = (...parts: (Uint8Array | string)[]): Buffer =>
  hash('sha256', Buffer.concat(parts.map((part) => Buffer.from(part))), 'buffer');
export const hashNode = (left: Buffer, right: Buffer): Buffer => sha256(Buffer.of(1), left, right);

/** Root of hashes that are added one by one (RFC 9162, section 2.1.1). It keeps the roots of full subtrees, the largest first. */
class Tree {
  size = 0;
  readonly #subtrees: Buffer[] = [];
  add(node: Buffer): void {
    this.#subtrees.push(node);
    this.size += 1;
    for (let width = this.size; width % 2 === 0; width /= 2) {
      const [left, right] = this.#subtrees.splice(-2) as [Buffer, Buffer];
      this.#subtrees.push(hashNode(left, right));
    }
  }
  root(): Buffer {
    return this.size === 0 ? sha256() : this.#subtrees.reduceRight((right, left) => hashNode(left, right));
  }
}

/**
 * Returns a tile or bundle: the full one, otherwise the partial one of `width` rows, a wider one, which a copy of a running
 * journal has, or the widest of those below; undefined if absent.
 */
function readTile(folder: string, level: string, index: number, width: number): Buffer | undefined {
  let name = String(index % 1000).padStart(3, '0');
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000))
    name = `x${String(rest % 1000).padStart(3, '0')}/${name}`;
  const path = join(folder, level, name);
  if (existsSync(path)) return readFileSync(path);
  const widths = existsSync(`${path}.p`) ? readdirSync(`${path}.p`).map(Number) : [];
  const sorted = widths.filter((one) => one > 0 && one < WIDTH).sort((one, other) => one - other);
  const rows = sorted.find((one) => one >= width) ?? sorted.at(-1);
  return rows === undefined ? undefined : readFileSync(join(`${path}.p`, `${rows}`));
}

/** Yields the rows of a level, up to `size`. A missing file has none, and ends the rows of an unknown size. */
function* readRows<Row>(
  [folder, level]: readonly [string, string],
  { size, start = 0 }: Part,
  split: (tile: Buffer) => Row[],
): Rows<Row> {
  for (let index = start / WIDTH; index * WIDTH < size; index += 1) {
    const tile = readTile(folder, level, index, Math.min(WIDTH, size - index * WIDTH));
    if (!tile && size === Infinity) return;
    const rows = tile ? split(tile) : [];
    yield* rows.slice(0, size - index * WIDTH);
  }
}

const readHashes = (folder: string, level: number, size: number, start = 0): Rows<Buffer> =>
  readRows([folder, `tile/${level}`], { size, start }, (tile) => {
    const starts = Array.from({ length: Math.floor(tile.length / HASH_BYTES) }, (_, n) => n * HASH_BYTES);
    return starts.map((start) => tile.subarray(start, start + HASH_BYTES));
  });

export const readEntries = (folder: string, size: number, start = 0): Rows<Entry> =>
  readRows([folder, 'records'], { size, start }, (bundle) => {
    const entries: Entry[] = [];
    for (let at = 0; at + 2 <= bundle.length;) {
      const row = bundle.subarray(at + 2, at + 2 + bundle.readUInt16BE(at));
      const text = row.subarray(SALT_BYTES).toString();
      entries.push({ leaf: sha256(Buffer.of(0), sha256(row)), text, content: parseEntry(text) });
      at += 2 + bundle.readUInt16BE(at);
    }
    return entries;
  });

function parseEntry(text: string): Content {
  try {
    return Object(JSON.parse(text)) as Content;
  } catch {
    return {};
  }
}

/** Reads a key as c2sp.org/signed-note writes it. @throws Error if it is none */
export function parseKey(text: string): { name: string; id: string; bytes: Buffer } {
  const [name = '', id = '', encoded = ''] = text.trim().split(/\+([0-9a-f]{8})\+/);
  const bytes = Buffer.from(encoded, 'base64');
  const expected = sha256(`${name}\n`, bytes).subarray(0, 4).toString('hex');
  if (bytes.length !== 33 || bytes[0] !== 1 || id !== expected) throw new Error('A key has the form name+id+base64.');
  return { name, id, bytes: bytes.subarray(1) };
}

/** Reads a checkpoint and the keys that signed it. @throws Error if none of the keys did, or one of them signed another text */
export function parseCheckpoint(note: string, keys: readonly ReturnType<typeof parseKey>[]): Checkpoint {
  const end = note.lastIndexOf('\n\n') + 1;
  const [text, lines] = [note.slice(0, end), note.slice(end).trim().split('\n')];
  const signers = lines.flatMap((line) => {
    const [, name, encoded = ''] = line.split(' ');
    const signature = Buffer.from(encoded, 'base64');
    const key = keys.find((one) => one.name === name && one.id === signature.subarray(0, 4).toString('hex'));
    if (!key) return [];
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: key.bytes.toString('base64url') };
    if (!verify(null, Buffer.from(text), createPublicKey({ key: jwk, format: 'jwk' }), signature.subarray(4)))
      throw new Error(`The signature of ${key.name}+${key.id} does not fit the text.`);
    return [key.id];
  });
  if (signers.length === 0) throw new Error('None of the known keys signed it.');
  const [, size, root = ''] = text.split('\n');
  return { size: Number(size), root: Buffer.from(root, 'base64'), signers };
}

/** Says how the entries differ from the leaves that the checkpoint protects. Salts make each leaf unique. */
function compareEntries(folder: string, size: number): string[] {
  const keyOf = (leaf: Buffer | undefined): string => `${leaf?.toString('hex')}`;
  const open = () => [readHashes(folder, 0, size), readEntries(folder, size)] as const;
  /** Leaves without an entry so far, and entries without a leaf: in the end the lost and the foreign ones. */
  const [lost, foreign] = [new Set<string>(), new Set<string>()];
  for (const [hashes, records] = open(); lost.size + foreign.size < MAX_COMPARED;) {
    const [leaf, entry] = [hashes.next().value, records.next().value];
    if (!leaf && !entry) break;
    if (leaf && !foreign.delete(keyOf(leaf))) lost.add(keyOf(leaf));
    if (entry && !lost.delete(keyOf(entry.leaf))) foreign.add(keyOf(entry.leaf));
  }
  const [findings, moved, places]: [string[], [number, string][], Map<string, number>] = [[], [], new Map()];
  const [hashes, records] = open();
  let [leaf, entry] = [hashes.next().value, records.next().value];
  for (let place = 0; (leaf ?? entry) && findings.length + moved.length < MAX_COMPARED;) {
    const isSame = entry && leaf?.equals(entry.leaf);
    const isLost = !isSame && lost.has(keyOf(leaf));
    const isForeign = !isSame && foreign.has(keyOf(entry?.leaf));
    if (isLost && isForeign) findings.push(`entry-changed: entry ${place} was changed to ${entry?.text}`);
    else if (isLost) findings.push(`entry-deleted: entry ${place} was deleted`);
    else if (isForeign) findings.push(`entry-inserted: before entry ${place} was inserted ${entry?.text}`);
    else if (!isSame && places.set(keyOf(leaf), place)) moved.push([place, keyOf(entry?.leaf)]);
    if (!isForeign || isLost) [leaf, place] = [hashes.next().value, place + 1];
    if (!isLost || isForeign) entry = records.next().value;
  }
  for (const [place, key] of moved)
    findings.push(`entry-moved: in the place of entry ${place} is entry ${places.get(key) ?? 'none'}`);
  return leaf || entry ? [...findings, 'log-altered: the entries behind these were not compared'] : findings;
}

/** Compares the folder with its own checkpoint. @param areEntriesIntact whether the entries have its root */
function checkFolder(folder: string, { size, root }: Checkpoint, areEntriesIntact: boolean): string[] {
  const leaves = new Tree();
  for (const leaf of readHashes(folder, 0, size)) leaves.add(leaf);
  const areLeavesIntact = leaves.size === size && leaves.root().equals(root);
  if (areLeavesIntact) return [...(areEntriesIntact ? [] : compareEntries(folder, size)), ...checkLevels(folder, size)];
  if (areEntriesIntact) return ['tiles-altered: tiles of hashes were altered; all entries are intact'];
  const entries = readEntries(folder, size);
  const suspect = [...readHashes(folder, 1, Math.floor(size / WIDTH))].flatMap((stored, block) => {
    const tree = new Tree();
    for (let row; tree.size < WIDTH && (row = entries.next().value);) tree.add(row.leaf);
    return tree.root().equals(stored) ? [] : [`${block * WIDTH} to ${(block + 1) * WIDTH - 1}`];
  });
  const where = suspect.slice(0, MAX_LISTED).join(', ') || 'of any part';
  return [`log-altered: neither entries nor tiles have the root of the checkpoint; suspect are the entries ${where}`];
}

/** Compares each level of tiles with the one below it, which has the root of the checkpoint or was compared before. */
function checkLevels(folder: string, size: number): string[] {
  const findings: string[] = [];
  for (let level = 1, count = Math.floor(size / WIDTH); count > 0; level += 1, count = Math.floor(count / WIDTH)) {
    const [below, stored] = [readHashes(folder, level - 1, count * WIDTH), readHashes(folder, level, count)];
    for (let place = 0; place < count; place += 1) {
      const tree = new Tree();
      for (let row; tree.size < WIDTH && (row = below.next().value);) tree.add(row);
      if (!stored.next().value?.equals(tree.root()))
        findings.push(`tiles-altered: hash ${place} of tile/${level} is not that of the tile below it`);
    }
  }
  return findings;
}

/** Compares entries behind the checkpoint with their leaves, as far as these exist. A crash or a running journal leaves some. */
function checkBeyond(folder: string, size: number): string[] {
  const start = size - (size % WIDTH);
  const behind = <Row>(rows: Rows<Row>): Row[] => [...rows].slice(size - start);
  const leaves = behind(readHashes(folder, 0, Infinity, start));
  const entries = behind(readEntries(folder, Infinity, start));
  const changed = entries.flatMap(({ leaf, text }, at) =>
    leaves[at] && !leaves[at].equals(leaf) ? [`entry-changed: entry ${size + at} was changed to ${text}`] : [],
  );
  if (entries.length === 0) return [];
  return [...changed, `unsigned: ${entries.length} entries from ${size} on are behind the checkpoint`];
}

/** Compares the log with checkpoints that others kept. Each must be of a beginning of the log. @param roots by size */
function checkOutside(outside: readonly Checkpoint[], own: Checkpoint, roots: ReadonlyMap<number, Buffer>): string[] {
  let intact = 0;
  const sorted = outside.toSorted((one, other) => one.size - other.size);
  return sorted.flatMap(({ size, root }) => {
    if (size > own.size) return [`log-rolled-back: the log had ${size} entries, and has ${own.size}`];
    const isBeginning = roots.get(size)?.equals(root) === true;
    if (isBeginning) intact = size;
    return isBeginning ? [] : [`log-forked: the log was altered between the entries ${intact} and ${size - 1}`];
  });
}

/** Finds numbers that a subject lacks or has twice, and what an administrator dismissed after an investigation. */
class Sequences {
  readonly findings: string[] = [];
  /** Highest number of each subject, by a hash of its name. A Map has at most 16,777,216 members. */
  readonly #counts = Array.from({ length: 256 }, () => new Map<string, number>());
  readonly #gaps: Range[] = [];
  readonly #dismissed: Range[] = [];

  add({ source, subject, sequence = NaN, dismissed }: Content, index: number): void {
    const name = `${source} ${subject}`;
    if (source === 'journal' && dismissed) this.#dismissed.push(dismissed);
    if (!Number.isSafeInteger(sequence)) this.findings.push(`entry-unreadable: entry ${index} has no number`);
    else if (!this.raise(name, sequence, sequence - 1)) {
      const gap = this.#gaps.find((one) => one.name === name && one.first <= sequence && sequence <= one.last);
      if (!gap) return void this.findings.push(`entry-doubled: entry ${index} repeats an earlier one`);
      this.#gaps.push({ name, first: sequence + 1, last: gap.last });
      gap.last = sequence - 1;
    }
  }

  /** Raises the highest number of a subject, which should have all numbers up to `last`. @returns whether it was lower */
  raise(name: string, sequence: number, last = sequence): boolean {
    const id = sha256(name).toString('latin1', 0, 12);
    const counts = this.#counts[id.charCodeAt(0)]!;
    const count = counts.get(id) ?? 0;
    if (count < last) this.#gaps.push({ name, first: count + 1, last });
    if (count < sequence) counts.set(id, sequence);
    return count < sequence;
  }
  findMissing(): string[] {
    const open = this.#gaps.filter(({ first, last }) => first <= last);
    return open.map(({ name, first, last }) => {
      const by = this.#dismissed.find((one) => one.name === name && one.first <= first && last <= one.last);
      return `${by ? 'dismissed' : 'entry-missing'}: numbers ${first} to ${last} of ${name} are not in the log`;
    });
  }
}

/** Each checkpoint needs the signature of the key that the log names last before it. Its first entry names its first key. */
function checkKeys(checkpoints: readonly Checkpoint[], keys: readonly { size: number; id: string }[]): string[] {
  return checkpoints.flatMap(({ size, signers }) => {
    const id = keys.findLast((key) => key.size <= size)?.id;
    if (id === undefined) return size === 0 ? [] : ['key-missing: the log does not name its key'];
    return signers.includes(id) ? [] : [`key-replaced: the checkpoint of size ${size} is not signed by the key ${id}`];
  });
}

/** Findings that are no alteration. */
const NOTES = ['dismissed', 'unsigned'];
export const isIntact = (findings: readonly string[]): boolean =>
  findings.every((finding) => NOTES.some((note) => finding.startsWith(note)));

/**
 * Verifies a folder with the keys of its log. Returns what was altered, and missing entries that were dismissed.
 * @throws Error, one sentence, if the folder is no journal or a checkpoint has no valid signature
 */
export async function verifyJournal(
  folder: string,
  keys: readonly string[],
  given: { checkpoints?: readonly string[]; committed?: Iterable<SubjectCount> | AsyncIterable<SubjectCount> } = {},
): Promise<string[]> {
  if (!existsSync(join(folder, 'checkpoint'))) throw new Error(`${folder} is no journal: it has no file "checkpoint".`);
  const known = keys.map(parseKey);
  const own = parseCheckpoint(readFileSync(join(folder, 'checkpoint'), 'utf8'), known);
  const outside = (given.checkpoints ?? []).map((note) => parseCheckpoint(note, known));
  const roots = new Map(outside.map(({ size }) => [size, sha256()]));
  const [tree, sequences] = [new Tree(), new Sequences()];
  const named: { size: number; id: string }[] = [];
  for (const { leaf, content } of readEntries(folder, own.size)) {
    const { source, verifier } = content;
    sequences.add(content, tree.size);
    tree.add(leaf);
    if (source === 'journal' && verifier) named.push({ size: tree.size, id: parseKey(verifier).id });
    if (roots.has(tree.size)) roots.set(tree.size, tree.root());
  }
  for await (const { source, subject, sequence } of given.committed ?? [])
    sequences.raise(`${source} ${subject}`, sequence);
  return [
    ...checkFolder(folder, own, tree.size === own.size && tree.root().equals(own.root)),
    ...checkBeyond(folder, own.size),
    ...checkOutside(outside, own, roots),
    ...checkKeys([own, ...outside], named),
    ...sequences.findings,
    ...sequences.findMissing(),
  ];
}

/** Yields what services committed: a JSON object a line. */
export async function* readCommitted(file: string): AsyncGenerator<SubjectCount> {
  for await (const line of createInterface(createReadStream(file))) if (line) yield JSON.parse(line) as SubjectCount;
}

/** Runs the program. Returns the exit code: 0 intact, 1 altered, 2 not verified. */
async function main(): Promise<number> {
  try {
    const text = { type: 'string', multiple: true, default: [] as string[] } as const;
    const options = { key: text, checkpoint: text, committed: { type: 'string' } } as const;
    const { values, positionals } = parseArgs({ allowPositionals: true, options });
    const checkpoints = values.checkpoint.map((file) => readFileSync(file, 'utf8'));
    const committed = values.committed === undefined ? [] : readCommitted(values.committed);
    const findings = await verifyJournal(positionals[0] ?? '', values.key, { checkpoints, committed });
    console.log(isIntact(findings) ? 'The journal is intact.' : 'The journal was altered:');
    findings.slice(0, MAX_LISTED).forEach((finding) => console.log(finding));
    if (findings.length > MAX_LISTED) console.log(`… and ${findings.length - MAX_LISTED} more`);
    return isIntact(findings) ? 0 : 1;
  } catch (error) {
    console.error((error as Error).message);
    return 2;
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) process.exitCode = await main();
