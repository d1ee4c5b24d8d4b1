import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { selectTexts } from './select-texts.ts';
import type { TextSelection, FileTexts } from './select-texts.ts';
import type { RegistryParser, RegistryProblem } from './files.ts';
import { watchFolder, assertReadable, listFiles, computeSignature, readTexts } from './folder.ts';

/** A registry that reloads its files on change. */
export interface Registry<Entry> {
  /** Returns the entries in force. Each generation creates a new Map. */
  current(): Map<string, Entry>;
  /** Returns the errors of the current files. */
  problems(): RegistryProblem[];
  /** Returns whether a file was deleted while its entry stays. */
  isDeleted(file: string): boolean;
  /** Incremented when the content in force changes. Local to this process. */
  readonly generation: number;
  /** SHA-256 in hex of the content in force. Equal on replicas with equal files. */
  readonly contentHash: string;
  close(): void;
}

export interface RegistryOptions<Entry> {
  dir: string;
  /** @default '.yaml' */
  extension?: string;
  /** For YAML files with a JSON schema, see {@link createYamlParser}. */
  parse: RegistryParser<Entry>;
  /** Whether the folder may be absent, which is the same as an empty one. @default false */
  isOptional?: boolean;
  /** Whether the entry of a deleted file ends, instead of staying with a problem. @default false */
  endsDeleted?: boolean;
  /** @default 1000 */
  pollMs?: number;
  /** Called at the start and when entries or problems change. Must not throw. */
  onChange?: (entries: Map<string, Entry>, problems: RegistryProblem[]) => void;
  /** Called at the start and on each change with the hash of the content in force. */
  onContent?: (hash: string) => void;
}

/** Consecutive read failures before the folder is reported. It is briefly unreadable while it is swapped. */
const MAX_READ_FAILURES = 5;

/**
 * Watches a folder of data files and parses the whole set on each change, see {@link selectTexts}.
 * An invalid file keeps its last valid text. A deleted file is a problem, and its entry stays, unless `endsDeleted`.
 * A folder that stays unreadable is a problem of the file `.`.
 * @throws Error if the folder cannot be read at the start, unless it is optional and absent
 */
export async function watchRegistry<Entry>(options: RegistryOptions<Entry>): Promise<Registry<Entry>> {
  if (!isAbsent(options)) assertReadable(options.dir);
  const files = new WatchedFiles(options);
  files.refresh();
  const { dir, pollMs = 1000 } = options;
  const close = watchFolder(dir, pollMs, () => files.tryRefresh());
  return {
    current: () => files.entries,
    problems: () => files.problems,
    isDeleted: (file) => files.deleted.includes(file),
    get generation() {
      return files.generation;
    },
    get contentHash() {
      return files.contentHash;
    },
    close,
  };
}

const isAbsent = ({ dir, isOptional = false }: Pick<RegistryOptions<unknown>, 'dir' | 'isOptional'>): boolean =>
  isOptional && !existsSync(dir);

/** The files in force and the current problems. */
class WatchedFiles<Entry> {
  entries = new Map<string, Entry>();
  problems: RegistryProblem[] = [];
  deleted: string[] = [];
  generation = 0;
  contentHash = '';
  readonly #options: RegistryOptions<Entry>;
  #texts: FileTexts = new Map();
  /** Signature of the files at the last successful read. */
  #lastSignature: string | undefined;
  #readFailures = 0;

  constructor(options: RegistryOptions<Entry>) {
    this.#options = options;
  }

  /** @throws Error if the folder cannot be read */
  refresh(): void {
    const { dir, extension = '.yaml', endsDeleted = false, parse } = this.#options;
    const names = isAbsent(this.#options) ? [] : listFiles(dir, extension);
    const signature = computeSignature(dir, names);
    if (signature === this.#lastSignature) return;
    const found = readTexts(dir, names);
    const inForce = endsDeleted ? new Map([...this.#texts].filter(([name]) => names.includes(name))) : this.#texts;
    this.deleted = [...inForce.keys()].filter((name) => !names.includes(name));
    const absent = findAbsentFiles(this.deleted, names, found);
    const selection = selectTexts(inForce, found, parse);
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
      // Forces the next successful read to parse all files again.
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

/** Returns problems for unreadable files and for deleted files in force. */
function findAbsentFiles(deleted: string[], names: string[], found: FileTexts): RegistryProblem[] {
  const unreadable = names.filter((name) => !found.has(name));
  return [
    ...unreadable.map((file) => ({ file, message: 'the file cannot be read' })),
    ...deleted.map((file) => ({ file, message: 'the file was deleted' })),
  ];
}

function hashTexts(texts: FileTexts): string {
  const hash = createHash('sha256');
  for (const [path, text] of [...texts].sort(([a], [b]) => (a < b ? -1 : 1))) hash.update(`${path}\0${text}\0`);
  return hash.digest('hex');
}
