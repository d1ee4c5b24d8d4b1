import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { STATUSES } from '@cups/identity/life';
import type { OpenApplications } from './centre/open-applications.ts';
import { faultsAfter, planAdding, planClosing, planImport, planMoves, Refused } from './centre/plan.ts';
import type { Plan } from './centre/plan.ts';
import { fileOf, readSet } from './centre/set.ts';
import type { CentreSet } from './centre/set.ts';
import { centreText, consequencesOf, fieldsOf, listText, overviewOf, planText } from './centre/show.ts';

/** Centres are files: this command writes them, `npm run centre -- <command>`. docs/centres.md tells of it. */

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
  data: { type: 'string', default: join(import.meta.dirname, '../data') },
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
type Options = ReturnType<typeof parsedArgs>['values'];
/** With what a store said of the centre that closes. */
type Asked = Options & { open: OpenApplications | undefined };

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

/** Where the person stands who typed the command: npm goes to the folder of its package.json. */
const fromHere = (path: string): string => resolve(process.env['INIT_CWD'] ?? process.cwd(), path);

try {
  await run();
} catch (error) {
  const sentences = error instanceof Refused ? error.sentences : [(error as Error).message];
  for (const sentence of sentences) console.error(sentence);
  process.exitCode = 1;
}

/** What the store says is open; the drivers that it takes are loaded for this alone. */
async function openIn(code: string): Promise<OpenApplications | undefined> {
  const { openApplicationsOf } = await import('./centre/open-applications.ts');
  return openApplicationsOf(code);
}

async function run(): Promise<void> {
  const { values, positionals } = parsedArgs();
  const [command = '', ...names] = positionals;
  if (values.help || command === '') return console.log(USAGE);
  refuseForeign(command, names, values);
  const set = readSet(fromHere(values.data));
  if (command === 'list') return list(set, values);
  if (command === 'show') return show(set, names, values);
  if (set.faults.length > 0) throw new Refused(['Mend these files first:', ...set.faults]);
  const open = command === 'close' && values['none-open'] ? await openIn(names[0] ?? '') : undefined;
  carryOut(set, planOf(set, command, names, Object.assign(values, { open })), values);
}

function parsedArgs() {
  return parseArgs({ options: OPTIONS, allowPositionals: true });
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

function list(set: CentreSet, { wave, status, json }: Options): void {
  if (status !== undefined && !STATUSES.some((one) => one === status)) {
    throw new Refused([`There is no status ${status}: ${STATUSES.join(', ')}.`]);
  }
  const overview = overviewOf(set, { wave, status });
  console.log(json ? JSON.stringify(overview, null, 2) : listText(overview, set.agencies));
  if (set.faults.length > 0) process.exitCode = 1;
}

function show(set: CentreSet, codes: string[], { json }: Options): void {
  const centre = set.centres.get(codes[0] ?? '');
  if (!centre || codes.length > 1) throw new Refused(['Which centre? Name one code; `list` shows all.']);
  console.log(json ? JSON.stringify(fieldsOf(centre), null, 2) : centreText(centre, set));
}

function planOf(set: CentreSet, command: string, names: string[], values: Asked): Plan {
  const { wave, training, wait, to, open } = values;
  if (command === 'open') return planMoves(set, training ? 'train' : 'open', { codes: names, wave });
  if (command === 'pause') return planMoves(set, 'pause', { codes: names, wave });
  if (command === 'close') return planClosing(set, names, { wait, noneOpen: values['none-open'], open, to });
  if (command === 'add') {
    const { code, name, kind, district, country, languages, agencies, limit } = values;
    const more = { timeZone: values['time-zone'], openApplications: limit };
    return planAdding(set, Object.assign(more, { code, name, kind, wave, district, country, languages, agencies }));
  }
  const [table] = names;
  if (table === undefined || names.length > 1) throw new Refused(['Which table? Name one CSV file.']);
  return planImport(set, readFileSync(fromHere(table), 'utf8'));
}

function carryOut(set: CentreSet, plan: Plan, { 'dry-run': dry, json, data }: Options): void {
  const faults = faultsAfter(set, plan);
  if (faults.length > 0) throw new Refused(faults);
  if (!dry) write(fromHere(data), plan);
  console.log(json ? JSON.stringify(consequencesOf(plan, !dry), null, 2) : planText(plan, !dry));
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
