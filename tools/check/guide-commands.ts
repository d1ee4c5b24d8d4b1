import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The commands of the how-to pages for administrators, as they are written there: tests run these and no others. */

const FOLDER = join(import.meta.dirname, '../../docs/how-to');
/** Pages whose `sh` blocks are run. Blocks of other languages (`bash`, `text`) are not. */
const PAGES = [
  'install.md',
  'upgrade-and-roll-back.md',
  'package-charts.md',
  'rotate-keys.md',
  'back-up-and-restore.md',
  'open-a-centre.md',
  'add-an-agency.md',
  'read-the-dashboards.md',
];

/** All commands of these pages by heading. Commands under the heading "Steps" belong to the title of their page. */
export function allCommands(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const page of PAGES)
    for (const [heading, commands] of commandsByHeading(readFileSync(join(FOLDER, page), 'utf8')))
      found.set(heading, [...(found.get(heading) ?? []), ...commands]);
  return found;
}

/** Commands of each heading of the first and second level of a page; a heading without commands has an empty list. */
export function commandsByHeading(page: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const parts = page.matchAll(/^##? (?<heading>[^\n]+)$|^( *)```(?<language>\w*)\n(?<block>.*?)^\2```$/gms);
  let title = '';
  let name = '';
  for (const { groups: { heading, language, block = '' } = {} } of parts) {
    if (heading !== undefined) {
      title ||= heading;
      name = heading === 'Steps' ? title : heading;
      found.set(name, found.get(name) ?? []);
    } else if (language === 'sh') found.get(name)?.push(...parseCommands(block));
  }
  return found;
}

/**
 * The commands under a heading, in order, each for `bash -c` from the root of the repository: one line, without its comment.
 * @throws Error when no page has the heading
 */
export function operationsCommands(heading: string): string[] {
  const commands = allCommands().get(heading);
  if (!commands) throw new Error(`No page of docs/how-to has the heading "${heading}".`);
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
 * Whether a command needs a cluster: the test of a roll-out runs it, as it is written. The release for Strimzi does not count, since its
 * objects are of kinds that only a cluster with Strimzi knows, nor does what Helm does with files alone.
 */
export const needsCluster = (command: string): boolean =>
  /^(kubectl|helm) /.test(command) && !/^helm verify |helm\/agencies/.test(command);
