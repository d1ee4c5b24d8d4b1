import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { captureLog, eventually } from '@cups/testing';
import { IndexFiles } from '../src/index/index-files.ts';
import type { EntryNames } from '../src/index/index-files.ts';
import { MAX_ORDER } from '../src/index/rows.ts';
import { FAN_OUT, RUN_ENTRIES } from '../src/index/sorted-run.ts';
import { sha256 } from '../src/log/merkle-tree.ts';

/** The files of the index against a list in memory: what they find, and what an opening makes of any state of them. */

/** One run of level 1, three of level 0, and some entries in memory. */
const SIZE = RUN_ENTRIES * (FAN_OUT + 3) + 100;
const root = mkdtempSync(join(tmpdir(), 'cups-index-'));
const folder = join(root, 'index');
const processLog = captureLog('journal');
afterAll(() => rmSync(root, { recursive: true }));

/** A log of a size; its roots tell it from others. */
const logOf = (size: number, name = 'log') => ({ size, rootAt: (at: number) => sha256(Buffer.from(`${name} ${at}`)) });
const openFiles = (log = logOf(SIZE)) => IndexFiles.open({ folder, log, processLog: processLog.log });
const namesOf = (index: number): EntryNames => ({
  document: `applications/${index % 5_000}`,
  // Of two entries of a document the later one comes first.
  sequence: (Math.floor(index / 5_000) ^ 1) + 1,
  resource: index % 3 === 0 ? 'centres/CU-001' : `applications/${index % 7_001}`,
});
/** Adds the entries that are missing. */
async function fill(files: IndexFiles): Promise<void> {
  for (let index = files.size; index < SIZE; index += 1) await files.add(namesOf(index));
}
const listRuns = () => readdirSync(folder).toSorted();
const untilMerged = () => eventually(() => listRuns().join() === '0-10,0-8,0-9,1-0');

/** Positions of the entries, by both names. */
const expected = { document: new Map<string, [number, number][]>(), resource: new Map<string, number[]>() };
beforeAll(async () => {
  for (let index = 0; index < SIZE; index += 1) {
    const { document, sequence, resource } = namesOf(index);
    expected.document.set(document, [...(expected.document.get(document) ?? []), [sequence, index]]);
    if (resource !== 'centres/CU-001')
      expected.resource.set(resource, [...(expected.resource.get(resource) ?? []), index]);
  }
  const files = await openFiles();
  await fill(files);
  await untilMerged();
  await files.close();
});

/** Compares a share of the names with the list. */
function expectAll(files: IndexFiles): void {
  const all = { before: MAX_ORDER, limit: 1_000 };
  for (const [document, entries] of [...expected.document].filter((_, at) => at % 50 === 0)) {
    const newestFirst = entries.toSorted(([one], [other]) => other - one);
    const sequences = Array.from({ length: newestFirst[0]![0] + 2 }, (_, sequence) => sequence);
    const known = sequences.filter((sequence) => files.has(document, sequence));
    expect(known).toEqual(newestFirst.map(([sequence]) => sequence).toReversed());
    const found = files.findByDocument(document, all).map(({ order, position }) => [order, position]);
    expect(found).toEqual(newestFirst);
    const before = newestFirst[2]![0];
    expect(files.findByDocument(document, { before, limit: 2 }).map(({ order }) => order)).toEqual(
      newestFirst.slice(3, 5).map(([sequence]) => sequence),
    );
  }
  for (const [resource, positions] of [...expected.resource].filter((_, at) => at % 50 === 0))
    expect(files.findByResource(resource, all).map(({ position }) => position)).toEqual(positions.toReversed());
  const many = files.findByResource('centres/CU-001', { before: 60_000, limit: 3 });
  expect(many.map(({ position }) => position)).toEqual([59_997, 59_994, 59_991]);
  expect(files.findByResource('centres/CU-001', { before: 0, limit: 3 })).toEqual([]);
  expect(files.findByDocument('centres/CU-001', all)).toEqual([]);
}

test('finds by document and by resource, in memory and in runs of two levels', async () => {
  const files = await openFiles();
  expect(files.size).toBe(RUN_ENTRIES * (FAN_OUT + 3));
  await fill(files);
  expectAll(files);
  await files.close();
  expect(processLog.lines).toEqual([]);
});

/** States of the folder, and the number of runs of level 0 that an opening keeps. */
test.each<[string, () => void, number]>([
  ['the draft of a run', () => writeFileSync(join(folder, '0-11.draft'), 'half'), FAN_OUT + 3],
  ['a merged run', () => copyFileSync(join(folder, '0-8'), join(folder, '0-7')), FAN_OUT + 3],
  ['a short run', () => truncateSync(join(folder, '0-9'), 100_000), FAN_OUT + 1],
  ['a missing run', () => rmSync(join(folder, '0-9')), FAN_OUT + 1],
  ['no first run', () => rmSync(join(folder, '1-0')), 0],
])('opens a folder with %s', async (_what, change, runs) => {
  change();
  const files = await openFiles();
  expect(files.size).toBe(RUN_ENTRIES * runs);
  await fill(files);
  await untilMerged();
  expectAll(files);
  await files.close();
});

test('keeps no run of a longer or another log', async () => {
  const sizes: number[] = [];
  for (const log of [logOf(SIZE), logOf(RUN_ENTRIES * 10 - 1), logOf(SIZE, 'other')]) {
    const files = await openFiles(log);
    sizes.push(files.size / RUN_ENTRIES);
    await files.close();
  }
  expect(sizes).toEqual([11, 9, 0]);
  expect(listRuns()).toEqual([]);
});

test('a run that cannot be written keeps its entries, and a later entry writes it', async () => {
  const files = await openFiles();
  for (let index = 0; index < RUN_ENTRIES; index += 1) await files.add(namesOf(index));
  rmSync(folder, { recursive: true });
  await expect(files.add(namesOf(RUN_ENTRIES))).rejects.toThrow('ENOENT');
  expect(files.size).toBe(RUN_ENTRIES);
  writeFileSync(folder, '');
  await expect(files.add(namesOf(RUN_ENTRIES))).rejects.toThrow('ENOTDIR');
  rmSync(folder);
  mkdirSync(folder);
  await files.add(namesOf(RUN_ENTRIES));
  expect([files.size, listRuns(), statSync(join(folder, '0-0')).mode & 0o77]).toEqual([RUN_ENTRIES + 1, ['0-0'], 0]);
  await files.close();
});
