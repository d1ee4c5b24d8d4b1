import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { watchAgencies } from '../src/agencies.ts';

/** Which files of a folder the simulator takes for an agency with a system. */

const folder = mkdtempSync(join(tmpdir(), 'cups-agencies-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (code: string, line: string) => writeFileSync(join(folder, `${code}.yaml`), `code: ${code}\n${line}\n`);

test.each([
  ['channel: kafka', true],
  ["channel: 'kafka'", true],
  ['calendar: holidays-md # channel: page', true],
  ['channel: page', false],
  ['channel: "page"', false],
])('an agency with the line %s: simulated %s', (line, isSimulated) => {
  write('arhiva', line);
  const added: string[] = [];
  watchAgencies(
    folder,
    (code) => added.push(code),
    () => {},
  )();
  expect(added).toEqual(isSimulated ? ['arhiva'] : []);
});
