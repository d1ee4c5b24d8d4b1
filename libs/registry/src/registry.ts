import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { join } from 'node:path';

/** One file of a registry. */
export interface RegistryFile {
  /** Its name within the folder. */
  path: string;
  text: string;
}

/** What is wrong with one file, for its author. */
export interface RegistryProblem {
  file: string;
  message: string;
}

/** Makes entries of the whole set of files, and names the files that are wrong; it is pure. */
export type RegistryParser<Entry> = (files: RegistryFile[]) => {
  entries: Map<string, Entry>;
  problems: RegistryProblem[];
};

/** A registry that follows its files. */
export interface Registry<Entry> {
  /** The entries in force; a new Map for each generation. */
  current(): Map<string, Entry>;
  /** What is wrong with the files as they are now; empty when all is well. */
  problems(): RegistryProblem[];
  /** Rises by one whenever the content in force changes. */
  readonly generation: number;
  /** SHA-256 in hex of the content in force: equal for replicas that see equal files. */
  readonly contentHash: string;
  close(): void;
}

/**
 * Follows a folder of data files: watched, and looked at every `pollMs`, since a ConfigMap is swapped by
 * symlinks that a watch may miss. The whole set is parsed each time. A file that is wrong is replaced by its last good text, one
 * that was never good is left out, and one that vanished is a problem while its entry stays: one bad file harms only itself.
 * @throws Error when the folder cannot be read at the start
 */
export async function watchRegistry<Entry>(options: {
  dir: string;
  /** The ending of its files. @default '.yaml' */
  pattern?: string;
  parse: RegistryParser<Entry>;
  /** @default 1000 */
  pollMs?: number;
  /** Called when entries or problems change, and once at the start; what it throws is the caller's loss. */
  onChange?: (entries: Map<string, Entry>, problems: RegistryProblem[]) => void;
}): Promise<Registry<Entry>> {
  const { dir, pattern = '.yaml', parse, onChange } = options;
  const good = new Map<string, string>();
  let entries = new Map<string, Entry>();
  let problems: RegistryProblem[] = [];
  let generation = 0;
  let contentHash = '';
  let seen = '';

  /** What changes when a file does: through symlinks, and without reading any file. */
  function signature(names: string[]): string {
    return names
      .map((name) => {
        const stat = statSync(join(dir, name), { throwIfNoEntry: false });
        return stat ? `${name} ${stat.ino} ${stat.size} ${stat.mtimeMs}` : name;
      })
      .join('\n');
  }

  function look(force = false): void {
    const names = readdirSync(dir)
      .filter((name) => name.endsWith(pattern) && !name.startsWith('.'))
      .sort();
    const now = signature(names);
    if (now === seen && !force) return;
    const found: RegistryProblem[] = [];
    const texts = new Map<string, string>();
    for (const name of names) {
      try {
        texts.set(name, readFileSync(join(dir, name), 'utf8'));
      } catch {
        found.push({ file: name, message: 'the file cannot be read' });
      }
    }
    for (const name of good.keys())
      if (!names.includes(name)) found.push({ file: name, message: 'the file has vanished' });
    accept(texts, found);
    seen = now;
  }

  function accept(texts: Map<string, string>, found: RegistryProblem[]): void {
    // Last good texts stand in for files that are missing or wrong; a wrong file that was never good is left out. Where the
    // good ones do not go together with the new ones, the whole last good set stays.
    let set = new Map([...good, ...texts]);
    let parsed = parseSet(set);
    while (parsed.problems.length > 0) {
      found.push(...parsed.problems);
      let changed = false;
      for (const { file } of parsed.problems) {
        const text = good.get(file);
        if (text === undefined) changed = set.delete(file) || changed;
        else if (text !== set.get(file)) changed = !!set.set(file, text);
      }
      if (!changed) set = new Map(good);
      parsed = parseSet(set);
      if (!changed) break;
    }
    if (parsed.problems.length === 0) {
      for (const [name, text] of texts) if (set.get(name) === text) good.set(name, text);
      const hash = hashOf(set);
      if (hash !== contentHash) {
        contentHash = hash;
        entries = parsed.entries;
        generation++;
      } else if (JSON.stringify(found) === JSON.stringify(problems)) return;
    }
    problems = found;
    onChange?.(entries, problems);
  }

  function parseSet(set: Map<string, string>): ReturnType<RegistryParser<Entry>> {
    return parse([...set].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, text]) => ({ path, text })));
  }

  look(true);

  const lookAgain = () => {
    try {
      look();
    } catch {
      // The folder is being swapped; the next look finds it.
    }
  };
  let soon: NodeJS.Timeout | undefined;
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(dir, { persistent: false }, () => {
      // An editor touches a file several times within a moment.
      soon ??= setTimeout(() => {
        soon = undefined;
        lookAgain();
      }, 50).unref();
    });
    watcher.on('error', () => watcher?.close());
  } catch {
    // No watches left on this machine: polling goes on.
  }
  const poll = setInterval(lookAgain, options.pollMs ?? 1000).unref();
  return {
    current: () => entries,
    problems: () => problems,
    get generation() {
      return generation;
    },
    get contentHash() {
      return contentHash;
    },
    close() {
      clearInterval(poll);
      clearTimeout(soon);
      watcher?.close();
    },
  };
}

function hashOf(set: Map<string, string>): string {
  const hash = createHash('sha256');
  for (const [path, text] of [...set].sort(([a], [b]) => (a < b ? -1 : 1))) hash.update(`${path}\0${text}\0`);
  return hash.digest('hex');
}
