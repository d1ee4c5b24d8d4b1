import type { RegistryParser, RegistryProblem } from './files.ts';

/** Texts by file name. */
export type FileTexts = ReadonlyMap<string, string>;

/** The result of one read of the folder. */
export interface TextSelection<Entry> {
  /** The texts in force, which have no problem together. */
  texts: FileTexts;
  entries: Map<string, Entry>;
  /** Problems of the files found. */
  problems: RegistryProblem[];
}

/**
 * Decides which texts are in force after a read of the folder.
 * An invalid file keeps its text in force, or is left out if it was never valid. A missing file keeps its text.
 * If old and new texts conflict, all old texts stay, so no entry is lost through the change of another file.
 * @param inForce the texts in force before; empty at the first read
 */
export function selectTexts<Entry>(
  inForce: FileTexts,
  found: FileTexts,
  parse: RegistryParser<Entry>,
): TextSelection<Entry> {
  const problems: RegistryProblem[] = [];
  let texts: FileTexts | undefined = new Map([...inForce, ...found]);
  while (texts) {
    const parsed = parse(sortByPath(texts));
    if (parsed.problems.length === 0) return { texts, entries: parsed.entries, problems };
    problems.push(...parsed.problems);
    texts = replaceInvalid(parsed.problems, texts, inForce);
  }
  return { texts: inForce, entries: parse(sortByPath(inForce)).entries, problems };
}

/** Replaces invalid texts by those in force. Returns undefined if no text changes. */
function replaceInvalid(problems: RegistryProblem[], texts: FileTexts, inForce: FileTexts): FileTexts | undefined {
  const next = new Map(texts);
  let hasChanged = false;
  for (const { file } of problems) {
    const previous = inForce.get(file);
    if (previous === next.get(file)) continue;
    if (previous === undefined) next.delete(file);
    else next.set(file, previous);
    hasChanged = true;
  }
  return hasChanged ? next : undefined;
}

/** Sorts by name, so that replicas with equal files have equal entries. */
function sortByPath(texts: FileTexts): { path: string; text: string }[] {
  return [...texts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, text]) => ({ path, text }));
}
