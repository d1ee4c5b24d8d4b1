import { basename } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ErrorObject } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse as parseYaml } from 'yaml';
import type { RegistryFile, RegistryParser, RegistryProblem } from './files.ts';

/** How the files of one kind are read. */
export interface YamlKind<Content extends { code: string }, Entry> {
  /** JSON Schema 2020-12 of one file; it asks for a text `code`. */
  schema: object;
  /** What the schema cannot say about one file: sentences, none when all is well. */
  faultsOf?: (content: Content) => string[];
  /** What becomes of a file without faults. @default its content */
  entryOf?: (content: Content, text: string) => Entry;
  /** Which entries, by their code, do not go together with the others, and why; they are left out. */
  clashesOf?: (entries: ReadonlyMap<string, Entry>) => Map<string, string>;
}

/**
 * Makes the parser of a folder in which each file is YAML, named after the `code` that it holds, and described by a JSON Schema.
 * Entries stand by their code, in the order of file names. A file with a fault gives a problem and no entry, and harms no other
 * file. What a text gave is remembered, so that only files that changed are read again: `faultsOf` and `entryOf` must be pure.
 */
export function yamlParser<Content extends { code: string }, Entry = Content>(
  kind: YamlKind<Content, Entry>,
): RegistryParser<Entry> {
  const read = fileReader(kind);
  /** The last good text of each file and what it gave. */
  const known = new Map<string, { text: string; code: string; entry: Entry }>();
  return (files) => {
    const entries = new Map<string, Entry>();
    const problems: RegistryProblem[] = [];
    for (const { path, text } of files) {
      let good = known.get(path);
      if (good?.text !== text) {
        const result = read({ path, text });
        if (result.fault !== undefined) {
          problems.push({ file: path, message: result.fault });
          continue;
        }
        good = { text, code: result.code, entry: result.entry };
        known.set(path, good);
      }
      entries.set(good.code, good.entry);
    }
    for (const [code, message] of kind.clashesOf?.(entries) ?? []) {
      entries.delete(code);
      problems.push({ file: `${code}.yaml`, message });
    }
    return { entries, problems };
  };
}

type Read<Entry> = { fault: string } | { fault?: undefined; code: string; entry: Entry };

function fileReader<Content extends { code: string }, Entry>(
  kind: YamlKind<Content, Entry>,
): (file: RegistryFile) => Read<Entry> {
  const validate = validatorOf<Content>(kind.schema);
  const entryOf = kind.entryOf ?? ((content: Content) => content as unknown as Entry);
  return ({ path, text }) => {
    let content: unknown;
    try {
      content = parseYaml(text);
    } catch (error) {
      return { fault: `it is not YAML: ${firstLine(error)}` };
    }
    if (!validate(content)) return { fault: sentenceOf(validate.errors) };
    if (basename(path) !== `${content.code}.yaml`) return { fault: `the file must be named ${content.code}.yaml` };
    const faults = kind.faultsOf?.(content) ?? [];
    if (faults.length > 0) return { fault: faults.join('; ') };
    return { code: content.code, entry: entryOf(content, text) };
  };
}

function validatorOf<Content>(schema: object) {
  const ajv = new Ajv2020({ allErrors: true });
  addFormats.default(ajv);
  return ajv.compile<Content>(schema);
}

/** What a JSON Schema finds wrong, as one sentence for the author of a file. */
export function sentenceOf(errors: ErrorObject[] | null | undefined): string {
  return (errors ?? []).map((error) => `${error.instancePath || 'it'} ${error.message ?? 'is wrong'}`).join('; ');
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]!.replace(/:$/, '');
}
