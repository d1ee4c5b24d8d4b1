import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { copyRegistryWithoutLimits, LOAD_SETTINGS } from '../jobs.ts';
import type { ServedPlatform, ServeMessage, ServeOptions } from './serve.ts';

/** The platform of one checkout, in a process group of its own. */

export interface RunningSide extends ServedPlatform {
  /** Names of processes that have exited unexpectedly. */
  exited: string[];
  stop(): Promise<void>;
}

export interface SideOptions {
  open: boolean;
  /** Settings beside those of a platform under load. */
  env?: Record<string, string>;
  /** Whether services run from sources, whose names a profile needs. @default false */
  fromSources?: boolean;
  signal: AbortSignal;
  onProgress: (line: string) => void;
}

const root = join(import.meta.dirname, '../..');

/**
 * Starts the platform of a checkout on an empty folder, measures it and stops it. Keeps the folder, with the logs, when that
 * fails.
 */
export async function runSide<T>(
  checkout: string,
  { open, env = {}, fromSources = false, signal, onProgress }: SideOptions,
  measure: (side: RunningSide, prefix: string) => Promise<T>,
): Promise<T> {
  if (signal.aborted) throw new Error('stopped');
  mkdirSync(join(root, '.cups'), { recursive: true });
  const dataDir = mkdtempSync(join(root, '.cups', 'compare-'));
  const prefix = `bench${randomBytes(3).toString('hex')}-`;
  const settings = { ...LOAD_SETTINGS, REGISTRY_DIR: copyRegistryWithoutLimits(dataDir, checkout), ...env };
  let finished = false;
  try {
    const options = { dataDir, prefix, open, env: settings, fromSources };
    const side = await startSide(checkout, options, { signal, onProgress });
    try {
      const result = await measure(side, prefix);
      finished = true;
      return result;
    } finally {
      await side.stop();
    }
  } finally {
    if (finished || signal.aborted) rmSync(dataDir, { recursive: true, force: true });
    else process.stderr.write(`The logs of this platform are in ${relative(root, dataDir)}.\n`);
  }
}

/** @throws Error, one sentence, when the platform does not start */
async function startSide(
  checkout: string,
  options: ServeOptions,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (line: string) => void },
): Promise<RunningSide> {
  const child = spawn(
    join(checkout, 'node_modules/.bin/node'),
    ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'serve.ts'), checkout, JSON.stringify(options)],
    // Ctrl-C must not end it: this process stops it in order. The IPC channel ends it if this process is killed.
    { cwd: checkout, detached: true, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  );
  const ended = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  const exited: string[] = [];
  const abort = () => child.kill('SIGTERM');
  signal.addEventListener('abort', abort, { once: true });
  try {
    const served = await waitUntilServing(child, onProgress, exited);
    return { ...served, exited, stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function waitUntilServing(
  child: ChildProcess,
  onProgress: (line: string) => void,
  exited: string[],
): Promise<ServedPlatform> {
  return new Promise((resolve, reject) => {
    child.on('message', (message: ServeMessage) => {
      if (message.kind === 'progress') onProgress(message.line);
      else if (message.kind === 'exited') exited.push(message.name);
      else if (message.kind === 'failed') reject(new Error(message.error));
      else resolve(message);
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error('The process of the platform has exited.')));
  });
}
