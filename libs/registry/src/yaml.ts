import { basename } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ErrorObject } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse as parseYaml } from 'yaml';
import type { RegistryFile, RegistryParser, RegistryProblem } from './files.ts';

/** How the files of one kind are read. */
export interface YamlParserOptions<Content extends { code: string }, Entry> {
  /** JSON Schema 2020-12 of one file; it asks for a text `code`. */
  schema: object;
  /** What the schema cannot say about one file: sentences, none when all is well. */
  validate?: (content: Content) => string[];
  /** What becomes of a file without faults. @default its content */
  toEntry?: (content: Content, text: string) => Entry;
  /** Which entries, by their code, do not go together with the others, and why; they are left out. */
  findConflicts?: (entries: ReadonlyMap<string, Entry>) => Map<string, string>;
}

/**
 * Makes the parser of a folder in which each file is YAML, named after the `code` that it holds, and described by a JSON Schema.
 * Entries stand by their code, in the order of file names. A file with a fault gives a problem and no entry, and harms no other
 * file. What a text gave is remembered, so that only files that changed are read again: `faultsOf` and `entryOf` must be pure.
 */
export function createYamlParser<Content extends { code: string }, Entry = Content>(
  options: YamlParserOptions<Content, Entry>,
): RegistryParser<Entry> {
  const read = createFileReader(options);
  /** The last good text of each file and what it gave. */
  const cache = new Map<string, { text: string; code: string; entry: Entry }>();
  return (files) => {
    const entries = new Map<string, Entry>();
    const problems: RegistryProblem[] = [];
    for (const { path, text } of files) {
      let cached = cache.get(path);
      if (cached?.text !== text) {
        const result = read({ path, text });
        if (result.error !== undefined) {
          problems.push({ file: path, message: result.error });
          continue;
        }
        cached = { text, code: result.code, entry: result.entry };
        cache.set(path, cached);
      }
      entries.set(cached.code, cached.entry);
    }
    for (const [code, message] of options.findConflicts?.(entries) ?? []) {
      entries.delete(code);
      problems.push({ file: `${code}.yaml`, message });
    }
    return { entries, problems };
  };
}

type ReadResult<Entry> = { error: string } | { error?: undefined; code: string; entry: Entry };

function createFileReader<Content extends { code: string }, Entry>(
  options: YamlParserOptions<Content, Entry>,
): (file: RegistryFile) => ReadResult<Entry> {
  const validate = compileSchema<Content>(options.schema);
  const entryOf = options.toEntry ?? ((content: Content) => content as unknown as Entry);
  return ({ path, text }) => {
    let content: unknown;
    try {
      content = parseYaml(text);
    } catch (error) {
      return { error: `it is not YAML: ${firstLine(error)}` };
    }
    if (!validate(content)) return { error: formatSchemaErrors(validate.errors) };
    if (basename(path) !== `${content.code}.yaml`) return { error: `the file must be named ${content.code}.yaml` };
    const errors = options.validate?.(content) ?? [];
    if (errors.length > 0) return { error: errors.join('; ') };
    return { code: content.code, entry: entryOf(content, text) };
  };
}

function compileSchema<Content>(schema: object) {
  const ajv = new Ajv2020({ allErrors: true });
  addFormats.default(ajv);
  return ajv.compile<Content>(schema);
}

/** What a JSON Schema finds wrong, as one sentence for the author of a file. */
export function formatSchemaErrors(errors: ErrorObject[] | null | undefined): string {
  return (errors ?? []).map((error) => `${error.instancePath || 'it'} ${error.message ?? 'is wrong'}`).join('; ');
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]!.replace(/:$/, '');
}
