import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import type { Browser, BrowserServer } from 'playwright-core';

/** Chromium from npm packages, without downloads. */

/** `oldest` is the last for Windows 7, the desk's oldest supported browser. */
export type ChromiumVersion = 'newest' | 'oldest';
const require = createRequire(import.meta.url);
const PACKAGES: Readonly<Record<ChromiumVersion, string>> = {
  newest: require.resolve('@sparticuz/chromium'),
  oldest: require.resolve('chromium-109'),
};

/** Flags for containers. The package's own flags would disable site isolation. */
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--font-render-hinting=none'];

/** Starts a browser that several processes share by `wsEndpoint()`. */
export const serveChromium = (): Promise<BrowserServer> =>
  chromium.launchServer({ executablePath: findExecutable('newest'), args: FLAGS });

/**
 * Starts a browser.
 * @param flags further command-line flags, such as a DevTools port
 */
export const startChromium = (which: ChromiumVersion, flags: string[] = []): Promise<Browser> =>
  chromium.launch({ executablePath: findExecutable(which), args: [...FLAGS, ...flags] });

/** Returns the executable, unpacked once per version. */
export function findExecutable(which: ChromiumVersion): string {
  const folder = packageFolder(PACKAGES[which]);
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  const place = join(import.meta.dirname, '../../.cups/browsers', version);
  const program = join(place, 'chromium');
  if (existsSync(program)) return program;
  mkdirSync(place, { recursive: true });
  // An atomic rename: another process may look for it now.
  const part = `${program}.${process.pid}`;
  writeFileSync(part, brotliDecompressSync(readFileSync(join(folder, 'bin/chromium.br'))), { mode: 0o755 });
  renameSync(part, program);
  return program;
}

function packageFolder(entry: string): string {
  let folder = dirname(entry);
  while (!existsSync(join(folder, 'bin/chromium.br'))) folder = dirname(folder);
  return folder;
}
