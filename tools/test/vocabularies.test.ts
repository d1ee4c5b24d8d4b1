import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { temporaryDir } from '@cups/testing';

const root = join(import.meta.dirname, '..', '..');
const DOCUMENT = 'apps/gateway/openapi.yaml';
const original = readFileSync(join(root, DOCUMENT), 'utf8');
const folders: { remove(): void }[] = [];
afterEach(() => folders.splice(0).forEach((folder) => folder.remove()));

/** What the tool says of the document, and what it leaves of it. */
function runTool(text: string, ...args: string[]) {
  const { dir, remove } = temporaryDir();
  folders.push({ remove });
  const file = join(dir, DOCUMENT);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  const tool = join(root, 'tools/generate/openapi/vocabularies.ts');
  const command = ['--disable-warning=ExperimentalWarning', tool, '--folder', dir, ...args];
  const { status, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8' });
  return { status, stderr, document: readFileSync(file, 'utf8') };
}

describe('OpenAPI vocabularies', () => {
  test('match the code', () => {
    expect(runTool(original, '--check')).toMatchObject({ status: 0, stderr: '' });
  });

  test.each([
    ['a reason that is gone', '        - ETAG_STALE\n', ''],
    ['a rule too many', '        - CONTROL_CHARACTERS\n', '        - CONTROL_CHARACTERS\n        - TOO_BLUE\n'],
    ['another note for the desk', '        - second-decision\n', '        - third-decision\n'],
  ])('%s is reported and fixed by the tool', (_name, from, to) => {
    expect(original).toContain(from);
    const changed = original.replace(from, () => to);
    const checked = runTool(changed, '--check');
    expect(checked).toMatchObject({ status: 1, document: changed });
    expect(checked.stderr).toContain('is stale: run `node tools/generate/openapi/vocabularies.ts`');
    expect(runTool(changed)).toMatchObject({ status: 0, document: original });
  });

  test('are refused in a document without their block', () => {
    const without = original.replace('# Made by tools/generate/openapi/vocabularies.ts', '# Made by hand');
    expect(runTool(without)).toMatchObject({ status: 1, document: without });
  });
});
