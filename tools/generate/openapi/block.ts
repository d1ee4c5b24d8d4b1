import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { stringify } from 'yaml';

/** The OpenAPI document. Markers enclose its generated parts. */
export const DOCUMENT = 'apps/gateway/openapi.yaml';

/** A generated part of the document's schemas. */
export interface GeneratedBlock {
  /** Generating program. */
  tool: string;
  /** Source of the content. */
  source: string;
  schemas: object;
}

/**
 * Writes the block into the document of a tree, or with `check` only compares.
 * @returns findings, empty when the document is up to date
 */
export async function writeBlock(
  block: GeneratedBlock,
  folder: string,
  { check }: { check: boolean },
): Promise<string[]> {
  const path = join(folder, DOCUMENT);
  const before = readFileSync(path, 'utf8');
  const first = `    # Made by ${block.tool} of ${block.source}: not to be edited here.\n`;
  const last = `    # Here ends what ${block.tool} makes.\n`;
  const [begin, end] = [before.indexOf(first), before.indexOf(last)];
  if (begin < 0 || end < begin) return [`${DOCUMENT} lacks the lines between which ${block.tool} writes`];
  const wanted = before.slice(0, begin + first.length) + (await formatBlock(block, path)) + before.slice(end);
  if (wanted === before) return [];
  if (check) return [`${DOCUMENT} is stale: run \`node ${block.tool}\``];
  writeFileSync(path, wanted);
  return [];
}

/** Formats only the block, since formatting the document takes seconds. */
async function formatBlock({ schemas }: GeneratedBlock, path: string): Promise<string> {
  const made = stringify({ components: { schemas } }, { lineWidth: 0, aliasDuplicateObjects: false });
  const style = await resolveConfig(import.meta.filename);
  const formatted = await format(made, Object.assign({}, style, { filepath: path }));
  return formatted.slice('components:\n  schemas:\n'.length);
}
