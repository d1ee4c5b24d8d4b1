import { readdirSync, readFileSync, statSync, watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { join } from 'node:path';

/** Editors write a file several times in quick succession. */
const DEBOUNCE_MS = 50;

/**
 * Checks a folder at the start of a process.
 * @throws Error if the folder cannot be read
 */
export function assertReadable(dir: string): void {
  try {
    readdirSync(dir);
  } catch (cause) {
    throw new Error(`REGISTRY_DIR must name a folder of data: ${dir} cannot be read.`, { cause });
  }
}

/**
 * Returns the sorted names of the files with an extension, hidden files excluded.
 * @throws Error if the folder cannot be read
 */
export function listFiles(dir: string, extension: string): string[] {
  return readdirSync(dir)
    .filter((name) => name.endsWith(extension) && !name.startsWith('.'))
    .sort();
}

/** Returns a signature that changes with any file. It follows symbolic links and reads no content. */
export function computeSignature(dir: string, names: string[]): string {
  const lines = names.map((name) => {
    const stat = statSync(join(dir, name), { throwIfNoEntry: false });
    return stat ? `${name} ${stat.ino} ${stat.size} ${stat.mtimeMs}` : name;
  });
  return lines.join('\n');
}

/** Returns the texts of all readable files. */
export function readTexts(dir: string, names: string[]): Map<string, string> {
  const texts = new Map<string, string>();
  for (const name of names) {
    try {
      texts.set(name, readFileSync(join(dir, name), 'utf8'));
    } catch {
      // The caller reports the missing text.
    }
  }
  return texts;
}

/**
 * Calls `onChange` shortly after the folder changes, and every `pollMs`. Returns a function that stops watching.
 * Polling catches ConfigMap updates (symbolic links) and machines without free watches.
 * The timers do not keep the process alive.
 */
export function watchFolder(dir: string, pollMs: number, onChange: () => void): () => void {
  let pending: NodeJS.Timeout | undefined;
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(dir, { persistent: false }, () => {
      pending ??= setTimeout(() => {
        pending = undefined;
        onChange();
      }, DEBOUNCE_MS).unref();
    });
    watcher.on('error', () => watcher?.close());
  } catch {
    // No free watches: polling continues.
  }
  const poll = setInterval(onChange, pollMs).unref();
  return () => {
    clearInterval(poll);
    clearTimeout(pending);
    watcher?.close();
  };
}
