import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { temporaryDir } from '../src/folders.ts';

const project = join(import.meta.dirname, '..');
const jest = join(project, '../../node_modules/jest/bin/jest.js');

/** Runs the long tests of this project with another PATH. */
function runLongTests(path: string): { status: string; fullName: string }[] {
  const { dir, remove } = temporaryDir();
  const file = join(dir, 'results.json');
  const env = Object.assign({}, process.env, { CUPS_LONG: '1', PATH: path });
  try {
    const commandArguments = ['--experimental-vm-modules', jest, '--json', '--outputFile', file];
    execFileSync(process.execPath, commandArguments, { cwd: project, env, stdio: 'pipe' });
    const { testResults } = JSON.parse(readFileSync(file, 'utf8')) as {
      testResults: { assertionResults: { status: string; fullName: string }[] }[];
    };
    return testResults.flatMap(({ assertionResults }) =>
      assertionResults.map(({ status, fullName }) => ({ status, fullName })),
    );
  } finally {
    remove();
  }
}

test('testRequiring names the missing program of a skipped test', () => {
  expect(runLongTests('/nowhere')).toEqual([
    { status: 'pending', fullName: 'not run: python missing: runs a required program' },
  ]);
});
