import { basename } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ErrorObject } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse as parseYaml } from 'yaml';
import type { RegistryFile, RegistryParser, RegistryProblem } from './files.ts';

/** How to read files of one kind. */
export interface YamlParserOptions<Content extends { code: string }, Entry> {
  /** JSON Schema 2020-12 of one file. Must require a string `code`. */
  schema: object;
  /** Returns the errors that the schema cannot express. */
  validate?: (content: Content) => string[];
  /** Converts a valid file. @default its content */
  toEntry?: (content: Content, text: string) => Entry;
  /** Returns errors of conflicting entries, by code. These entries are left out. */
  findConflicts?: (entries: ReadonlyMap<string, Entry>) => Map<string, string>;
}

/**
 * Creates the parser of a folder of YAML files that match a JSON schema and are named after their `code`.
 * Entries are keyed by code, in the order of file names. An invalid file yields a problem and no entry; other files are
 * unaffected. Results are cached by text, so `validate` and `toEntry` must be pure.
 */
export function createYamlParser<Content extends { code: string }, Entry = Content>(
  options: YamlParserOptions<Content, Entry>,
): RegistryParser<Entry> {
  const read = createFileReader(options);
  /** The last valid text of each file and its entry. */
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
  const toEntry = options.toEntry ?? ((content: Content) => content as unknown as Entry);
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
    return { code: content.code, entry: toEntry(content, text) };
  };
}

function compileSchema<Content>(schema: object) {
  const ajv = new Ajv2020({ allErrors: true });
  addFormats.default(ajv);
  return ajv.compile<Content>(schema);
}

/** Formats schema errors as one sentence for the author of the file. */
export function formatSchemaErrors(errors: ErrorObject[] | null | undefined): string {
  return (errors ?? [])
    .map((error) => `${error.instancePath || 'it'} ${error.message ?? 'is invalid'}${formatDetails(error)}`)
    .join('; ');
}

/** Returns the unknown member, or the allowed values. */
function formatDetails({ keyword, params }: ErrorObject): string {
  if (keyword === 'additionalProperties') return `: ${String(params['additionalProperty'])}`;
  return keyword === 'enum' ? `: ${(params['allowedValues'] as unknown[]).join(', ')}` : '';
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]!.replace(/:$/, '');
}
