import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The commands of docs/operations.md, as they stand there: tests run these and no others. */

const DOCUMENT = join(import.meta.dirname, '..', '..', 'docs', 'operations.md');

/** Commands of each heading of the second level; one without commands has none. */
export function commandsByHeading(document: string = readFileSync(DOCUMENT, 'utf8')): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const section of `\n${document}`.split('\n## ').slice(1)) {
    const heading = section.slice(0, section.indexOf('\n')).trim();
    const blocks = [...section.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block);
    found.set(heading, blocks.flatMap(parseCommands));
  }
  return found;
}

/**
 * The commands under a heading, in order, each for `bash -c` from the root of the repository: one line, without its remark.
 * @param heading of the second level, without `## `
 * @throws Error when the document has no such heading
 */
export function operationsCommands(heading: string): string[] {
  const commands = commandsByHeading().get(heading);
  if (!commands) throw new Error(`docs/operations.md has no heading "${heading}".`);
  return commands;
}

function parseCommands(block: string): string[] {
  return block
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.replace(/(^|\s+)#\s.*$/, '').trim())
    .filter((line) => line !== '');
}

/**
 * Whether a command needs a cluster: the test of a roll-out runs it, as it stands. The release for Strimzi does not count, since its
 * objects are of kinds that only a cluster with Strimzi knows, nor does what Helm does with files alone.
 */
export const needsCluster = (command: string): boolean =>
  /^(kubectl|helm) /.test(command) && !/^helm verify |helm\/agencies/.test(command);
