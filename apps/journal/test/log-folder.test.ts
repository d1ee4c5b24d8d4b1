import { generateKeyPairSync } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openCheckpoint } from '../src/log/checkpoint.ts';
import { lockFolder } from '../src/log/folder-lock.ts';
import { LogFolder } from '../src/log/log-folder.ts';
import { EntriesAltered, LogRefused } from '../src/log/log-refused.ts';
import { hashLeaf, isConsistent, isIncluded, sha256 } from '../src/log/merkle-tree.ts';
import { MAX_RECORD_BYTES, splitBundle, toBundle } from '../src/log/record-bundle.ts';
import { createNoteSigner, formatNoteVerifier, openNote, parseNoteVerifier, signNote } from '../src/log/signed-note.ts';
import { formatTilePath, parseTilePath } from '../src/log/tiles.ts';

/** The log as files, across restarts and damage. */

const ORIGIN = 'cups.example/journal';
const newSigner = () => createNoteSigner(ORIGIN, generateKeyPairSync('ed25519').privateKey);
const signer = newSigner();
const time = new Date('2026-11-29T10:00:00.000Z');
const recordOf = (n: number): Buffer => Buffer.from(`record ${n}`);
const recordsOf = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => recordOf(from + n));

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'cups-journal-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const openLog = (verifiers = [signer], name = '.') =>
  LogFolder.open({ folder: join(folder, name), origin: ORIGIN, verifiers: () => verifiers });
const append = (log: LogFolder, records: Buffer[]) => log.append(records, { signers: [signer], time });
const treeOf = (log: LogFolder) => ({ size: log.size, root: log.rootAt(log.size) });

describe('a log', () => {
  test('has the same root however its records are grouped, and proves each size to the next', async () => {
    const log = await openLog();
    const trees = [];
    let size = 0;
    for (const count of [1, 2, 252, 1, 1, 300, 65_600]) {
      await append(log, recordsOf(size, size + count));
      size += count;
      trees.push(treeOf(log));
    }
    const whole = treeOf(log);
    expect(log.checkpoint).toEqual({ origin: ORIGIN, time, ...whole });
    for (const tree of trees.slice(0, -1)) {
      expect(isConsistent(tree, whole, log.proveConsistency(tree.size, size))).toBe(true);
      expect(log.rootAt(tree.size)).toEqual(tree.root);
    }
    for (const index of [0, 255, 256, 556, 65_536, size - 1]) {
      expect(log.readRecord(index)).toEqual(recordOf(index));
      const leaf = { index, hash: hashLeaf(sha256(recordOf(index))) };
      expect(isIncluded(leaf, whole, log.proveInclusion(index))).toBe(true);
    }
    const other = await openLog([signer], 'other');
    await append(other, recordsOf(0, size));
    expect(treeOf(other)).toEqual(whole);
  });

  test('continues after a restart, and ignores what a crash left beyond the checkpoint', async () => {
    const log = await openLog();
    await append(log, recordsOf(0, 10));
    const crash = await openLog([signer], 'crash');
    await append(crash, recordsOf(0, 10));
    const checkpoint = readFileSync(join(folder, 'crash', 'checkpoint'));
    await append(crash, recordsOf(10, 300));
    // As after a crash before the second checkpoint, which removes no tile.
    writeFileSync(join(folder, 'crash', 'checkpoint'), checkpoint);
    for (const tile of ['tile/0/000.p', 'records/000.p'])
      cpSync(join(folder, tile), join(folder, 'crash', tile), { recursive: true });
    const restarted = await openLog([signer], 'crash');
    expect(restarted.size).toBe(10);
    expect(existsSync(join(folder, 'crash', 'tile/0/000'))).toBe(false);
    await append(restarted, recordsOf(500, 900));
    const other = await openLog([signer], 'other');
    await append(other, [...recordsOf(0, 10), ...recordsOf(500, 900)]);
    expect(treeOf(restarted)).toEqual(treeOf(other));
    expect(treeOf(await openLog([signer], 'crash'))).toEqual(treeOf(other));
  });

  test('keeps one partial form of each tile, and serves each width of it', async () => {
    const log = await openLog();
    for (let size = 0; size < 20; size += 1) await append(log, [recordOf(size)]);
    expect(readdirSync(join(folder, 'tile/0/000.p'))).toEqual(['20']);
    expect(log.readTile({ level: 0, index: 0, width: 7 })).toHaveLength(7 * 32);
    expect(log.readTile({ level: 0, index: 0, width: 21 })).toBeUndefined();
    expect(log.readTile({ level: 1, index: 0, width: 1 })).toBeUndefined();
    await append(log, recordsOf(20, 300));
    expect(existsSync(join(folder, 'tile/0/000.p'))).toBe(false);
    // As after a crash between the checkpoint and the removal.
    const left = join(folder, 'tile/0/001.p/3');
    writeFileSync(left, 'left');
    await openLog();
    expect(existsSync(left)).toBe(false);
  });

  test('refuses a record that is too large, and stays as it was', async () => {
    const log = await openLog();
    await expect(append(log, [Buffer.alloc(MAX_RECORD_BYTES + 1)])).rejects.toThrow(RangeError);
    expect(log.size).toBe(0);
    await append(log, [Buffer.alloc(MAX_RECORD_BYTES), Buffer.alloc(0)]);
    expect(log.readRecord(1)).toHaveLength(0);
  });

  test('refuses to open with a changed tile or a checkpoint of an unknown key', async () => {
    const log = await openLog();
    await append(log, recordsOf(0, 10));
    await expect(openLog([newSigner()])).rejects.toThrow('is not of this origin and these keys');
    const path = join(folder, formatTilePath({ level: 0, index: 0, width: 10 }));
    const bytes = readFileSync(path);
    bytes[40]! ^= 1;
    writeFileSync(path, bytes);
    await expect(openLog()).rejects.toThrow('do not have the root');
    writeFileSync(path, bytes.subarray(0, 90));
    await expect(openLog()).rejects.toThrow('do not have the root');
    rmSync(path);
    await expect(openLog()).rejects.toThrow('do not have the root');
  });

  const SIZE = 600;
  const bundlePath = (index: number, width = 256) => join(folder, formatTilePath({ level: 'records', index, width }));
  /** Replaces the records of a bundle. */
  const rewrite = (path: string, change: (records: Buffer[]) => Buffer[]) =>
    writeFileSync(path, toBundle(change(splitBundle(readFileSync(path)).records)));

  test.each<[string, (records: Buffer[]) => Buffer[], number[]]>([
    ['changed', (records) => records.with(7, Buffer.from('other')), [263]],
    ['swapped', (records) => records.with(3, records[9]!).with(9, records[3]!), [259, 265]],
    ['removed', (records) => records.toSpliced(253, 1), [509, 510, 511]],
    ['doubled', (records) => [...records, records[255]!], [512]],
  ])('does not serve a record that was %s', async (_change, change, altered) => {
    const log = await openLog();
    await append(log, recordsOf(0, SIZE));
    rewrite(bundlePath(1), change);
    expect(log.checkBundle(300).altered).toEqual(altered);
    for (const index of altered.filter((one) => one < 512)) {
      expect(() => log.readRecord(index)).toThrow(EntriesAltered);
      expect(() => log.readProvenRecord(index)).toThrow(EntriesAltered);
    }
    expect(log.readProvenRecord(258).record).toEqual(recordOf(258));
    expect(log.checkBundle(0).altered).toEqual([]);
  });

  test('does not serve a record whose leaf was altered with it, and finds the tile', async () => {
    await append(await openLog(), recordsOf(0, SIZE));
    rewrite(bundlePath(0), (records) => records.with(7, Buffer.from('other')));
    const tile = join(folder, 'tile/0/000');
    const hashes = readFileSync(tile);
    hashLeaf(sha256(Buffer.from('other'))).copy(hashes, 7 * 32);
    writeFileSync(tile, hashes);
    const log = await openLog();
    expect(log.checkBundle(0).altered).toEqual([]);
    expect(() => log.readProvenRecord(7)).toThrow(EntriesAltered);
    expect([0, 1, 2].map((index) => log.isTileIntact({ level: 0, index }))).toEqual([false, true, true]);
    expect(log.isRootIntact()).toBe(true);
  });

  test.each(['tile', 'records'] as const)('does not extend an altered partial %s', async (kind) => {
    const log = await openLog();
    await append(log, recordsOf(0, SIZE));
    const checkpoint = readFileSync(join(folder, 'checkpoint'));
    const path = kind === 'tile' ? join(folder, 'tile/0/002.p/88') : bundlePath(2, 88);
    const bytes = readFileSync(path);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(path, bytes);
    await expect(append(log, recordsOf(SIZE, SIZE + 5))).rejects.toThrow(LogRefused);
    expect(readFileSync(join(folder, 'checkpoint'))).toEqual(checkpoint);
    await expect(openLog()).rejects.toThrow(LogRefused);
  });

  test('belongs to one process', async () => {
    const lock = await lockFolder(folder, 0);
    await expect(lockFolder(folder, 0)).rejects.toThrow('Another process writes to the folder');
    await lock.release();
    await (await lockFolder(folder, 0)).release();
  });
});

test.each([
  ['00', 0],
  ['000261', 0],
  ['00013100ff', 1],
])('a bundle that ends within a record (%s) is not whole', (hex, count) => {
  const { records, isWhole } = splitBundle(Buffer.from(hex, 'hex'));
  expect([records.length, isWhole]).toEqual([count, false]);
  const whole = [Buffer.from('a'), Buffer.alloc(0)];
  expect(splitBundle(toBundle(whole))).toEqual({ records: whole, isWhole: true });
});

describe('paths of tiles', () => {
  test.each([
    [{ level: 0, index: 0, width: 256 }, 'tile/0/000'],
    [{ level: 1, index: 1_234_067, width: 256 }, 'tile/1/x001/x234/067'],
    [{ level: 'records', index: 1_000, width: 17 }, 'records/x001/000.p/17'],
  ] as const)('%j is %s', (tile, path) => {
    expect(formatTilePath(tile)).toBe(path);
    if (tile.level !== 'records') expect(parseTilePath(path.slice('tile/'.length))).toEqual(tile);
  });

  test.each([
    '',
    '0',
    '0/1',
    '0/0000',
    '00/000',
    '0/x000/001',
    '0/000.p/0',
    '0/000.p/256',
    '0/000.p/017',
    '0/000/',
    '../checkpoint',
    'records/000',
    '0/x999/x999/x999/x999/x999/x999/999',
  ])('%j is none', (path) => expect(parseTilePath(path)).toBeUndefined());
});

describe('signed notes', () => {
  test('the published example of Go verifies, and no changed one does', () => {
    const key = parseNoteVerifier('PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW');
    const text =
      "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
    const note = `${text}\n\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`;
    expect(openNote(note, [key]).text).toBe(text);
    expect(formatNoteVerifier(key)).toBe('PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW');
    expect(() => openNote(note.replace('answer', 'Answer'), [key])).toThrow('A signature of the note is wrong.');
  });

  test('a checkpoint of another log or with another form is refused', () => {
    const root = Buffer.alloc(32).toString('base64');
    const at = time.toISOString();
    const open = (text: string) => openCheckpoint(signNote(text, [newSigner(), signer]), ORIGIN, [signer]);
    expect(open(`${ORIGIN}\n7\n${root}\n${at}\n`)).toMatchObject({ size: 7, time });
    for (const text of [
      `other\n7\n${root}\n${at}\n`,
      `${ORIGIN}\n07\n${root}\n${at}\n`,
      `${ORIGIN}\n7\nAAAA\n${at}\n`,
      `${ORIGIN}\n7\n${root}\nnever\n`,
      `${ORIGIN}\n\n`,
    ])
      expect(() => open(text)).toThrow();
  });
});
