import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { build } from 'esbuild';

/**
 * Maximum size of the bundled library after gzip. It grew from 12,650 bytes to 22,003 with the checks of IBANs,
 * casework, foreign documents, names and email addresses, to 23,632 with compiled checks of schemas, and to 24,756 with
 * corrections, and guards of restricted and erased applications.
 */
const MAX_BYTES = 25 * 1024;

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

describe('application library in a browser', () => {
  test('bundles for a browser without Node modules and unresolved imports', () => {
    // An imported Node module fails the bundling; unresolved ones remain as names in the code.
    expect(code).not.toMatch(/["'`]node:|\brequire\(|^import\b/m);
    expect(code).not.toMatch(/\b(?:Buffer|process|__dirname)\b\s*[.[(]/);
  });

  test('generates no code at run time, as a strict content security policy requires', () => {
    expect(code).not.toMatch(/\beval\s*\(|\bnew Function\b|\bFunction\s*\(|\bimport\s*\(/);
  });

  test(`has at most ${MAX_BYTES} bytes after gzip`, () => {
    const bytes = gzipSync(code, { level: 9 }).length;
    expect(bytes).toBeLessThanOrEqual(MAX_BYTES);
    expect(bytes).toBeGreaterThan(1_000);
  });
});
