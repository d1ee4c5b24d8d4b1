import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

/** Tests the packed kit, unpacked in an empty folder without dependencies. */

const folder = mkdtempSync(join(tmpdir(), 'agency-kit-tarball-'));
const pack = (): string => {
  const out = join(folder, 'dist');
  const args = ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, '../pack.ts'), '--out', out];
  execFileSync(process.execPath, args, { stdio: 'pipe' });
  return join(
    out,
    readdirSync(out).find((file) => file.endsWith('.tgz'))!,
  );
};
let tarball: string;
beforeAll(() => {
  tarball = pack();
  execFileSync('tar', ['xzf', tarball, '-C', folder]);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the packed CLI. */
const cupsAgency = (...args: string[]): Promise<{ code: number; out: string; err: string }> =>
  new Promise((resolve) => {
    const main = join(folder, 'package/bin/cups-agency.mjs');
    execFile(process.execPath, [main, ...args], { cwd: folder }, (error, out, err) =>
      resolve({ code: (error?.code as number | undefined) ?? 0, out, err }),
    );
  });

test('builds the same tarball each time, with its checksum', () => {
  const first = readFileSync(tarball);
  expect(readFileSync(pack())).toEqual(first);
  const [sum, name] = readFileSync(`${tarball}.sha256`, 'utf8').trim().split(/\s+/);
  expect(sum).toBe(createHash('sha256').update(first).digest('hex'));
  expect(tarball.endsWith(`/${name}`)).toBe(true);
});

test('prints help for each command, and usage errors', async () => {
  const { out } = await cupsAgency('--help');
  const commands = ['check', 'simulate', 'validate', 'sample', 'broker'];
  const helps = await Promise.all(commands.map((command) => cupsAgency(command, '--help')));
  for (const [index, command] of commands.entries()) {
    expect(out).toContain(`cups-agency ${command}`);
    expect([helps[index]!.code, helps[index]!.out.startsWith(`cups-agency ${command}`)]).toEqual([0, true]);
  }
  expect(await cupsAgency('chek')).toMatchObject({ code: 2, err: expect.stringContaining('Unknown command: chek') });
  expect(await cupsAgency('check')).toMatchObject({ code: 2, err: expect.stringContaining('No sandbox found') });
  expect(await cupsAgency('check', '--agency', 'x', '--brokers', 'b:1', '--user', 'u')).toMatchObject({ code: 2 });
  expect(await cupsAgency('validate', '--jsn')).toMatchObject({ code: 2, err: expect.stringContaining('--help') });
  expect(await cupsAgency('sample', 'nothing')).toMatchObject({ code: 2 });
});

test('prints valid samples, and the rule, field and remedy for an invalid message', async () => {
  const { out } = await cupsAgency('sample', 'decided', '--agency', 'demo');
  expect(JSON.parse(out)).toMatchObject({ topic: 'agency.demo.replies', headers: { ce_source: '/agencies/demo' } });
  const [good, bad] = [join(folder, 'good.json'), join(folder, 'bad.json')] as const;
  writeFileSync(good, out);
  writeFileSync(bad, out.replace('"approved"', '"perhaps"'));
  expect(await cupsAgency('validate', good)).toMatchObject({ code: 0, out: `${good}: valid\n` });
  const { code, out: report } = await cupsAgency('validate', good, bad);
  expect(code).toBe(1);
  expect(report).toMatch(/bad\.json: refused, CONTENT_INVALID\n[^]*outcome: enum\n[^]*Remedy: /);
});
