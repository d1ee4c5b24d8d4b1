import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { temporaryDir } from '@cups/testing';
import { isIntact, verifyJournal } from '../cli/journal/verifier.ts';
import { createKey, leafOf, record, signCheckpoint, withLength, writeJournal, writeTiles } from './journal-log.ts';

const { dir, remove } = temporaryDir();
afterAll(remove);

const COUNT = 600;
const key = createKey();
const begin = { source: 'journal', subject: 'journal', sequence: 1, action: 'begin', verifier: key.text };
/** A log of a key and 599 entries about ten applications. */
const rows = [
  record(begin, 0),
  ...Array.from({ length: COUNT - 1 }, (_, n) =>
    record({ source: 'intake', subject: `applications/${n % 10}`, sequence: Math.floor(n / 10) + 1 }, n + 1),
  ),
];
const leaves = rows.map(leafOf);
const stranger = record({ source: 'intake', subject: 'applications/77', sequence: 1 }, 7_777);

let folder = '';
let count = 0;
beforeEach(() => {
  count += 1;
  folder = join(dir, `journal-${count}`);
});

/** Verifies a log whose records were replaced while tiles and checkpoint stayed. */
function verifyAltered(altered: Buffer[]): Promise<string[]> {
  writeJournal(folder, altered, [key], leaves);
  return verifyJournal(folder, [key.text]);
}

describe('a log whose owner did not sign the change', () => {
  test('accepts an intact log', async () => {
    writeJournal(folder, rows, [key]);
    expect(await verifyJournal(folder, [key.text])).toEqual([]);
  });

  test.each([0, 1, 2, 255, 256, 257, 512, 513])('accepts an intact log of %i entries', async (size) => {
    writeJournal(folder, rows.slice(0, size), [key]);
    expect(await verifyJournal(folder, [key.text])).toEqual([]);
  });

  test.each([1, 255, 256, COUNT - 1])('names the deleted entry %i', async (index) => {
    expect(await verifyAltered(rows.toSpliced(index, 1))).toContain(`entry-deleted: entry ${index} was deleted`);
  });

  test('names each of several deleted entries', async () => {
    const findings = await verifyAltered(rows.toSpliced(300, 3).toSpliced(10, 1));
    const deleted = findings.filter((finding) => finding.startsWith('entry-deleted'));
    expect(deleted).toEqual([10, 300, 301, 302].map((index) => `entry-deleted: entry ${index} was deleted`));
  });

  test('tells the following entries from more deleted ones than a tile has', async () => {
    const findings = await verifyAltered(rows.toSpliced(20, 400));
    expect(findings.filter((finding) => finding.startsWith('entry-deleted'))).toHaveLength(400);
    expect(findings.filter((finding) => !/^entry-(deleted|missing)/.test(finding))).toEqual([]);
  });

  test('names the entries of a deleted file only', async () => {
    writeJournal(folder, rows, [key]);
    rmSync(join(folder, 'records/001'));
    const findings = await verifyJournal(folder, [key.text]);
    const deleted = findings.filter((finding) => finding.startsWith('entry-deleted'));
    expect(deleted).toHaveLength(256);
    expect(deleted[0]).toBe('entry-deleted: entry 256 was deleted');
  });

  test('names the copy of an entry', async () => {
    const [finding] = await verifyAltered(rows.toSpliced(20, 0, rows[300]!));
    expect(finding).toMatch(/^entry-inserted: before entry 20 /);
  });

  test('names an inserted entry', async () => {
    const [finding] = await verifyAltered(rows.toSpliced(20, 0, stranger).slice(0, COUNT));
    expect(finding).toMatch(/^entry-inserted: before entry 20 .*applications\/77/);
  });

  test('names two exchanged entries', async () => {
    const altered = rows.with(5, rows[400]!).with(400, rows[5]!);
    expect(await verifyAltered(altered)).toEqual([
      'entry-moved: in the place of entry 5 is entry 400',
      'entry-moved: in the place of entry 400 is entry 5',
    ]);
  });

  test('names an entry with a changed byte', async () => {
    const changed = Buffer.from(rows[123]!.toString('latin1').replace('intake', 'intakf'), 'latin1');
    expect((await verifyAltered(rows.with(123, changed)))[0]).toMatch(
      /^entry-changed: entry 123 was changed to .*intakf/,
    );
  });

  test('names altered tiles', async () => {
    writeJournal(folder, rows, [key]);
    const file = join(folder, 'tile/0/001');
    const bytes = readFileSync(file);
    bytes[5]! ^= 1;
    writeFileSync(file, bytes);
    expect(await verifyJournal(folder, [key.text])).toEqual([expect.stringMatching(/^tiles-altered/)]);
  });

  test('names an altered or missing hash of a higher level', async () => {
    writeJournal(folder, rows, [key]);
    const file = join(folder, 'tile/1/000.p/2');
    const bytes = readFileSync(file);
    bytes[40]! ^= 1;
    writeFileSync(file, bytes);
    const finding = 'tiles-altered: hash 1 of tile/1 is not that of the tile below it';
    expect(await verifyJournal(folder, [key.text])).toEqual([finding]);
    writeFileSync(file, bytes.subarray(0, 32));
    expect(await verifyJournal(folder, [key.text])).toEqual([finding]);
  });

  test('reports entries behind the checkpoint, and names one that is not that of its leaf', async () => {
    const size = 520;
    writeJournal(folder, rows, [key]);
    writeFileSync(join(folder, 'checkpoint'), signCheckpoint(leaves.slice(0, size), [key]));
    const note = `unsigned: ${COUNT - size} entries from ${size} on are behind the checkpoint`;
    expect(await verifyJournal(folder, [key.text])).toEqual([note]);
    expect(isIntact([note])).toBe(true);
    writeTiles(folder, 'records', rows.with(530, stranger).map(withLength));
    const findings = await verifyJournal(folder, [key.text]);
    expect(findings).toEqual([expect.stringMatching(/^entry-changed: entry 530 was changed to .*\/77/), note]);
    expect(isIntact(findings)).toBe(false);
  });

  test('names the block if records and their tile were altered', async () => {
    writeJournal(folder, rows, [key]);
    const altered = rows.with(300, stranger);
    writeTiles(folder, 'records', altered.map(withLength));
    writeTiles(folder, 'tile/0', altered.map(leafOf));
    expect((await verifyJournal(folder, [key.text]))[0]).toMatch(/^log-altered: .* entries 256 to 511$/);
  });

  test('rejects a checkpoint that was changed, and one of an unknown key', async () => {
    writeJournal(folder, rows, [key]);
    await expect(verifyJournal(folder, [createKey().text])).rejects.toThrow('None of the known keys signed it.');
    const file = join(folder, 'checkpoint');
    writeFileSync(file, readFileSync(file, 'utf8').replace(`\n${COUNT}\n`, `\n${COUNT - 1}\n`));
    await expect(verifyJournal(folder, [key.text])).rejects.toThrow('does not fit the text');
  });
});

describe('a log whose owner signed the change', () => {
  const earlier = signCheckpoint(leaves.slice(0, 500), [key]);
  const earliest = signCheckpoint(leaves.slice(0, 100), [key]);

  test('finds a rolled-back log', async () => {
    writeJournal(folder, rows.slice(0, 450), [key]);
    expect(await verifyJournal(folder, [key.text], { checkpoints: [earlier] })).toEqual([
      'log-rolled-back: the log had 500 entries, and has 450',
    ]);
  });

  test('finds a forked log between two checkpoints that others kept', async () => {
    writeJournal(folder, rows.with(300, stranger), [key]);
    const findings = await verifyJournal(folder, [key.text], { checkpoints: [earlier, earliest] });
    expect(findings[0]).toBe('log-forked: the log was altered between the entries 100 and 499');
  });

  test('accepts checkpoints of beginnings of the log', async () => {
    writeJournal(folder, rows, [key]);
    expect(await verifyJournal(folder, [key.text], { checkpoints: [earlier, earliest] })).toEqual([]);
  });

  test('finds a checkpoint that a replaced key signed', async () => {
    const next = createKey();
    const replaced = [...rows, record({ ...begin, sequence: 2, action: 'replace-key', verifier: next.text }, 8_000)];
    const later = [...replaced, stranger];
    const keys = [key.text, next.text];
    writeJournal(folder, later, [next]);
    expect(await verifyJournal(folder, keys)).toEqual([]);
    writeJournal(folder, later, [key]);
    expect(await verifyJournal(folder, keys)).toEqual([
      expect.stringMatching(/^key-replaced: the checkpoint of size 602 /),
    ]);
  });

  test('finds entries that a service committed and the log lacks', async () => {
    writeJournal(folder, rows, [key]);
    const committed = [
      { source: 'intake', subject: 'applications/0', sequence: 60 },
      { source: 'intake', subject: 'applications/3', sequence: 62 },
      { source: 'intake', subject: 'applications/11', sequence: 1 },
    ];
    expect(await verifyJournal(folder, [key.text], { committed })).toEqual([
      'entry-missing: numbers 61 to 62 of intake applications/3 are not in the log',
      'entry-missing: numbers 1 to 1 of intake applications/11 are not in the log',
    ]);
  });

  test('finds numbers that the log lacks or repeats', async () => {
    const without = rows.toSpliced(345, 1);
    writeJournal(
      folder,
      [...without, record({ source: 'intake', subject: 'applications/5', sequence: 2 }, 9_000)],
      [key],
    );
    expect(await verifyJournal(folder, [key.text])).toEqual([
      `entry-doubled: entry ${COUNT - 1} repeats an earlier one`,
      expect.stringMatching(/^entry-missing: numbers 35 to 35 of intake applications\/4 /),
    ]);
  });

  test('accepts missing numbers that arrived late, and those that an entry of the journal dismisses', async () => {
    const late = rows.toSpliced(345, 1);
    writeJournal(folder, [...late, rows[345]!], [key]);
    expect(await verifyJournal(folder, [key.text])).toEqual([]);
    const dismissed = { name: 'intake applications/4', first: 34, last: 35 };
    const dismissal = { source: 'journal', subject: 'journal', sequence: 2, dismissed };
    const named = 'numbers 35 to 35 of intake applications/4 are not in the log';
    writeJournal(folder, [...late, record(dismissal, 9_002)], [key]);
    expect(await verifyJournal(folder, [key.text])).toEqual([`dismissed: ${named}`]);
    writeJournal(
      folder,
      [...late, record({ ...dismissal, source: 'intake', subject: 'x', sequence: 1 }, 9_003)],
      [key],
    );
    expect(await verifyJournal(folder, [key.text])).toEqual([`entry-missing: ${named}`]);
  });

  test.each(['null', '', '{"sequence":1e12,"source":"intake","subject":"x"}', '[1]', '{"sequence":"1"}'])(
    'reports the unusual entry %s without failing',
    async (text) => {
      writeJournal(folder, [...rows, record(text, 9_001)], [key]);
      expect(await verifyJournal(folder, [key.text])).toHaveLength(1);
    },
  );
});

describe('the program', () => {
  const program = join(import.meta.dirname, '../cli/journal/verifier.ts');

  test('runs alone, from a copy of its one file', async () => {
    writeJournal(folder, rows, [key]);
    const copy = join(dir, 'copy.ts');
    writeFileSync(copy, readFileSync(program));
    expect(execFileSync(process.execPath, [copy, folder, '--key', key.text], { encoding: 'utf8' })).toBe(
      'The journal is intact.\n',
    );
  });

  test('prints what was altered and exits with 1, and with 2 if it cannot verify', async () => {
    writeJournal(folder, rows.toSpliced(3, 100), [key], leaves);
    const altered = spawnSync(process.execPath, [program, folder, '--key', key.text], { encoding: 'utf8' });
    expect(altered.status).toBe(1);
    expect(altered.stdout).toContain('entry-deleted: entry 3 was deleted');
    expect(altered.stdout).toMatch(/… and \d+ more\n$/);
    const absent = spawnSync(process.execPath, [program, join(dir, 'none'), '--key', key.text], { encoding: 'utf8' });
    expect(absent.status).toBe(2);
    expect(absent.stderr).toContain('is no journal');
  });

  test('has less than 350 lines and imports only Node.js', async () => {
    const source = readFileSync(program, 'utf8');
    expect(source.split('\n').length).toBeLessThan(350);
    const imports = [...source.matchAll(/from '([^']+)'/g)].map(([, name]) => name);
    expect(imports.filter((name) => !name!.startsWith('node:'))).toEqual([]);
  });
});
