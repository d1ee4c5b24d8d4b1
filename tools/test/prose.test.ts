import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';

const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'cups-prose-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Returns the rejected phrases of a page, in order. */
function findBannedPhrases(page: string): string[] {
  const file = join(folder, 'page.md');
  writeFileSync(file, page);
  const textlint = join(root, 'node_modules/.bin/textlint');
  const { stdout } = spawnSync(textlint, ['--format', 'json', file], { cwd: root, encoding: 'utf8' });
  const [result] = JSON.parse(stdout) as { messages: { message: string }[] }[];
  return result!.messages.map(({ message }) => /“(.+)”, use/s.exec(message)![1]!);
}

describe('the check of pages', () => {
  test('rejects every banned phrase and suggests another', () => {
    const phrases = (JSON.parse(readFileSync(join(root, 'banned-phrases.json'), 'utf8')) as [string, string][]).map(
      ([phrase]) => phrase,
    );
    const page = phrases.map((phrase) => `Here ${phrase}, then more.\n`).join('\n');
    expect(new Set(findBannedPhrases(page))).toEqual(new Set(phrases));
  });

  test('finds a phrase in a table, in a quotation and across a line break', () => {
    const page = '| Case |\n| --- |\n| The agency is away |\n\n> Mail stands still.\n\nThe agency is\ntold.\n';
    expect(findBannedPhrases(page)).toEqual(['is away', 'stands still', 'is\ntold']);
  });

  test('accepts a phrase in code', () => {
    expect(findBannedPhrases('The value `stands still` is code.\n')).toEqual([]);
  });
});
