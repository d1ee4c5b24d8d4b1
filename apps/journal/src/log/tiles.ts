import { hashNode } from './merkle-tree.ts';
import type { Hash, ReadSubtree } from './merkle-tree.ts';

/** Tiles of C2SP (c2sp.org/tlog-tiles): files of 256 consecutive hashes, each of which is 256 hashes of the level below. */

const TILE_HEIGHT = 8;
export const TILE_WIDTH = 256;
export const HASH_BYTES = 32;
const MAX_CACHED_TILES = 512;

/** A tile of hashes, or the bundle of the records beside it. */
export interface Tile {
  /** From 0, the leaves; bundles have the level `records`. */
  level: number | 'records';
  index: number;
  /** 1 to 256; below 256 it is partial. */
  width: number;
}

/** Returns the path of a tile below the folder of the log, such as `tile/0/x001/234.p/17` or `records/000`. */
export function formatTilePath({ level, index, width }: Tile): string {
  const groups = [];
  for (let rest = index; groups.length === 0 || rest > 0; rest = Math.floor(rest / 1000))
    groups.unshift(`${groups.length === 0 ? '' : 'x'}${String(rest % 1000).padStart(3, '0')}`);
  return `${level === 'records' ? level : `tile/${level}`}/${groups.join('/')}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

/**
 * Reads the path of a tile of hashes below `tile/`, such as `0/x001/234.p/17`.
 * @returns undefined for any other text
 */
export function parseTilePath(path: string): Tile | undefined {
  const [, level, groups, width] = /^(\d{1,2})\/((?:x\d{3}\/)*\d{3})(?:\.p\/(\d{1,3}))?$/.exec(path) ?? [];
  if (level === undefined || groups === undefined) return undefined;
  const index = Number(groups.replaceAll(/[x/]/g, ''));
  const tile = { level: Number(level), index, width: width === undefined ? TILE_WIDTH : Number(width) };
  // Each tile has one path: no leading zeros, no empty and no full partial tile.
  return Number.isSafeInteger(index) && tile.width > 0 && formatTilePath(tile) === `tile/${path}` ? tile : undefined;
}

/** Returns the number of hashes of a level of tiles in a tree. */
export const countHashes = (size: number, level: number): number => Math.floor(size / TILE_WIDTH ** level);

/** Returns the tiles that contain the hashes from `from` on, to `to`: the last one may be partial. */
export function findTiles(level: Tile['level'], from: number, to: number): Tile[] {
  const tiles: Tile[] = [];
  for (let index = Math.floor(from / TILE_WIDTH); index * TILE_WIDTH < to; index += 1)
    tiles.push({ level, index, width: Math.min(TILE_WIDTH, to - index * TILE_WIDTH) });
  return tiles;
}

/**
 * Returns a reader of the subtrees of a tree.
 * @param load returns the hashes of a tile, one after another
 */
export function createSubtreeReader(size: number, load: (tile: Tile) => Buffer): ReadSubtree {
  const cached = new Map<string, Buffer>();
  const loadOnce = (tile: Tile): Buffer => {
    const key = `${tile.level}/${tile.index}`;
    const hashes = cached.get(key) ?? load(tile);
    if (cached.size >= MAX_CACHED_TILES) cached.clear();
    cached.set(key, hashes);
    return hashes;
  };
  return ({ level, index }) => {
    const tileLevel = Math.floor(level / TILE_HEIGHT);
    const hashes = 2 ** (level % TILE_HEIGHT);
    const first = index * hashes;
    const tile = Math.floor(first / TILE_WIDTH);
    const width = Math.min(TILE_WIDTH, countHashes(size, tileLevel) - tile * TILE_WIDTH);
    const bytes = loadOnce({ level: tileLevel, index: tile, width });
    const start = (first % TILE_WIDTH) * HASH_BYTES;
    return combine(bytes.subarray(start, start + hashes * HASH_BYTES));
  };
}

/** Returns the root of a complete subtree. @param hashes its leaves, one after another; their number is a power of two */
export function combine(hashes: Buffer): Hash {
  let level = splitHashes(hashes);
  while (level.length > 1)
    level = Array.from({ length: level.length / 2 }, (_, n) => hashNode(level[2 * n]!, level[2 * n + 1]!));
  return level[0]!;
}

const splitHashes = (bytes: Buffer): Hash[] =>
  Array.from({ length: bytes.length / HASH_BYTES }, (_, n) => bytes.subarray(n * HASH_BYTES, (n + 1) * HASH_BYTES));
