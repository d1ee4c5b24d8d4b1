import { readdirSync, readFileSync, statSync, watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { join } from 'node:path';

/** An editor touches a file several times within a moment. */
const DEBOUNCE_MS = 50;

/**
 * For the start of a process, before it opens anything else.
 * @throws Error, one sentence, when the folder cannot be read
 */
export function assertReadable(dir: string): void {
  try {
    readdirSync(dir);
  } catch (cause) {
    throw new Error(`CUPS_DATA must name a folder of data: ${dir} cannot be read.`, { cause });
  }
}

/**
 * The names of the files with an ending, in order; hidden ones do not count.
 * @throws Error when the folder cannot be read
 */
export function listFiles(dir: string, ending: string): string[] {
  return readdirSync(dir)
    .filter((name) => name.endsWith(ending) && !name.startsWith('.'))
    .sort();
}

/** What changes when one of the files does: through symbolic links, and without reading any file. */
export function computeSignature(dir: string, names: string[]): string {
  const lines = names.map((name) => {
    const stat = statSync(join(dir, name), { throwIfNoEntry: false });
    return stat ? `${name} ${stat.ino} ${stat.size} ${stat.mtimeMs}` : name;
  });
  return lines.join('\n');
}

/** The texts of the files that can be read; those of the others are missing. */
export function readTexts(dir: string, names: string[]): Map<string, string> {
  const texts = new Map<string, string>();
  for (const name of names) {
    try {
      texts.set(name, readFileSync(join(dir, name), 'utf8'));
    } catch {
      // The caller sees that it is missing.
    }
  }
  return texts;
}

/**
 * Calls `look` soon after the folder has changed, and every `pollMs`: a ConfigMap is swapped by symbolic links that a watch may
 * miss, and a machine may have no watches left. Neither keeps the process alive.
 * @returns ends it
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
    // No watches left on this machine: polling goes on.
  }
  const poll = setInterval(onChange, pollMs).unref();
  return () => {
    clearInterval(poll);
    clearTimeout(pending);
    watcher?.close();
  };
}
