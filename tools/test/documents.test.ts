import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

/** The check of the documents, on a house of two pages. */

const repository = join(import.meta.dirname, '..', '..');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cups-documents-'));
  mkdirSync(join(folder, 'tools'));
  for (const file of ['eslint.config.mjs', 'tools/read-cost.ts', 'CONTRIBUTING.md'])
    cpSync(join(repository, file), join(folder, file));
  write(
    'CONTRIBUTING.md',
    'a function of at most 70 lines, at most 4 levels deep, a file of at most 400 lines, more than 2 times its figure',
  );
  write(
    'ARCHITECTURE.md',
    '# The house\n\nSee [here](#the-house), [there](CONTRIBUTING.md) and `tools/read-cost.ts`.\n',
  );
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (file: string, text: string) => writeFileSync(join(folder, file), text);

/** What the check says of the house, and how it ends. */
function check(): { status: number | null; faults: string[] } {
  const command = ['--disable-warning=ExperimentalWarning', join(repository, 'tools/documents.ts'), '--root', folder];
  const { status, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8' });
  return { status, faults: stderr.trim().split('\n').filter(Boolean) };
}

test('pages whose links, paths and limits are right pass the check of the documents', () => {
  expect(check()).toEqual({ status: 0, faults: [] });
});

test.each([
  [
    'a link to a file that is not there',
    '[x](docs/none.md)',
    'ARCHITECTURE.md:1: the link docs/none.md leads to no file',
  ],
  ['a link to a heading that is not there', '[x](#none)', 'ARCHITECTURE.md:1: the link #none leads to no heading'],
  ['a path that is not there', '`tools/none.ts`', 'ARCHITECTURE.md:1: there is no tools/none.ts'],
  ['an ARCHITECTURE that is too long', '\n'.repeat(201), 'ARCHITECTURE.md: 201 lines, at most 200'],
])('the check of the documents finds %s', (_, text, fault) => {
  write('ARCHITECTURE.md', text);
  expect(check()).toEqual({ status: 1, faults: [fault] });
});

test('the check of the documents finds a limit that CONTRIBUTING states otherwise than eslint.config.mjs', () => {
  write(
    'CONTRIBUTING.md',
    'a function of at most 90 lines, at most 4 levels deep, a file of at most 400 lines, more than 2 times its figure',
  );
  const fault = 'CONTRIBUTING.md: lines of a function: eslint.config.mjs enforces 60, the page says 90';
  expect(check()).toEqual({ status: 1, faults: [fault] });
});
