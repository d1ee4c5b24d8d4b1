import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { buildArchive, sha256 } from '../generate/contract/archive.ts';

/** The archive that agencies download, made of a small tree of its own. */

const roots: string[] = [];
afterEach(() => roots.splice(0).forEach((root) => rmSync(root, { recursive: true })));

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

/** The checksum as a process in another time zone makes it: a ZIP holds local time. */
function checksumIn(zone: string, root: string): string {
  const archive = new URL('../generate/contract/archive.ts', import.meta.url).href;
  const program = `import { buildArchive } from '${archive}'; process.stdout.write(buildArchive(process.argv[1], '1.1.0').checksum);`;
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', program, root];
  const env = Object.assign({}, process.env, { TZ: zone });
  return execFileSync(process.execPath, args, { encoding: 'utf8', env });
}

test('writes a reproducible archive in any time zone and order', () => {
  const first = buildArchive(tree(FILES), '1.1.0');
  expect(first.checksum).toBe(`${sha256(first.bytes)}  cups-agency-contract-1.1.0.zip\n`);
  const turned = tree(Object.fromEntries(Object.entries(FILES).reverse()));
  expect(checksumIn('Pacific/Auckland', turned)).toBe(first.checksum);
  expect(checksumIn('America/Los_Angeles', turned)).toBe(first.checksum);
  const changed = buildArchive(tree(Object.assign({}, FILES, { LICENSE: 'another' })), '1.1.0');
  expect(changed.checksum).not.toBe(first.checksum);
});

test('includes a packed kit and no build output of the examples', () => {
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
  expect(buildArchive(tree(FILES), '1.1.0').files).toEqual([
    ...['CHANGELOG.md', 'LICENSE', 'README.md', 'asyncapi.yaml', 'examples/java/Agency.java'],
    ...['samples/messages/a.json', 'schemas/a.json', 'SHA256SUMS'],
  ]);
  const more = buildArchive(tree(Object.assign({}, FILES, left)), '1.1.0').files;
  expect(more.filter((file) => !file.match(/^(CHANGELOG|LICENSE|README|asyncapi|samples|schemas|SHA256SUMS)/))).toEqual(
    ['cups-agency-1.1.0.tgz', 'examples/java/Agency.java'],
  );
});
