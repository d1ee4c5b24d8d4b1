import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryDir } from '@cups/testing';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { copyLog } from '../cli/backup/journal-log.ts';
import { acceptRestore } from '../cli/journal/accept-restore.ts';
import { journalFolder, journalSettings, writeOrigin } from '../platform/journal-folder.ts';

let folder: ReturnType<typeof temporaryDir>;
beforeEach(() => {
  folder = temporaryDir();
});
afterEach(() => folder.remove());

describe('copyLog', () => {
  test('copies checkpoint, tiles and records of a log, without its index', () => {
    const [from, to] = [join(folder.dir, 'journal'), join(folder.dir, 'backup', 'journal')];
    mkdirSync(join(from, 'tile', '0'), { recursive: true });
    mkdirSync(join(from, 'records'));
    writeFileSync(join(from, 'checkpoint'), 'note');
    writeFileSync(join(from, 'tile', '0', '000'), 'hashes');
    writeFileSync(join(from, 'records', '000'), 'records');
    const files = readdirSync(from, { recursive: true }).toSorted();
    mkdirSync(join(from, 'index'));
    writeFileSync(join(from, 'index', '0-0'), 'rows');
    expect(copyLog(from, to)).toBe(true);
    expect(readdirSync(to, { recursive: true }).toSorted()).toEqual(files);
    expect(readFileSync(join(to, 'tile', '0', '000'), 'utf8')).toBe('hashes');
  });

  test('copies one checkpoint with its files while the journal appends', () => {
    const [from, to] = [join(folder.dir, 'journal'), join(folder.dir, 'backup')];
    const append = (size: number): void => {
      const partial = join(from, 'records', '000.p');
      mkdirSync(partial, { recursive: true });
      writeFileSync(size === 256 ? join(from, 'records', '000') : join(partial, String(size)), `${size} records`);
      writeFileSync(join(from, 'checkpoint'), `${size}`);
      if (size === 256) rmSync(partial, { recursive: true });
      else rmSync(join(partial, String(size - 1)), { force: true });
    };
    append(253);
    let size = 253;
    const copyDuringAppends = (source: string, copy: string): void => {
      if (size < 256) append((size += 1));
      mkdirSync(dirname(copy), { recursive: true });
      copyFileSync(source, copy);
    };
    expect(copyLog(from, to, copyDuringAppends)).toBe(true);
    expect(readdirSync(to, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())).toHaveLength(2);
    expect(readFileSync(join(to, 'checkpoint'), 'utf8')).toBe('256');
    expect(readFileSync(join(to, 'records', '000'), 'utf8')).toBe('256 records');
  });

  test('gives up a log that changes during each copy', () => {
    const from = join(folder.dir, 'journal');
    mkdirSync(from);
    let appends = 0;
    writeFileSync(join(from, 'checkpoint'), 'first');
    const append = (): void => writeFileSync(join(from, 'checkpoint'), `${(appends += 1)}`);
    expect(() => copyLog(from, join(folder.dir, 'backup'), append)).toThrow('less busy');
  });

  test('copies nothing without a checkpoint', () => {
    expect(copyLog(join(folder.dir, 'none'), join(folder.dir, 'backup'))).toBe(false);
  });
});

test('a local platform continues the log that replaced another one', () => {
  const { dir } = folder;
  expect(journalSettings(dir)).toEqual({ JOURNAL_DIR: journalFolder(dir) });
  writeOrigin(dir, 'cups.md/journal-2');
  expect(journalSettings(dir)).toEqual({ JOURNAL_DIR: journalFolder(dir), JOURNAL_ORIGIN: 'cups.md/journal-2' });
});

test.each([
  ['the name of the refused log', 'cups.md/journal', 'choose another'],
  ['a name with a space', 'cups.md/journal 2', '1 to 100 characters'],
])('refuses to begin a log under %s', async (_what, origin, message) => {
  await expect(acceptRestore({ data: folder.dir, origin })).rejects.toThrow(message);
});
