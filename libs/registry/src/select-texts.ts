import type { RegistryParser, RegistryProblem } from './files.ts';

/** Texts by the name of their file. */
export type FileTexts = ReadonlyMap<string, string>;

/** What a registry goes by after a look at its folder. */
export interface TextSelection<Entry> {
  /** The texts in force: together they have no problem. */
  texts: FileTexts;
  entries: Map<string, Entry>;
  /** What is wrong with the files that were found. */
  problems: RegistryProblem[];
}

/**
 * Decides which texts are in force, now that `found` is what the folder holds. A file that is wrong is replaced by its text in
 * force; one that was never good is left out; one that was not found stays as it is. Where the texts in force do not go
 * together with the new ones, all of them stay: no entry is lost by what somebody else wrote.
 * @param inForce the texts that `parse` had no problem with at the look before; none at the first
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

/** The texts with those in force in the place of the wrong ones; undefined when nothing is left that could be replaced. */
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

/** In the order of names, so that replicas that see equal files come to equal entries. */
function sortByPath(texts: FileTexts): { path: string; text: string }[] {
  return [...texts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, text]) => ({ path, text }));
}
