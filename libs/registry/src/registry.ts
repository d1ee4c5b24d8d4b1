import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { selectTexts } from './select-texts.ts';
import type { TextSelection, FileTexts } from './select-texts.ts';
import type { RegistryParser, RegistryProblem } from './files.ts';
import { watchFolder, assertReadable, listFiles, computeSignature, readTexts } from './folder.ts';

/** A registry that follows its files. */
export interface Registry<Entry> {
  /** The entries in force; a new Map for each generation. */
  current(): Map<string, Entry>;
  /** What is wrong with the files as they are now; empty when all is well. */
  problems(): RegistryProblem[];
  /** Rises by one whenever the content in force changes; of this process alone, and not to be compared with another's. */
  readonly generation: number;
  /** SHA-256 in hex of the content in force: equal for replicas that see equal files. */
  readonly contentHash: string;
  close(): void;
}

export interface RegistryOptions<Entry> {
  dir: string;
  /** The ending of its files. @default '.yaml' */
  extension?: string;
  /** For files of YAML with a JSON Schema: `yamlParser`. */
  parse: RegistryParser<Entry>;
  /** @default 1000 */
  pollMs?: number;
  /** Called when entries or problems change, and once at the start; what it throws is the caller's loss. */
  onChange?: (entries: Map<string, Entry>, problems: RegistryProblem[]) => void;
  /** Called with the hash of the content that is in force from now on, and once at the start. */
  onContent?: (hash: string) => void;
}

/** Looks in a row at which the folder could not be read before it is a problem: while it is swapped, it is away for a moment. */
const MAX_READ_FAILURES = 5;

/**
 * Follows a folder of data files: watched, and looked at every `pollMs`. The whole set is parsed each time ({@link selectTexts}): one
 * bad file harms only itself, the last good text of a file stays, and a file that vanished is a problem while its entry stays. A
 * folder that stays unreadable is a problem named `.`.
 * @throws Error, one sentence, when the folder cannot be read at the start
 */
export async function watchRegistry<Entry>(options: RegistryOptions<Entry>): Promise<Registry<Entry>> {
  assertReadable(options.dir);
  const files = new WatchedFiles(options);
  files.refresh();
  const { dir, pollMs = 1000 } = options;
  const close = watchFolder(dir, pollMs, () => files.tryRefresh());
  return {
    current: () => files.entries,
    problems: () => files.problems,
    get generation() {
      return files.generation;
    },
    get contentHash() {
      return files.contentHash;
    },
    close,
  };
}

/** What is in force, from look to look. */
class WatchedFiles<Entry> {
  entries = new Map<string, Entry>();
  problems: RegistryProblem[] = [];
  generation = 0;
  contentHash = '';
  readonly #options: RegistryOptions<Entry>;
  #texts: FileTexts = new Map();
  /** Signature of the files at the last look that was done. */
  #lastSignature: string | undefined;
  #readFailures = 0;

  constructor(options: RegistryOptions<Entry>) {
    this.#options = options;
  }

  /** @throws Error when the folder cannot be read */
  refresh(): void {
    const { dir, extension: pattern = '.yaml', parse } = this.#options;
    const names = listFiles(dir, pattern);
    const signature = computeSignature(dir, names);
    if (signature === this.#lastSignature) return;
    const found = readTexts(dir, names);
    const absent = findAbsentFiles(this.#texts, names, found);
    const selection = selectTexts(this.#texts, found, parse);
    this.#accept({ ...selection, problems: [...absent, ...selection.problems] });
    this.#lastSignature = signature;
  }

  tryRefresh(): void {
    try {
      this.refresh();
      this.#readFailures = 0;
    } catch {
      this.#readFailures++;
      if (this.#readFailures !== MAX_READ_FAILURES) return;
      // The next look that succeeds judges the files anew, whatever they look like.
      this.#lastSignature = undefined;
      this.#publish([{ file: '.', message: 'the folder cannot be read' }]);
    }
  }

  #accept({ texts, entries, problems }: TextSelection<Entry>): void {
    const hash = hashTexts(texts);
    const isNew = hash !== this.contentHash;
    if (isNew) {
      this.#texts = texts;
      this.entries = entries;
      this.contentHash = hash;
      this.generation++;
      this.#options.onContent?.(hash);
    }
    if (isNew || !isDeepStrictEqual(problems, this.problems)) this.#publish(problems);
  }

  #publish(problems: RegistryProblem[]): void {
    this.problems = problems;
    this.#options.onChange?.(this.entries, problems);
  }
}

/** Files that cannot be read, and files in force that are there no more. */
function findAbsentFiles(inForce: FileTexts, names: string[], found: FileTexts): RegistryProblem[] {
  const unreadable = names.filter((name) => !found.has(name));
  const vanished = [...inForce.keys()].filter((name) => !names.includes(name));
  return [
    ...unreadable.map((file) => ({ file, message: 'the file cannot be read' })),
    ...vanished.map((file) => ({ file, message: 'the file has vanished' })),
  ];
}

function hashTexts(texts: FileTexts): string {
  const hash = createHash('sha256');
  for (const [path, text] of [...texts].sort(([a], [b]) => (a < b ? -1 : 1))) hash.update(`${path}\0${text}\0`);
  return hash.digest('hex');
}
