import { readFileSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openCheckpoint, signCheckpoint } from './checkpoint.ts';
import type { Checkpoint } from './checkpoint.ts';
import { createFolder, writeDurably } from './durable-files.ts';
import { EntriesAltered, EXIT, LogRefused } from './log-refused.ts';
import { computeRoot, hashLeaf, isIncluded, proveConsistency, proveInclusion, sha256 } from './merkle-tree.ts';
import type { Hash, ReadSubtree } from './merkle-tree.ts';
import { splitBundle, toBundle } from './record-bundle.ts';
import type { NoteSigner, NoteVerifier } from './signed-note.ts';
import {
  combine,
  countHashes,
  createSubtreeReader,
  findTiles,
  formatTilePath,
  HASH_BYTES,
  TILE_WIDTH,
} from './tiles.ts';
import type { Tile } from './tiles.ts';

/**
 * The log as files: public tiles of hashes (`tile/`), private bundles of records (`records/`), and the newest signed
 * checkpoint (`checkpoint`). A record is salt and entry; its leaf in the tree is its SHA-256, so that tiles reveal
 * nothing. Whatever an append writes lies beyond the checkpoint until a rename replaces it: a crash leaves the former
 * log. A record is compared with its leaf whenever it is read, and an append never extends altered files.
 */

const CHECKPOINT_FILE = 'checkpoint';
/** Maximum number of records of one append, so that an opening log finds what a crash left. */
export const MAX_APPENDED = 1_000;

export interface LogFolderOptions {
  folder: string;
  /** Name of the log. */
  origin: string;
  /** Returns the keys whose checkpoint is accepted. */
  verifiers: () => readonly NoteVerifier[];
}

/** A bundle of records, compared with its leaves. */
export interface CheckedBundle {
  records: Buffer[];
  /** Positions whose record is absent or another, and the position behind the bundle if it has more than its records. */
  altered: number[];
}

interface Snapshot {
  note: string;
  checkpoint: Checkpoint;
}

export class LogFolder {
  readonly #options: LogFolderOptions;
  #snapshot: Snapshot | undefined;
  #read: ReadSubtree;

  /** The log is empty until it is reloaded. */
  constructor(options: LogFolderOptions) {
    this.#options = options;
    this.#read = this.#createReader(0);
  }

  /**
   * Opens the log of a folder; without a checkpoint it is empty.
   * @throws LogRefused if no known key signed its checkpoint, its tiles have another root, or its last records were altered
   */
  static async open(options: LogFolderOptions): Promise<LogFolder> {
    await createFolder(options.folder);
    const log = new LogFolder(options);
    await log.reload();
    return log;
  }

  /** The newest checkpoint, a signed note; undefined before the first append. */
  get note(): string | undefined {
    return this.#snapshot?.note;
  }

  get checkpoint(): Checkpoint | undefined {
    return this.#snapshot?.checkpoint;
  }

  get size(): number {
    return this.#snapshot?.checkpoint.size ?? 0;
  }

  /** Reads the checkpoint of the folder, as after a failed append. @throws LogRefused as `open` */
  async reload(): Promise<void> {
    const { folder, origin, verifiers } = this.#options;
    const note = await readFile(join(folder, CHECKPOINT_FILE), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return undefined;
    });
    this.#snapshot = note === undefined ? undefined : { note, checkpoint: openOwn(note, origin, verifiers()) };
    this.#read = this.#createReader(this.size);
    if (!this.isRootIntact()) throw tilesAltered();
    this.#assertTailIntact();
    await this.#removeSuperseded(Math.max(0, this.size - MAX_APPENDED));
  }

  /**
   * Appends at most 1,000 records and signs the new checkpoint. They are durable when it resolves. After a failure the
   * log must be reloaded: the new checkpoint may be stored.
   * @throws RangeError for a record of more than 65,535 bytes, before anything is written
   * @throws LogRefused if the files that it extends were altered, before anything is signed
   */
  async append(records: readonly Buffer[], signing: { signers: readonly NoteSigner[]; time: Date }): Promise<void> {
    const [from, size] = [this.size, this.size + records.length];
    this.#assertTailIntact();
    await this.#appendRows(
      'records',
      from,
      records.map((record) => toBundle([record])),
    );
    await this.#appendHashes(
      from,
      size,
      records.map((record) => hashLeaf(sha256(record))),
    );
    const read = this.#createReader(size);
    if (this.#snapshot && !computeRoot(from, read).equals(this.#snapshot.checkpoint.root)) throw tilesAltered();
    const checkpoint = { origin: this.#options.origin, size, root: computeRoot(size, read), time: signing.time };
    const note = signCheckpoint(checkpoint, signing.signers);
    await writeDurably(join(this.#options.folder, CHECKPOINT_FILE), note);
    this.#snapshot = { note, checkpoint };
    this.#read = read;
    await this.#removeSuperseded(from);
  }

  /** Returns the root of the first records. @throws RangeError if the log has fewer */
  rootAt(size: number): Hash {
    this.#assertSize(size);
    return computeRoot(size, this.#read);
  }

  /** Returns the proof that the log of the newest checkpoint has a record. @throws RangeError if it does not */
  proveInclusion(index: number): Hash[] {
    return proveInclusion(index, this.size, this.#read);
  }

  /** Returns the proof that a log begins with a smaller one. @throws RangeError unless 1 ≤ from ≤ to ≤ size */
  proveConsistency(from: number, to: number): Hash[] {
    this.#assertSize(to);
    return proveConsistency(from, to, this.#read);
  }

  /**
   * Returns a record.
   * @throws RangeError if the log does not have it, EntriesAltered if it is not that of its leaf
   */
  readRecord(index: number): Buffer {
    const { records, leaves } = this.#loadBundle(this.#bundleOf(index));
    const record = records[index % TILE_WIDTH];
    if (!record || !isLeafOf(leaves, index % TILE_WIDTH, record)) throw new EntriesAltered([index]);
    return record;
  }

  /**
   * Returns a record, and the proof that the log of the newest checkpoint has it.
   * @throws RangeError if it does not, EntriesAltered if record or tiles lead to another root
   */
  readProvenRecord(index: number): { record: Buffer; proof: Hash[] } {
    const record = this.readRecord(index);
    const proof = this.proveInclusion(index);
    const hash = hashLeaf(sha256(record));
    if (!isIncluded({ index, hash }, this.#snapshot!.checkpoint, proof)) throw new EntriesAltered([index]);
    return { record, proof };
  }

  /** Compares the bundle that has a record with its leaves. @throws RangeError if the log does not have the record */
  checkBundle(index: number): CheckedBundle {
    const bundle = this.#bundleOf(index);
    const { records, leaves, isWhole } = this.#loadBundle(bundle);
    const start = bundle.index * TILE_WIDTH;
    const altered: number[] = [];
    for (let at = 0; at < bundle.width; at += 1) if (!isLeafOf(leaves, at, records[at])) altered.push(start + at);
    if (!isWhole || records.length > bundle.width) altered.push(start + bundle.width);
    return { records: records.slice(0, bundle.width), altered };
  }

  /** Whether a full tile has the hash that the level above it has of it. A partial one counts for `isRootIntact`. */
  isTileIntact({ level, index }: { level: number; index: number }): boolean {
    const tile = this.#tileAt(level, index);
    const hashes = this.#tryToLoad(tile);
    if (!hashes || hashes.length !== tile.width * HASH_BYTES) return false;
    if (tile.width < TILE_WIDTH) return true;
    const above = this.#tryToLoad(this.#tileAt(level + 1, Math.floor(index / TILE_WIDTH)));
    return above !== undefined && combine(hashes).equals(hashAt(above, index % TILE_WIDTH));
  }

  /** Whether the tiles, as the files have them now, have the root of the checkpoint. */
  isRootIntact(): boolean {
    if (!this.#snapshot) return true;
    try {
      return computeRoot(this.size, this.#createReader(this.size)).equals(this.#snapshot.checkpoint.root);
    } catch (error) {
      if (error instanceof LogRefused) return false;
      throw error;
    }
  }

  /** Returns the hashes of a tile; undefined if the log does not reach it. */
  readTile(tile: Tile & { level: number }): Buffer | undefined {
    const width = countHashes(this.size, tile.level) - tile.index * TILE_WIDTH;
    if (tile.width > width) return undefined;
    return this.#load({ ...tile, width: Math.min(TILE_WIDTH, width) }).subarray(0, tile.width * HASH_BYTES);
  }

  #assertSize(size: number): void {
    if (!(size <= this.size)) throw new RangeError(`The log has ${this.size} records, not ${size}.`);
  }

  #createReader(size: number): ReadSubtree {
    return createSubtreeReader(size, (tile) => this.#load(tile));
  }

  /** @throws LogRefused for a tile that is absent or has another length */
  #load(tile: Tile): Buffer {
    const bytes = this.#tryToLoad(tile);
    if (!bytes || (tile.level !== 'records' && bytes.length !== tile.width * HASH_BYTES)) throw tilesAltered();
    return bytes;
  }

  /** @returns undefined for an absent file */
  #tryToLoad(tile: Tile): Buffer | undefined {
    try {
      return readFileSync(join(this.#options.folder, formatTilePath(tile)));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  #tileAt(level: number, index: number): Tile & { level: number } {
    return { level, index, width: Math.min(TILE_WIDTH, countHashes(this.size, level) - index * TILE_WIDTH) };
  }

  /** Returns the tile whose bundle has a record. @throws RangeError if the log does not have the record */
  #bundleOf(index: number): Tile & { level: number } {
    if (!(index >= 0 && index < this.size)) throw new RangeError(`The log of ${this.size} records has no ${index}.`);
    return this.#tileAt(0, Math.floor(index / TILE_WIDTH));
  }

  #loadBundle(tile: Tile): { records: Buffer[]; isWhole: boolean; leaves: Buffer } {
    const leaves = this.#tryToLoad(tile) ?? Buffer.alloc(0);
    return { ...splitBundle(this.#tryToLoad({ ...tile, level: 'records' }) ?? Buffer.alloc(0)), leaves };
  }

  /** The next append copies the records of a partial bundle. @throws LogRefused if they were altered */
  #assertTailIntact(): void {
    if (this.size % TILE_WIDTH === 0 || this.checkBundle(this.size - 1).altered.length === 0) return;
    throw new LogRefused('RECORDS_ALTERED', `The last records in JOURNAL_DIR differ from their hashes: ${EXIT}.`);
  }

  /** Appends leaf hashes, and the hash of each tile that they complete to the level above. */
  async #appendHashes(from: number, to: number, hashes: Hash[]): Promise<void> {
    let [start, end, added] = [from, to, hashes];
    for (let level = 0; added.length > 0; level += 1) {
      const written = await this.#appendRows(level, start, added);
      [start, end] = [countHashes(start, 1), countHashes(end, 1)];
      added = written.slice(0, end - start).map(combine);
    }
  }

  /**
   * Writes the tiles that contain rows from an index on, with the rows that the first of them has already.
   * @returns the tiles' bytes
   */
  async #appendRows(level: Tile['level'], from: number, rows: readonly Buffer[]): Promise<Buffer[]> {
    const tiles = findTiles(level, from, from + rows.length).map((tile) => {
      const start = tile.index * TILE_WIDTH;
      const former = start < from ? this.#load({ ...tile, width: from - start }) : Buffer.alloc(0);
      const own = rows.slice(Math.max(0, start - from), start + tile.width - from);
      return { path: join(this.#options.folder, formatTilePath(tile)), bytes: Buffer.concat([former, ...own]) };
    });
    await Promise.all(tiles.map(({ path, bytes }) => writeDurably(path, bytes)));
    return tiles.map(({ bytes }) => bytes);
  }

  /** Removes partial tiles, from that of a record on, which wider ones replaced. */
  async #removeSuperseded(from: number): Promise<void> {
    const { size } = this;
    const levels: Tile['level'][] = ['records'];
    for (let level = 0; countHashes(size, level) > 0; level += 1) levels.push(level);
    const tiles = levels.flatMap((level) => {
      const scale = level === 'records' ? 0 : level;
      return findTiles(level, countHashes(from, scale), countHashes(size, scale));
    });
    await Promise.all(tiles.map((tile) => this.#removePartials(tile)));
  }

  /** Removes the forms of a tile other than its current one, such as a wider one that a crash left. */
  async #removePartials(tile: Tile): Promise<void> {
    const full = join(this.#options.folder, formatTilePath({ ...tile, width: TILE_WIDTH }));
    if (tile.width === TILE_WIDTH) return rm(`${full}.p`, { recursive: true, force: true });
    const widths = await readdir(`${full}.p`);
    const others = widths.filter((width) => width !== String(tile.width)).map((width) => join(`${full}.p`, width));
    await Promise.all([full, ...others].map((path) => rm(path, { force: true })));
  }
}

const tilesAltered = (): LogRefused =>
  new LogRefused('TILES_ALTERED', `The tiles in JOURNAL_DIR do not have the root of its checkpoint: ${EXIT}.`);

const hashAt = (hashes: Buffer, at: number): Buffer => hashes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES);

const isLeafOf = (leaves: Buffer, at: number, record: Buffer | undefined): boolean =>
  record !== undefined && hashAt(leaves, at).equals(hashLeaf(sha256(record)));

/** @throws LogRefused if no known key signed the note */
function openOwn(note: string, origin: string, verifiers: readonly NoteVerifier[]): Checkpoint {
  try {
    return openCheckpoint(note, origin, verifiers);
  } catch (cause) {
    throw new LogRefused(
      'KEY_UNKNOWN',
      'The checkpoint in JOURNAL_DIR is not of this origin and these keys: after a change of keys, leave the former one in JOURNAL_KEYS_FILE after the current one.',
      { cause },
    );
  }
}
