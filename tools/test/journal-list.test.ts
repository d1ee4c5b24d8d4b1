import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { verifyList } from '../cli/journal/verify-list.ts';
import { createKey, inclusionProof, leafOf, record, signCheckpoint } from './journal-log.ts';

const key = createKey();
const APPLICATION = 'applications/01JAAAAAAAAAAAAAAAAAAAAAAA';
const rows = Array.from({ length: 21 }, (_, n) => record({ resource: APPLICATION, sequence: n + 1 }, n));
const leaves = rows.map(leafOf);

const entryOf = (index: number, count = leaves.length) => ({
  index,
  text: rows[index]!.subarray(16).toString(),
  salt: rows[index]!.subarray(0, 16).toString('base64'),
  proof: inclusionProof(index, leaves.slice(0, count)).map((hash) => hash.toString('base64')),
});
const pageOf = (indexes: number[], count = leaves.length) => ({
  checkpoint: signCheckpoint(leaves.slice(0, count), [key]),
  entries: indexes.map((index) => entryOf(index, count)),
});
const listOf = (...pages: object[]) => Buffer.from(JSON.stringify({ application: APPLICATION, pages }));
const all = rows.map((_, index) => index);

describe('the file of an access list', () => {
  test.each([1, 2, 3, 4, 7, 8, 9, 16, 17, 21])('has entries that a log of %i entries contains', (count) => {
    const bytes = listOf(pageOf(all.slice(0, count), count));
    expect(verifyList(bytes, [key.text])).toEqual({
      entries: count,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      findings: [],
    });
  });

  test('may have pages of different checkpoints', () => {
    expect(verifyList(listOf(pageOf([20, 3]), pageOf([2, 0], 9)), [key.text])).toMatchObject({
      entries: 4,
      findings: [],
    });
  });

  test.each([
    ['text', { text: '{"resource":"x"}' }],
    ['salt', { salt: Buffer.alloc(16).toString('base64') }],
    ['position', { index: 4 }],
    ['position beyond the log', { index: 21 }],
    ['proof', { proof: [] }],
  ])('is refused with another %s', (_, change) => {
    const page = pageOf([3]);
    const altered = { ...page, entries: [{ ...page.entries[0]!, ...change }] };
    expect(verifyList(listOf(altered), [key.text]).findings).toEqual([expect.stringMatching(/^entry-changed: /)]);
  });

  test('is refused with an entry of another application', () => {
    const list = { application: 'applications/other', pages: [pageOf([3])] };
    const { findings } = verifyList(Buffer.from(JSON.stringify(list)), [key.text]);
    expect(findings).toEqual([`entry-foreign: entry 3 is about ${APPLICATION}`]);
  });

  test('is refused if an unknown key signed it, and if it is no list', () => {
    expect(() => verifyList(listOf(pageOf([3])), [createKey().text])).toThrow('None of the known keys signed it.');
    for (const text of ['', 'null', '{}', '{"application":"x","pages":[{}]}', '[]'])
      expect(() => verifyList(Buffer.from(text), [key.text])).toThrow('The file is no access list');
  });
});
