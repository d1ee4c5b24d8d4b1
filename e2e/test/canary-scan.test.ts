import { afterAll, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDir } from '@cups/testing';
import { createNeedles, listFiles, scanFile } from './canary-scan.ts';

const folder = temporaryDir();
afterAll(() => folder.remove());
const NAME = 'Canărescu';
const needles = createNeedles({ name: NAME, number: '290010000' });
const file = join(folder.dir, 'file');

function scan(...parts: (string | Buffer)[]): string[] {
  writeFileSync(file, Buffer.concat(parts.map((part) => Buffer.from(part))));
  return scanFile(file, needles);
}

test.each([
  ['UTF-8', Buffer.from(NAME)],
  ['UTF-16LE', Buffer.from(NAME, 'utf16le')],
  ['base64', Buffer.from(Buffer.from(NAME).toString('base64'))],
  ['base64', Buffer.from(Buffer.from(`x${NAME} and more`).toString('base64'))],
  ['base64', Buffer.from(Buffer.from(`xy${NAME}?`).toString('base64'))],
  ['hex', Buffer.from(Buffer.from(NAME).toString('hex'))],
  ['hex', Buffer.from(Buffer.from(NAME).toString('hex').toUpperCase())],
  ['percent', Buffer.from(encodeURIComponent(NAME))],
  ['JSON escape', Buffer.from('Can\\u0103rescu')],
])('finds a name in %s between random bytes', (encoding, bytes) => {
  expect(scan(randomBytes(1_000), bytes, randomBytes(1_000))).toEqual([`name in ${encoding}`]);
});

test('finds a text across the border of two chunks, and nothing in random bytes', () => {
  expect(scan(Buffer.alloc(4 * 1024 * 1024 - 4), '2900100000123')).toEqual(['number in UTF-8']);
  expect(scan(randomBytes(5_000_000))).toEqual([]);
  expect(listFiles(folder.dir)).toEqual(['file']);
});
