import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
