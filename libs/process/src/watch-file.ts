import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { assertPrivateFile } from '@cups/contracts/node';

/**
 * A reader of a secret in a file, as {@link watchFile}.
 * @throws Error, one sentence, at once when the file cannot be read, or lies open for everybody
 */
export function watchSecret(name: string, path: string): () => string {
  const read = watchFile(name, path);
  assertPrivateFile(resolve(path), `The file of ${name}`);
  return read;
}

/**
 * A reader of a file, which sees a changed file at its next call. While the file is absent, as it may be for a moment
 * between two versions of a mounted one, it gives what it read last.
 * @param name the setting that names the file, for the sentence of a refusal
 * @throws Error, one sentence, at once when the file cannot be read
 */
export function watchFile(name: string, path: string): () => string {
  const file = resolve(path);
  let content = '';
  let loadedAt = NaN;

  function load(): void {
    const changed = statSync(file).mtimeMs;
    if (changed === loadedAt) return;
    content = readFileSync(file, 'utf8').trim();
    loadedAt = changed;
  }

  try {
    load();
  } catch {
    throw new Error(`${name} must name a file that can be read.`);
  }
  return () => {
    try {
      load();
    } catch {
      // Between two versions: what was read last still counts.
    }
    return content;
  };
}
