import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { expect, test } from '@jest/globals';

const root = join(import.meta.dirname, '..', '..');
const require = createRequire(import.meta.url);

test('keeps Nx’s cache inside the checkout', () => {
  // Asked of Nx itself, in a process of its own: it decides once, at import, from the folder and the environment.
  const ask = `process.stdout.write(require(${JSON.stringify(require.resolve('nx/src/utils/cache-directory'))}).cacheDir)`;
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'] };
  const folder = execFileSync(process.execPath, ['-e', ask], { cwd: root, env, encoding: 'utf8' });
  expect(relative(root, folder)).toBe(join('.nx', 'cache'));
});

test('checks a submission without the cache', () => {
  expect(readFileSync(join(root, '.ci', 'run'), 'utf8')).toMatch(/npm test -- --all --no-cache$/m);
});

test.each([
  ['the journeys', 'e2e'],
  ['the tests of the tools, which read documents and contracts of others,', 'tools'],
])('runs %s again after any change in apps or libs', (_, project) => {
  const { nx } = JSON.parse(readFileSync(join(root, project, 'package.json'), 'utf8')) as {
    nx: { targets: { test: { inputs: string[] } } };
  };
  expect(nx.targets.test.inputs).toEqual(
    expect.arrayContaining(['{workspaceRoot}/apps/**/*', '{workspaceRoot}/libs/**/*']),
  );
});
