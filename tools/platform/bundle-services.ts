import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { build } from 'esbuild';
import { BUNDLE_OPTIONS, bundlePath, PROGRAMS, sourcePath } from './bundles.ts';
import { SERVICES } from './services.ts';

/**
 * Writes the bundles of all services that changed: `node tools/platform/bundle-services.ts <root>`. Running processes and other
 * platforms of the same checkout are unaffected.
 */

/** Minified text has no line breaks of its own; shorter lines give the positions in logs a meaning. */
const MAX_LINE_LENGTH = 160;

const root = process.argv[2]!;
const { outputFiles } = await build({
  ...BUNDLE_OPTIONS,
  absWorkingDir: root,
  entryPoints: { ...Object.fromEntries(SERVICES.map((name) => [name, sourcePath(root, name)])), ...PROGRAMS },
  outdir: dirname(bundlePath(root, '')),
  outExtension: { '.js': '.mjs' },
  minifyWhitespace: true,
  lineLimit: MAX_LINE_LENGTH,
  write: false,
});
for (const { path, contents } of outputFiles) if (!hasContent(path, contents)) replaceFile(path, contents);

function hasContent(path: string, contents: Uint8Array): boolean {
  try {
    return readFileSync(path).equals(contents);
  } catch {
    return false;
  }
}

/** Writes a draft and renames it, so that no process reads half a file. */
function replaceFile(path: string, contents: Uint8Array): void {
  const draft = `${path}.${process.pid}`;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(draft, contents);
  renameSync(draft, path);
}
