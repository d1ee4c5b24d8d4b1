import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { STATUSES } from '@cups/identity/life';
import type { OpenApplications } from './open-applications.ts';
import { faultsAfter, planAdding, planClosing, planImport, planMoves, Refused } from './plan.ts';
import type { Plan } from './plan.ts';
import { fileOf, readSet } from './set.ts';
import type { CentreSet } from './set.ts';
import { centreText, consequencesOf, fieldsOf, listText, overviewOf, planText } from './show.ts';

/** Centres are files: this command writes them. docs/centres.md tells of it. */

const USAGE = `npm run centre -- <command>

  list [--wave 2023] [--status planned]      centres, waves, districts, agencies
  show CU-027                                one centre, and what it may become
  add --name … --kind … --wave … [--district … --time-zone … --languages 'ro ru' --agencies 'asp cnas' --limit 500]
  import table.csv                           many new centres: all of the table or nothing
  open CU-027 … | --wave 2023 [--training]   takes up work (or, with --training, begins to learn)
  pause CU-027 … | --wave 2023               no new drafts; open applications are finished
  close CU-027 --to CU-002                   for good; another centre goes on with its applications
  close CU-027 [--wait | --none-open]        for good, when no application is open there

  with each: --dry-run writes nothing, --json is for programs, --data <folder> names another data folder`;

const OPTIONS = {
  'dry-run': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
  data: { type: 'string', default: join(import.meta.dirname, '../../data') },
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
type Options = ReturnType<typeof parsed>['values'];
/** With what a store said of the centre that closes, and the table of those that are to come. */
type Asked = Options & { open: OpenApplications | undefined; table: string };

/** Which options a command reads, beside those of all. */
const READS: Readonly<Record<string, readonly (keyof typeof OPTIONS)[]>> = {
  list: ['wave', 'status'],
  show: [],
  add: ['code', 'name', 'kind', 'wave', 'district', 'country', 'time-zone', 'languages', 'agencies', 'limit'],
  import: [],
  open: ['wave', 'training'],
  pause: ['wave'],
  close: ['wait', 'none-open', 'to'],
};
const COMMON = ['dry-run', 'json', 'help', 'data'];

/** What a command is run with. */
export interface Surroundings {
  /** The folder that paths are meant from. */
  here: string;
  say: (text: string) => void;
  complain: (sentence: string) => void;
}

/**
 * Runs `npm run centre` with these arguments.
 * @returns the code to end with: 1 when it was refused, or when a list shows files that must be mended
 */
export async function runCentre(args: readonly string[], around: Surroundings): Promise<number> {
  try {
    return await run(args, around);
  } catch (error) {
    const sentences = error instanceof Refused ? error.sentences : [(error as Error).message];
    for (const sentence of sentences) around.complain(sentence);
    return 1;
  }
}

/** What the store says is open; the drivers that it takes are loaded for this alone. */
async function openIn(code: string): Promise<OpenApplications | undefined> {
  const { openApplicationsOf } = await import('./open-applications.ts');
  return openApplicationsOf(code);
}

async function run(args: readonly string[], { here, say }: Surroundings): Promise<number> {
  const { values, positionals } = parsed(args);
  const [command = '', ...names] = positionals;
  if (values.help || command === '') {
    say(USAGE);
    return 0;
  }
  refuseForeign(command, names, values);
  values.data = resolve(here, values.data);
  const set = readSet(values.data);
  if (command === 'list') {
    say(listed(set, values));
    return set.faults.length > 0 ? 1 : 0;
  }
  if (command === 'show') {
    say(shown(set, names, values));
    return 0;
  }
  if (set.faults.length > 0) throw new Refused(['Mend these files first:', ...set.faults]);
  const open = command === 'close' && values['none-open'] ? await openIn(names[0] ?? '') : undefined;
  const table = command === 'import' ? tableOf(names, here) : '';
  say(carriedOut(set, planOf(set, command, names, Object.assign(values, { open, table })), values));
  return 0;
}

function parsed(args: readonly string[]) {
  return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
}

/** Refuses what the command would not heed. */
function refuseForeign(command: string, names: string[], values: Options): void {
  const reads = READS[command];
  if (!reads)
    throw new Refused([`There is no command ${command}: ${Object.keys(READS).join(', ')}; --help tells more.`]);
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== false);
  const foreign = given.map(([name]) => name).filter((name) => ![...COMMON, ...reads].includes(name));
  if (foreign.length > 0) throw new Refused(foreign.map((name) => `${command} knows no --${name}.`));
  if ((command === 'list' || command === 'add') && names.length > 0) {
    throw new Refused([`${command} takes options only, not ${names.join(' ')}.`]);
  }
}

function listed(set: CentreSet, { wave, status, json }: Options): string {
  if (status !== undefined && !STATUSES.some((one) => one === status)) {
    throw new Refused([`There is no status ${status}: ${STATUSES.join(', ')}.`]);
  }
  const overview = overviewOf(set, { wave, status });
  return json ? JSON.stringify(overview, null, 2) : listText(overview, set.agencies);
}

function shown(set: CentreSet, codes: string[], { json }: Options): string {
  const centre = set.centres.get(codes[0] ?? '');
  if (!centre || codes.length > 1) throw new Refused(['Which centre? Name one code; `list` shows all.']);
  return json ? JSON.stringify(fieldsOf(centre), null, 2) : centreText(centre, set);
}

function planOf(set: CentreSet, command: string, names: string[], values: Asked): Plan {
  const { wave, training, wait, to, open, table } = values;
  if (command === 'open') return planMoves(set, training ? 'train' : 'open', { codes: names, wave });
  if (command === 'pause') return planMoves(set, 'pause', { codes: names, wave });
  if (command === 'close') return planClosing(set, names, { wait, noneOpen: values['none-open'], open, to });
  if (command === 'add') {
    const { code, name, kind, district, country, languages, agencies, limit } = values;
    const more = { timeZone: values['time-zone'], openApplications: limit };
    return planAdding(set, Object.assign(more, { code, name, kind, wave, district, country, languages, agencies }));
  }
  return planImport(set, table);
}

function tableOf([table, ...more]: string[], here: string): string {
  if (table === undefined || more.length > 0) throw new Refused(['Which table? Name one CSV file.']);
  return readFileSync(resolve(here, table), 'utf8');
}

function carriedOut(set: CentreSet, plan: Plan, { 'dry-run': dry, json, data }: Options): string {
  const faults = faultsAfter(set, plan);
  if (faults.length > 0) throw new Refused(faults);
  if (!dry) write(data, plan);
  return json ? JSON.stringify(consequencesOf(plan, !dry), null, 2) : planText(plan, !dry);
}

/** Each file comes whole into its place: whoever follows the folder never reads half of one. */
function write(dataDir: string, { changes }: Plan): void {
  const folder = join(dataDir, 'centres');
  for (const { code, text } of changes) {
    const beside = join(folder, `.${code}.new`);
    writeFileSync(beside, text);
    renameSync(beside, join(folder, fileOf(code)));
  }
}
