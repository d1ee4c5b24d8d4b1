import { listSettings } from '@cups/process/settings';
import { Document, isMap, isPair, isScalar, visit } from 'yaml';
import type { Pair } from 'yaml';
import { SETTINGS } from '../settings/tables.ts';
import { MANAGED } from './managed.ts';
import { valuesSchemaOf } from './schema.ts';
import type { Schema, Value } from './schema.ts';

/** What of a chart is made from its values: values.yaml, values.schema.json, README.md. */

const GENERATED_NOTICE =
  'Made by tools/settings.ts: change tools/charts/values.ts, or the table of settings of the service.';

/** values.yaml, each value under what it means. */
export function valuesYaml(values: Value[]): string {
  const meanings = new Map(values.map(({ path, meaning }) => [path, meaning]));
  const document = new Document(nestValues(values));
  visit(document, {
    Pair(_, pair, ancestors) {
      const path = [...ancestors.filter(isPair), pair].map(keyOf).join('.');
      const meaning = meanings.get(path);
      if (meaning && isScalar(pair.key)) pair.key.commentBefore = wrapText(meaning);
      // Values that are maps themselves have no meanings of their own within.
      return meaning ? visit.SKIP : undefined;
    },
  });
  if (isMap(document.contents)) document.contents.items.slice(1).forEach(separateSections);
  document.commentBefore = ` ${GENERATED_NOTICE}`;
  return document.toString({ lineWidth: 0 });
}

const keyOf = (pair: Pair): string => String(isScalar(pair.key) ? pair.key.value : pair.key);

function separateSections(pair: Pair): void {
  if (isScalar(pair.key)) pair.key.spaceBefore = true;
}

/** A comment of at most about 110 symbols a line. */
function wrapText(words: string): string {
  const lines = [''];
  for (const word of words.split(' ')) {
    if (lines.at(-1)!.length + word.length > 108) lines.push('');
    lines[lines.length - 1] += ` ${word}`;
  }
  return lines.join('\n');
}

function nestValues(values: Value[]): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const { path, default: fallback } of values) {
    const keys = path.split('.');
    const last = keys.pop()!;
    const parent = keys.reduce((at, key) => (at[key] ??= {}) as Record<string, unknown>, root);
    parent[last] = structuredClone(fallback);
  }
  return root;
}

/** values.schema.json: keys that nobody knows are refused. */
export function valuesSchema(chart: string, values: Value[]): string {
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: `Values of the chart ${chart}`,
    $comment: GENERATED_NOTICE,
  };
  const all = valuesSchemaOf(values);
  // Helm gives the library chart, which has no values, a place among those of the chart that uses it.
  all.properties!['common'] = { type: 'object' };
  return JSON.stringify(Object.assign(schema, all));
}

const code = (words: string) => `\`${words}\``;
const cell = (words: string) => words.replaceAll('|', '\\|').replaceAll('\n', ' ');

function formOf({ type, enum: words, minimum, maximum, items }: Schema): string {
  if (words) return words.map((word) => code(String(word))).join(', ');
  if (type === 'array') return `list${items?.type === 'object' ? '' : ` of ${formOf(items ?? {})}`}`;
  if (minimum === undefined) return String(type);
  return maximum === undefined ? `${String(type)}, from ${minimum}` : `${String(type)}, ${minimum} to ${maximum}`;
}

/** README.md of a chart: paragraphs about it, every value, and of a service every setting that the chart sets by itself. */
export function readme(chart: string, about: string[], values: Value[]): string {
  const rows = values.map(({ path, schema, default: fallback, meaning }) => {
    const cells = [code(path), formOf(schema), code(JSON.stringify(fallback)), meaning];
    return `| ${cells.map(cell).join(' | ')} |`;
  });
  const table = ['| Value | Type | Default | Meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
  const parts = [`# ${chart}`, ...about, `<!-- ${GENERATED_NOTICE} -->`];
  parts.push(...(values.length > 0 ? ['## Values', table] : ['It has no values.']));
  const settings = SETTINGS[chart];
  if (settings) parts.push('## Set by the chart', formatOwnTable(listSettings(settings).map(({ name }) => name)));
  return parts.join('\n\n');
}

function formatOwnTable(names: string[]): string {
  const rows = names.filter((name) => MANAGED[name]).map((name) => `| ${code(name)} | ${MANAGED[name]} |`);
  return ['| Setting | Comes from |', '| --- | --- |', ...rows].join('\n');
}
