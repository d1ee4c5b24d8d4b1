import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryDir, uniquePrefix } from '@cups/testing';
import { testRequiring } from '@cups/testing/programs';
import { afterAll, expect, test } from '@jest/globals';
import { playDay } from '../day/play-day.ts';
import { startPlatform } from '../platform/platform.ts';
import { DIFFERENCES, findSurprises } from './second-engine/differences.ts';
import type { Difference, TestResult } from './second-engine/differences.ts';
import { startSecondEngine } from './second-engine/server.ts';
import type { SecondEngine } from './second-engine/server.ts';

/**
 * A second opinion on the commands that the platform sends to its store: the same day, races and reads on SecantusDB.
 * What differs is a list; a new difference and a fixed one both fail.
 */

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const { dir, remove } = temporaryDir();
let started: Promise<SecondEngine> | undefined;
const startOnce = (): Promise<SecondEngine> => (started ??= startSecondEngine(dir));
afterAll(async () => {
  await (await started)?.stop();
  remove();
});

/** Runs a test file of another project on the engine. */
async function runTestFile(project: string, file: string, long: boolean): Promise<TestResult[]> {
  const { uri } = await startOnce();
  const output = join(dir, `${file}.json`);
  const node = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const jest = [join(root, 'node_modules/jest/bin/jest.js'), `test/${file}`, '--json', `--outputFile=${output}`];
  const env = Object.assign({}, process.env, { MONGODB_URI: uri, SECOND_ENGINE: '1', CUPS_LONG: long ? '1' : '' });
  // The exit code of failed tests says no more than the file.
  await run(process.execPath, [...node, ...jest], { cwd: join(root, project), env, maxBuffer: 1 << 26 }).catch(
    () => {},
  );
  const { testResults } = JSON.parse(readFileSync(output, 'utf8')) as {
    testResults: { assertionResults: TestResult[] }[];
  };
  return testResults.flatMap(({ assertionResults }) => assertionResults);
}

test('reports a new difference and a fixed one', () => {
  const results = ['fixed', 'known', 'new', 'slow'].map((fullName) => ({
    fullName,
    status: fullName === 'fixed' ? 'passed' : 'failed',
  }));
  const list: Difference[] = [
    { test: 'fixed', outcome: 'fails', reason: '' },
    { test: 'known', outcome: 'fails', reason: '' },
    { test: 'slow', outcome: 'varies', reason: '' },
  ];
  expect(findSurprises(results, list)).toEqual([
    'Passes now, remove it from the list of differences: fixed',
    'New failure: new',
  ]);
});

testRequiring('python', 'pip')(
  'SecantusDB plays a sample day without a loss',
  async () => {
    const { uri } = await startOnce();
    const { MONGODB_URI: before } = process.env;
    process.env['MONGODB_URI'] = uri;
    const platform = await startPlatform({ port: 0, dataDir: join(dir, 'day'), prefix: uniquePrefix() });
    try {
      const day = await playDay({ url: platform.url, parallel: 4 });
      expect(day).toMatchObject({ lost: 0, doubled: 0, errors: [] });
    } finally {
      await platform.stop();
      if (before !== undefined) process.env['MONGODB_URI'] = before;
    }
  },
  600_000,
);

testRequiring('python', 'pip')(
  'SecantusDB decides the races of documents',
  async () => {
    const results = await runTestFile('libs/store', 'documents.test.ts', false);
    expect(results.length).toBeGreaterThan(20);
    expect(findSurprises(results, DIFFERENCES)).toEqual([]);
  },
  300_000,
);

testRequiring('python', 'pip')(
  'SecantusDB answers the table of queries, apart from listed differences',
  async () => {
    const results = await runTestFile('apps/intake', 'query-plans.long.test.ts', true);
    expect(results.length).toBeGreaterThan(40);
    expect(findSurprises(results, DIFFERENCES)).toEqual([]);
  },
  600_000,
);
