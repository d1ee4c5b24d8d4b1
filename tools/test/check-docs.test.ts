import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

/** The check of the pages, on a folder of three pages and one source. */

const repository = join(import.meta.dirname, '..', '..');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cups-documents-'));
  for (const part of ['tools/check', 'apps', 'libs', 'docs/reference'])
    mkdirSync(join(folder, part), { recursive: true });
  cpSync(join(repository, 'tools/check/check-docs.ts'), join(folder, 'tools/check/check-docs.ts'));
  write('apps/main.ts', "log.info({ event: 'service-started' });\n");
  write('docs/reference/metrics-and-logs.md', '| Event |\n| --- |\n| `service-started` |\n');
  write('CONTRIBUTING.md', '# Contributing\n');
  write(
    'ARCHITECTURE.md',
    '# Design\n\nSee [here](#design), [there](CONTRIBUTING.md) and `tools/check/check-docs.ts`.\n',
  );
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (file: string, text: string) => writeFileSync(join(folder, file), text);

/** The findings of the check, and its exit code. */
function check(): { status: number | null; faults: string[] } {
  const command = [
    '--disable-warning=ExperimentalWarning',
    join(repository, 'tools/check/check-docs.ts'),
    '--root',
    folder,
  ];
  const { status, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8' });
  return { status, faults: stderr.trim().split('\n').filter(Boolean) };
}

test('accepts pages whose links and paths exist', () => {
  expect(check()).toEqual({ status: 0, faults: [] });
});

test.each([
  ['a link to a missing file', '[x](docs/none.md)', 'ARCHITECTURE.md:1: the link docs/none.md leads to no file'],
  ['a link to a missing heading', '[x](#none)', 'ARCHITECTURE.md:1: the link #none leads to no heading'],
  ['a missing path', '`tools/none.ts`', 'ARCHITECTURE.md:1: there is no tools/none.ts'],
])('finds %s', (_, text, fault) => {
  write('ARCHITECTURE.md', text);
  expect(check()).toEqual({ status: 1, faults: [fault] });
});

test.each([
  ['a missing page of metrics and log events', undefined, 'there is no such page'],
  ['a log event that the page lacks', '', 'service-started is missing'],
  [
    'a listed metric that the code lacks',
    '| `service-started` |\n| `store_ready` |\n',
    'store_ready is not in the code',
  ],
])('finds %s', (_, text, fault) => {
  if (text === undefined) rmSync(join(folder, 'docs/reference/metrics-and-logs.md'));
  else write('docs/reference/metrics-and-logs.md', text);
  expect(check()).toEqual({ status: 1, faults: [`docs/reference/metrics-and-logs.md: ${fault}`] });
});
