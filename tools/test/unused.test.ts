import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';

const root = join(import.meta.dirname, '..', '..');

test('detects an unused dependency, library export and file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cups-unused-'));
  const write = (file: string, content: string | object) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), typeof content === 'string' ? content : JSON.stringify(content));
  };
  try {
    write('package.json', { name: 'workspace', private: true, workspaces: ['libs/*', 'apps/*'] });
    write('libs/one/package.json', { name: 'one', exports: './src/index.ts' });
    write('libs/one/src/index.ts', 'export const used = 1;\nexport const forgotten = 2;\n');
    write('apps/two/package.json', { name: 'two', dependencies: { one: '*', luxon: '1.0.0' } });
    write('apps/two/src/main.ts', "import { used } from 'one';\nprocess.exitCode = used;\n");
    write('apps/two/src/old.ts', 'export const old = 1;\n');
    const knip = join(root, 'node_modules/.bin/knip');
    const args = [
      '--directory',
      folder,
      '--config',
      join(root, 'knip.jsonc'),
      '--no-config-hints',
      '--reporter',
      'json',
    ];
    const { status, stdout } = spawnSync(knip, args, { encoding: 'utf8' });
    const { issues } = JSON.parse(stdout) as { issues: Record<string, { name: string }[] | string>[] };
    const found = (kind: string) =>
      issues.flatMap((issue) => (issue[kind] as { name: string }[]).map(({ name }) => name));
    expect(status).toBe(1);
    expect(found('dependencies')).toEqual(['luxon']);
    expect(found('exports')).toEqual(['forgotten']);
    expect(issues.map(({ file }) => file)).toContain('apps/two/src/old.ts');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
