import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { archiveOf, sha256 } from '../contract/archive.ts';

/** The archive that agencies download, made of a small tree of its own. */

const roots: string[] = [];
const zone = process.env['TZ'];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
});

function tree(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'cups-archive-'));
  roots.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const CONTRACT = 'libs/agency-contract';
const FILES = {
  LICENSE: 'licence',
  [`${CONTRACT}/README.md`]: 'guide',
  [`${CONTRACT}/CHANGELOG.md`]: 'changes',
  [`${CONTRACT}/published/asyncapi.yaml`]: 'asyncapi: 3.0.0',
  [`${CONTRACT}/published/schemas/a.json`]: '{}',
  [`${CONTRACT}/samples/messages/a.json`]: '{}',
  [`${CONTRACT}/examples/java/Agency.java`]: 'class Agency {}',
};

test('The archive of the same files is the same, in whatever zone and order they were written.', () => {
  process.env['TZ'] = 'Pacific/Auckland';
  const first = archiveOf(tree(FILES), '1.1.0');
  process.env['TZ'] = 'America/Los_Angeles';
  const second = archiveOf(tree(Object.fromEntries(Object.entries(FILES).reverse())), '1.1.0');
  expect(sha256(second.bytes)).toBe(sha256(first.bytes));
  expect(first.checksum).toBe(`${sha256(first.bytes)}  cups-agency-contract-1.1.0.zip\n`);
  const changed = archiveOf(tree(Object.assign({}, FILES, { LICENSE: 'another' })), '1.1.0');
  expect(changed.checksum).not.toBe(first.checksum);
});

test('The archive holds the kit where it was packed, and nothing that a build leaves beside the examples.', () => {
  const left = {
    [`${CONTRACT}/examples/java/target/Agency.class`]: 'x',
    [`${CONTRACT}/examples/java/Agency.class`]: 'x',
    [`${CONTRACT}/examples/python/__pycache__/agency.pyc`]: 'x',
    [`${CONTRACT}/examples/python/.venv/lib/x.py`]: 'x',
    [`${CONTRACT}/examples/python/node_modules/x.js`]: 'x',
    [`${CONTRACT}/src/index.ts`]: 'of ours',
    'libs/agency-kit/dist/cups-agency-1.1.0.tgz': 'kit',
    'libs/agency-kit/dist/cups-agency-1.1.0.tgz.sha256': 'sum',
  };
  expect(archiveOf(tree(FILES), '1.1.0').files).toEqual([
    ...['CHANGELOG.md', 'LICENSE', 'README.md', 'asyncapi.yaml', 'examples/java/Agency.java'],
    ...['samples/messages/a.json', 'schemas/a.json', 'SHA256SUMS'],
  ]);
  const more = archiveOf(tree(Object.assign({}, FILES, left)), '1.1.0').files;
  expect(more.filter((file) => !file.match(/^(CHANGELOG|LICENSE|README|asyncapi|samples|schemas|SHA256SUMS)/))).toEqual(
    ['cups-agency-1.1.0.tgz', 'examples/java/Agency.java'],
  );
});
