import { afterAll, describe, expect, test } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDir } from '@cups/testing';
import { spawnSync } from 'node:child_process';

const root = join(import.meta.dirname, '../..');
const work = temporaryDir();
afterAll(() => work.remove());

/** Runs `cups store verify` on the local platform of a folder. */
function verify(data: string, ...args: string[]) {
  const { MONGODB_URI: _uri, MONGODB_URI_FILE: _file, ...env } = process.env;
  const words = ['--disable-warning=ExperimentalWarning', join(root, 'tools/cli/cups.ts'), 'store', 'verify'];
  const options = { cwd: root, encoding: 'utf8', env } as const;
  return spawnSync(join(root, 'node_modules/.bin/node'), [...words, '--data', data, ...args], options);
}

describe('cups store verify', () => {
  test('starts a stopped store for it and prints what it read', () => {
    const data = join(work.dir, 'intact');
    mkdirSync(join(data, 'store'), { recursive: true });
    const asJson = verify(data, '--json');
    expect(asJson).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(asJson.stdout)).toEqual({
      documents: 0,
      entries: 0,
      missingEntries: 0,
      orphanEntries: 0,
      milliseconds: expect.any(Number),
      faults: [],
    });
    const asText = verify(data);
    expect(asText).toMatchObject({ status: 0, stderr: '' });
    expect(asText.stdout).toMatch(/\n0 documents and 0 index entries read in \d+\.\d s\. No damage\.\n$/);
  });

  test('fails with the sentence of a store that refuses its data', () => {
    const data = join(work.dir, 'damaged');
    mkdirSync(join(data, 'store'), { recursive: true });
    writeFileSync(join(data, 'store', 'CURRENT'), 'MANIFEST-000001\n');
    const { status, stderr } = verify(data, '--json');
    expect(status).toBe(1);
    expect(stderr).toBe(
      `The data in ${join(data, 'store')} is damaged (the file watermark is missing): restore a backup with \`npm run cups -- restore\`.\n`,
    );
  });

  test('starts nothing on a folder without a store', () => {
    const { status, stderr } = verify(work.dir);
    expect({ status, stderr }).toEqual({ status: 1, stderr: `${work.dir} has no store.\n` });
  });
});
