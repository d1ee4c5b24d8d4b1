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
  ['channel: kafka', 'kafka'],
  ["channel: 'kafka'", 'kafka'],
  ['calendar: holidays-md # channel: page', 'kafka'],
  ['channel: pull', 'pull'],
  ['channel: page', undefined],
  ['channel: "page"', undefined],
])('an agency with the line %s: simulated over %s', (line, channel) => {
  write('arhiva', line);
  const added: string[][] = [];
  watchAgencies(
    folder,
    (...agency) => added.push(agency),
    () => {},
  )();
  expect(added).toEqual(channel === undefined ? [] : [['arhiva', channel]]);
});
