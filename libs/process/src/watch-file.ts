import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { assertPrivateFile } from '@cups/contracts/node';

/**
 * Returns a reader of a secret file; see {@link watchFile}.
 * @throws Error, one sentence, if the file is unreadable at the start or others can read it
 */
export function watchSecret(name: string, path: string): () => string {
  const read = watchFile(name, path);
  assertPrivateFile(resolve(path), `The file of ${name}`);
  return read;
}

/**
 * Returns a reader that rereads a changed file on its next call. While the file is absent, as between two mounted
 * versions, it returns the last content.
 * @param name the setting, for the error message
 * @throws Error, one sentence, if the file is unreadable at the start
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
      // Between two versions the last content is valid.
    }
    return content;
  };
}
