import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

/** The command as a person types it; none of these changes the machine. */
const cluster = async (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> => {
  const tool = join(import.meta.dirname, '../../cli/cups.ts');
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [tool, 'cluster', ...args]);
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
};

test('lists its commands', async () => {
  const { code, stdout } = await cluster('--help');
  expect(code).toBe(0);
  for (const command of ['build', 'up', 'down', 'status']) expect(stdout).toContain(`\n  ${command} `);
});

test.each<[string[], number, string]>([
  [['start'], 2, "Unknown command 'start'. See --help."],
  [['up', 'dns'], 2, "Too many arguments for 'up'. Expected 0 arguments but got 1"],
  [['load', 'nothing.tar'], 1, 'There is no '],
  [
    ['build', '--addons', 'dns,mesh,ingress'],
    2,
    'Addon mesh, ingress not found. Addons: dns, metrics, policies, keda.',
  ],
  [['up', '--folder', `/${'long/'.repeat(20)}`], 1, 'is too long a path: a socket below it has room for 107 bytes.'],
])('refuses %j with a sentence and code %i', async (args, wanted, sentence) => {
  const { code, stderr } = await cluster(...args);
  expect(code).toBe(wanted);
  expect(stderr).toContain(sentence);
});

test('what the operator wrote into the folder mine is not written over', async () => {
  const mine = mkdtempSync(join(tmpdir(), 'cups-mine-'));
  try {
    writeFileSync(join(mine, 'values.yaml'), 'global: {}\n');
    const { code, stderr } = await cluster('external-services', '--mine', mine);
    expect(code).toBe(1);
    expect(stderr).toContain('values.yaml is yours: name another folder with --mine.');
  } finally {
    rmSync(mine, { recursive: true });
  }
});
