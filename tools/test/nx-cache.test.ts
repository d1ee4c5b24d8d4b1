import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { expect, test } from '@jest/globals';

const root = join(import.meta.dirname, '..', '..');
const require = createRequire(import.meta.url);

test('what Nx remembers of a checkout lies inside that checkout, so that a fresh clone remembers nothing', () => {
  // Asked of Nx itself, in a process of its own: it decides once, at import, from the folder and the environment.
  const ask = `process.stdout.write(require(${JSON.stringify(require.resolve('nx/src/utils/cache-directory'))}).cacheDir)`;
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'] };
  const folder = execFileSync(process.execPath, ['-e', ask], { cwd: root, env, encoding: 'utf8' });
  expect(relative(root, folder)).toBe(join('.nx', 'cache'));
});

test('the check of a submission believes nothing that was remembered', () => {
  expect(readFileSync(join(root, '.ci', 'run'), 'utf8')).toMatch(/npm test -- --all --no-cache$/m);
});

test.each([
  ['the journeys', 'e2e'],
  ['the tests of the tools, which read documents and contracts of others,', 'tools'],
])('%s are run again when anything in apps or libs has changed', (_, project) => {
  const { nx } = JSON.parse(readFileSync(join(root, project, 'package.json'), 'utf8')) as {
    nx: { targets: { test: { inputs: string[] } } };
  };
  expect(nx.targets.test.inputs).toEqual(
    expect.arrayContaining(['{workspaceRoot}/apps/**/*', '{workspaceRoot}/libs/**/*']),
  );
});
