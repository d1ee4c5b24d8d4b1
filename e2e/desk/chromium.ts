import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import type { Browser, BrowserServer } from 'playwright-core';

/** Chromiums that come as packages of npm: nothing is downloaded when one is started. */

/** `oldest` is the last for Windows 7, which the desk is built for. */
export type ChromiumVersion = 'newest' | 'oldest';
const require = createRequire(import.meta.url);
const PACKAGES: Readonly<Record<ChromiumVersion, string>> = {
  newest: require.resolve('@sparticuz/chromium'),
  oldest: require.resolve('chromium-109'),
};

/** What a test, or a container, needs. The package's own flags would run it in one process, without fences between sites. */
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--font-render-hinting=none'];

/** Starts one that several processes may use, each by `wsEndpoint()`. */
export const serveChromium = (): Promise<BrowserServer> =>
  chromium.launchServer({ executablePath: findExecutable('newest'), args: FLAGS });

/** @param flags more of the command line, such as a port for DevTools */
export const startChromium = (which: ChromiumVersion, flags: string[] = []): Promise<Browser> =>
  chromium.launch({ executablePath: findExecutable(which), args: [...FLAGS, ...flags] });

/** The program, unpacked once for each version; the packages' own place for it is one for all versions. */
export function findExecutable(which: ChromiumVersion): string {
  const folder = packageFolder(PACKAGES[which]);
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  const place = join(import.meta.dirname, '../../.cups/browsers', version);
  const program = join(place, 'chromium');
  if (existsSync(program)) return program;
  mkdirSync(place, { recursive: true });
  // Whole, or not there: another process may be looking for it at this moment.
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
