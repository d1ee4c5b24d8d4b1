import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { action, defineCommand, resolvePath } from '../program.ts';
import type { AddOptions, ClosingOptions, ListOptions, TransitionOptions } from './centre.ts';

const DATA = join(import.meta.dirname, '../../../data');

/** Context of the command; tests replace it. */
export interface CentreContext {
  /** Folder that relative paths start from. @default where the user typed the command */
  here?: string;
  print: (text: string) => void;
}

const load = () => import('./centre.ts');
const wave = ['--wave <year>', 'all centres of this wave'] as const;

/** Defines a subcommand with the options of all of them. */
type Define = (name: string, summary: string, example: string) => Command;

/** `cups centre` plans changes of centre files and writes them. See docs/how-to/open-a-centre.md. */
export function centreCommand(context: CentreContext = { print: console.log }): Command {
  const { here, print } = context;
  const toPath = (path: string) => (here === undefined ? resolvePath(path) : resolve(here, path));
  const define: Define = (name, summary, example) =>
    defineCommand({ name, summary, example: `centre ${example}` })
      .option('--dry-run', 'write nothing', false)
      .option('--json', 'print JSON', false)
      .option('--data <folder>', 'folder of data files (default: data of this checkout)', toPath, DATA);

  const command = defineCommand({
    name: 'centre',
    summary: 'Lists, adds, opens, pauses and closes centres in the data files.',
  })
    .addCommand(
      define('list', 'Lists centres, waves, districts and agencies.', 'list --wave 2023')
        .option(...wave)
        .option('--status <status>', 'only centres with this status')
        .action(action(async (options: ListOptions) => (await load()).list(options, print))),
    )
    .addCommand(
      define('show', 'Shows one centre and its next statuses.', 'show CU-027')
        .argument('<code>', 'code of the centre')
        .action(action(async (code: string, options: ListOptions) => (await load()).show(code, options, print))),
    )
    .addCommand(
      define('add', 'Adds a centre.', "add --name 'CUPS Cahul' --kind centre --wave 2027 --district cahul")
        .option('--code <code>', 'code (default: the next one)')
        .option('--name <name>', 'name')
        .option('--kind <kind>', 'kind')
        .option('--wave <year>', 'wave')
        .option('--district <district>', 'district')
        .option('--country <code>', 'country')
        .option('--time-zone <zone>', 'time zone')
        .option('--languages <list>', 'languages, separated by spaces')
        .option('--agencies <list>', 'agencies, separated by spaces')
        .option('--limit <n>', 'maximum number of open applications')
        .action(action(async (options: AddOptions) => (await load()).add(options, print))),
    )
    .addCommand(
      define('import', 'Adds all centres of a CSV table, or none.', 'import mine/centres.csv')
        .argument('<table>', 'CSV file')
        .action(
          action(async (table: string, options: ListOptions) =>
            (await load()).importTable(toPath(table), options, print),
          ),
        ),
    );
  return addTransitions(command, define, print);
}

/** Adds the commands that change the status of centres. */
function addTransitions(centre: Command, define: Define, print: CentreContext['print']): Command {
  return centre
    .addCommand(
      define('open', 'Activates centres.', 'open CU-027 CU-028')
        .argument('[codes...]', 'codes of centres')
        .option(...wave)
        .option('--training', 'for training only')
        .action(
          action(async (codes: string[], options: TransitionOptions) =>
            (await load()).changeStatus('open', codes, options, print),
          ),
        ),
    )
    .addCommand(
      define('pause', 'Stops new drafts; open applications can be finished.', 'pause CU-027')
        .argument('[codes...]', 'codes of centres')
        .option(...wave)
        .action(
          action(async (codes: string[], options: TransitionOptions) =>
            (await load()).changeStatus('pause', codes, options, print),
          ),
        ),
    )
    .addCommand(
      define('close', 'Closes a centre for good.', 'close CU-027 --to CU-002')
        .argument('[codes...]', 'code of the centre')
        .option('--to <code>', 'centre that inherits its applications')
        .option('--wait', 'stop it now; close it when no application is open')
        .option('--if-empty', 'close it only when no application is open')
        .action(
          action(async (codes: string[], options: ClosingOptions) => (await load()).close(codes, options, print)),
        ),
    );
}
