import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

/** The command as a person types it; none of these changes the machine. */
const cluster = async (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> => {
  const tool = join(import.meta.dirname, '../../cli/cluster.ts');
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [tool, ...args]);
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
};

test('without a command, the cluster says what there is', async () => {
  const { code, stdout } = await cluster();
  expect(code).toBe(0);
  for (const command of ['build', 'up', 'down', 'status']) expect(stdout).toContain(`\n  ${command} `);
});

test.each([
  [['start'], 'Command start not found. Commands: build, up, down, status, load, beside, policies. See --help.'],
  [['up', 'dns'], 'up takes options only, not dns.'],
  [['load', 'nothing.tar'], 'There is no '],
  [['build', '--addons', 'dns,mesh,ingress'], 'There is no addon mesh, ingress: dns, metrics, policies, keda.'],
  [['up', '--folder', `/${'long/'.repeat(20)}`], 'is too long a path: a socket below it has room for 107 bytes.'],
])('%j is refused with a sentence', async (args, sentence) => {
  const { code, stderr } = await cluster(...args);
  expect(code).toBe(1);
  expect(stderr).toContain(sentence);
});

test('what the operator wrote into the folder mine is not written over', async () => {
  const mine = mkdtempSync(join(tmpdir(), 'cups-mine-'));
  try {
    writeFileSync(join(mine, 'values.yaml'), 'global: {}\n');
    const { code, stderr } = await cluster('beside', '--mine', mine);
    expect(code).toBe(1);
    expect(stderr).toContain('values.yaml is yours: name another folder with --mine.');
  } finally {
    rmSync(mine, { recursive: true });
  }
});
