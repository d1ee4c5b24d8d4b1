import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CENTRE_STATUSES } from '@cups/identity/life';
import type { OpenApplications } from './open-applications.ts';
import { validateResult, planAddition, planClosing, planImport, planTransitions, CommandError } from './plan.ts';
import type { CentrePlan } from './plan.ts';
import { fileOf, readSet } from './set.ts';
import type { CentreSet } from './set.ts';
import { formatCentre, toPlanJson, fieldsOf, formatList, buildOverview, formatPlan } from './show.ts';

/** `npm run centre` writes centre files. See docs/how-to/open-a-centre.md. */

const USAGE = `npm run centre -- <command>

  list [--wave 2023] [--status planned]      lists centres, waves, districts and agencies
  show CU-027                                shows one centre and its next statuses
  add --name … --kind … --wave … [--district … --time-zone … --languages 'ro ru' --agencies 'asp cnas' --limit 500]
  import table.csv                           adds all centres of a table, or none
  open CU-027 … | --wave 2023 [--training]   activates centres (with --training, for training only)
  pause CU-027 … | --wave 2023               stops new drafts; open applications can be finished
  close CU-027 --to CU-002                   closes for good; another centre inherits its applications
  close CU-027 [--wait | --none-open]        closes for good, when no application is open there

  all commands: --dry-run writes nothing, --json prints JSON, --data <folder> names another data folder`;

const OPTIONS = {
  'dry-run': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
  data: { type: 'string', default: join(import.meta.dirname, '../../../data') },
  wave: { type: 'string' },
  status: { type: 'string' },
  training: { type: 'boolean', default: false },
  wait: { type: 'boolean', default: false },
  'none-open': { type: 'boolean', default: false },
  to: { type: 'string' },
  code: { type: 'string' },
  name: { type: 'string' },
  kind: { type: 'string' },
  district: { type: 'string' },
  country: { type: 'string' },
  'time-zone': { type: 'string' },
  languages: { type: 'string' },
  agencies: { type: 'string' },
  limit: { type: 'string' },
} as const;
type Options = ReturnType<typeof parseArguments>['values'];
/** Parsed options, with the open applications of a closing centre and the text of an imported table. */
type CentreCommand = Options & { open: OpenApplications | undefined; table: string };

/** Options that each command reads, besides the common ones. */
const COMMAND_OPTIONS: Readonly<Record<string, readonly (keyof typeof OPTIONS)[]>> = {
  list: ['wave', 'status'],
  show: [],
  add: ['code', 'name', 'kind', 'wave', 'district', 'country', 'time-zone', 'languages', 'agencies', 'limit'],
  import: [],
  open: ['wave', 'training'],
  pause: ['wave'],
  close: ['wait', 'none-open', 'to'],
};
const COMMON_OPTIONS = ['dry-run', 'json', 'help', 'data'];

/** Context of a command. */
export interface CommandContext {
  /** Folder that relative paths start from. */
  here: string;
  onOutput: (text: string) => void;
  onError: (sentence: string) => void;
}

/**
 * Runs `npm run centre` with these arguments.
 * @returns exit code 1 when the command was refused, or when a list shows invalid files
 */
export async function runCentre(args: readonly string[], context: CommandContext): Promise<number> {
  try {
    return await run(args, context);
  } catch (error) {
    const sentences = error instanceof CommandError ? error.sentences : [(error as Error).message];
    for (const sentence of sentences) context.onError(sentence);
    return 1;
  }
}

/** Counts open applications in the store. Loads the drivers only when needed. */
async function readOpenApplications(code: string): Promise<OpenApplications | undefined> {
  const { countOpenApplications: openApplicationsOf } = await import('./open-applications.ts');
  return openApplicationsOf(code);
}

async function run(args: readonly string[], { here, onOutput: print }: CommandContext): Promise<number> {
  const { values, positionals } = parseArguments(args);
  const [command = '', ...names] = positionals;
  if (values.help || command === '') {
    print(USAGE);
    return 0;
  }
  rejectUnknownOptions(command, names, values);
  values.data = resolve(here, values.data);
  const set = readSet(values.data);
  if (command === 'list') {
    print(renderList(set, values));
    return set.faults.length > 0 ? 1 : 0;
  }
  if (command === 'show') {
    print(renderCentre(set, names, values));
    return 0;
  }
  if (set.faults.length > 0) throw new CommandError(['Fix these files first:', ...set.faults]);
  const open = command === 'close' && values['none-open'] ? await readOpenApplications(names[0] ?? '') : undefined;
  const table = command === 'import' ? readTableFile(names, here) : '';
  print(executePlan(set, createPlan(set, command, names, Object.assign(values, { open, table })), values));
  return 0;
}

function parseArguments(args: readonly string[]) {
  return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
}

/** Refuses options that the command would ignore. */
function rejectUnknownOptions(command: string, names: string[], values: Options): void {
  const reads = COMMAND_OPTIONS[command];
  if (!reads)
    throw new CommandError([
      `Command ${command} not found. Commands: ${Object.keys(COMMAND_OPTIONS).join(', ')}. See --help.`,
    ]);
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== false);
  const foreign = given.map(([name]) => name).filter((name) => ![...COMMON_OPTIONS, ...reads].includes(name));
  if (foreign.length > 0) throw new CommandError(foreign.map((name) => `${command} has no option --${name}.`));
  if ((command === 'list' || command === 'add') && names.length > 0) {
    throw new CommandError([`${command} takes options only, not ${names.join(' ')}.`]);
  }
}

function renderList(set: CentreSet, { wave, status, json }: Options): string {
  if (status !== undefined && !CENTRE_STATUSES.some((one) => one === status)) {
    throw new CommandError([`Status ${status} not found. Statuses: ${CENTRE_STATUSES.join(', ')}.`]);
  }
  const overview = buildOverview(set, { wave, status });
  return json ? JSON.stringify(overview, null, 2) : formatList(overview, set.agencies);
}

function renderCentre(set: CentreSet, codes: string[], { json }: Options): string {
  const centre = set.centres.get(codes[0] ?? '');
  if (!centre || codes.length > 1) throw new CommandError(['Name one centre code. `list` shows all.']);
  return json ? JSON.stringify(fieldsOf(centre), null, 2) : formatCentre(centre, set);
}

function createPlan(set: CentreSet, command: string, names: string[], values: CentreCommand): CentrePlan {
  const { wave, training, wait, to, open, table } = values;
  if (command === 'open') return planTransitions(set, training ? 'train' : 'open', { codes: names, wave });
  if (command === 'pause') return planTransitions(set, 'pause', { codes: names, wave });
  if (command === 'close') return planClosing(set, names, { wait, noneOpen: values['none-open'], open, to });
  if (command === 'add') {
    const { code, name, kind, district, country, languages, agencies, limit } = values;
    const more = { timeZone: values['time-zone'], openApplications: limit };
    return planAddition(set, Object.assign(more, { code, name, kind, wave, district, country, languages, agencies }));
  }
  return planImport(set, table);
}

function readTableFile([table, ...more]: string[], here: string): string {
  if (table === undefined || more.length > 0) throw new CommandError(['Name one CSV file.']);
  return readFileSync(resolve(here, table), 'utf8');
}

function executePlan(set: CentreSet, plan: CentrePlan, { 'dry-run': dry, json, data }: Options): string {
  const faults = validateResult(set, plan);
  if (faults.length > 0) throw new CommandError(faults);
  if (!dry) writeChanges(data, plan);
  return json ? JSON.stringify(toPlanJson(plan, !dry), null, 2) : formatPlan(plan, !dry);
}

/** Writes each file atomically, so that a watcher never reads half of it. */
function writeChanges(dataDir: string, { changes }: CentrePlan): void {
  const folder = join(dataDir, 'centres');
  for (const { code, text } of changes) {
    const beside = join(folder, `.${code}.new`);
    writeFileSync(beside, text);
    renameSync(beside, join(folder, fileOf(code)));
  }
}
