import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from '@jest/globals';
import { build } from 'esbuild';

/** The whole library as a page would load it. */

/**
 * Bytes after gzip that a page may pay for it; it was 12,650 when this was written, 19,796 with the check of IBANs, and
 * 20,560 with what desks note beside the content and with documents of other states, and 22,003 with the definitions of a
 * name and of an e-mail address.
 */
const MAX_BYTES = 22 * 1024;

let code = '';
beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: [join(process.cwd(), 'src/index.ts')],
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'esm',
    minify: true,
    logLevel: 'silent',
  });
  code = outputFiles[0]!.text;
});

test('the library of applications bundles for a browser, without a module of Node and without one that is left to be found', () => {
  // A module of Node that is imported ends the bundling; what is left is a name in the code.
  expect(code).not.toMatch(/["'`]node:|\brequire\(|^import\b/m);
  expect(code).not.toMatch(/\b(?:Buffer|process|__dirname)\b\s*[.[(]/);
});

test('the library of applications makes no code at run time, so that a strict content security policy lets it run', () => {
  expect(code).not.toMatch(/\beval\s*\(|\bnew Function\b|\bFunction\s*\(|\bimport\s*\(/);
});

test(`the library of applications weighs at most ${MAX_BYTES} bytes after gzip`, () => {
  const bytes = gzipSync(code, { level: 9 }).length;
  expect(bytes).toBeLessThanOrEqual(MAX_BYTES);
  expect(bytes).toBeGreaterThan(1_000);
});
