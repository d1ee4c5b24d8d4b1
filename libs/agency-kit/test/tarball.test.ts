import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

/** The kit as an agency gets it: unpacked in an empty folder, without packages. */

const folder = mkdtempSync(join(tmpdir(), 'agency-kit-tarball-'));
const pack = (): string => {
  const out = join(folder, 'dist');
  const words = ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, '../pack.ts'), '--out', out];
  execFileSync(process.execPath, words, { stdio: 'pipe' });
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

/** @returns what it printed, and its exit code */
const cupsAgency = (...words: string[]): Promise<{ code: number; out: string; err: string }> =>
  new Promise((resolve) => {
    const main = join(folder, 'package/bin/cups-agency.mjs');
    execFile(process.execPath, [main, ...words], { cwd: folder }, (error, out, err) =>
      resolve({ code: (error?.code as number | undefined) ?? 0, out, err }),
    );
  });

test('is the same, byte for byte, however often it is made, and its checksum is beside it', () => {
  const first = readFileSync(tarball);
  expect(readFileSync(pack())).toEqual(first);
  const [sum, name] = readFileSync(`${tarball}.sha256`, 'utf8').trim().split(/\s+/);
  expect(sum).toBe(createHash('sha256').update(first).digest('hex'));
  expect(tarball.endsWith(`/${name}`)).toBe(true);
});

test('tells of itself and of each command, and what is wrong with how it was called', async () => {
  const { out } = await cupsAgency('--help');
  const commands = ['check', 'simulate', 'validate', 'sample', 'broker'];
  const helps = await Promise.all(commands.map((command) => cupsAgency(command, '--help')));
  for (const [at, command] of commands.entries()) {
    expect(out).toContain(`cups-agency ${command}`);
    expect([helps[at]!.code, helps[at]!.out.startsWith(`cups-agency ${command}`)]).toEqual([0, true]);
  }
  expect(await cupsAgency('chek')).toMatchObject({ code: 2, err: expect.stringContaining('no command chek') });
  expect(await cupsAgency('check')).toMatchObject({ code: 2, err: expect.stringContaining('no sandbox here') });
  expect(await cupsAgency('check', '--agency', 'x', '--brokers', 'b:1', '--user', 'u')).toMatchObject({ code: 2 });
  expect(await cupsAgency('validate', '--jsn')).toMatchObject({ code: 2, err: expect.stringContaining('--help') });
  expect(await cupsAgency('sample', 'nothing')).toMatchObject({ code: 2 });
});

test('prints samples that it finds in order, and says of a bad message rule, field and mend', async () => {
  const { out } = await cupsAgency('sample', 'decided', '--agency', 'demo');
  expect(JSON.parse(out)).toMatchObject({ topic: 'agency.demo.replies', headers: { ce_source: '/agencies/demo' } });
  const [good, bad] = [join(folder, 'good.json'), join(folder, 'bad.json')] as const;
  writeFileSync(good, out);
  writeFileSync(bad, out.replace('"approved"', '"perhaps"'));
  expect(await cupsAgency('validate', good)).toMatchObject({ code: 0, out: `${good}: in order\n` });
  const { code, out: words } = await cupsAgency('validate', good, bad);
  expect(code).toBe(1);
  expect(words).toMatch(/bad\.json: refused, CONTENT_INVALID\n[^]*outcome: enum\n[^]*Mend: /);
});
