import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import {
  JOURNAL_ACTIONS,
  JOURNAL_DISMISSALS,
  JOURNAL_GROUNDS,
  JOURNAL_REASONS,
  JOURNAL_RESULTS,
} from '../src/journal-codes.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../../docs/reference/journal-entries.md'), 'utf8');

/** Returns the rows of the table in a section of the page. */
function rowsOf(section: string): Record<string, string> {
  const [, text = ''] = PAGE.split(`\n## ${section}\n`);
  const [table = ''] = text.split('\n## ');
  return Object.fromEntries(
    [...table.matchAll(/^\| `([^`]+)` +\| (.+?) +\|$/gm)].map(([, code, meaning]) => [code, meaning]),
  );
}

test.each([
  ['Actions', JOURNAL_ACTIONS],
  ['Grounds', JOURNAL_GROUNDS],
  ['Reasons', JOURNAL_REASONS],
  ['Dismissals', JOURNAL_DISMISSALS],
  ['Results', JOURNAL_RESULTS],
])('%s are codes in kebab case, and the page lists exactly them', (section, codes) => {
  expect(Object.keys(codes).filter((code) => !/^[a-z]+(?:-[a-z]+)*$/.test(code))).toEqual([]);
  expect(rowsOf(section)).toEqual(codes);
});
