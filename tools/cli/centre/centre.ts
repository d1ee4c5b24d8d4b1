import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CENTRE_STATUSES } from '@cups/identity/life';
import type { OpenApplications } from './open-applications.ts';
import { validateResult, planAddition, planClosing, planImport, planTransitions } from './plan.ts';
import type { CentrePlan } from './plan.ts';
import { CommandError } from '../errors.ts';
import { fileOf, readSet } from './set.ts';
import type { CentreSet } from './set.ts';
import { formatCentre, toPlanJson, fieldsOf, formatList, buildOverview, formatPlan } from './show.ts';

/** Common options. */
interface CommonOptions {
  dryRun: boolean;
  json: boolean;
  data: string;
}
export type ListOptions = CommonOptions & { wave?: string; status?: string };
export type AddOptions = CommonOptions &
  Partial<
    Record<
      'code' | 'name' | 'kind' | 'wave' | 'district' | 'country' | 'timeZone' | 'languages' | 'agencies' | 'limit',
      string
    >
  >;
export type TransitionOptions = CommonOptions & { wave?: string; training?: boolean };
export type ClosingOptions = CommonOptions & { wait?: boolean; ifEmpty?: boolean; to?: string };

/** Lists centres, waves, districts and agencies. @returns exit code 1 when a file is invalid */
export function list({ data, wave, status, json }: ListOptions, print: Print): number {
  const set = readSet(data);
  if (status !== undefined && !CENTRE_STATUSES.some((one) => one === status)) {
    throw new CommandError(`Status ${status} not found. Statuses: ${CENTRE_STATUSES.join(', ')}.`);
  }
  const overview = buildOverview(set, { wave, status });
  print(json ? JSON.stringify(overview, null, 2) : formatList(overview, set.agencies));
  return set.faults.length > 0 ? 1 : 0;
}

export function show(code: string, { data, json }: CommonOptions, print: Print): void {
  const set = readSet(data);
  const centre = set.centres.get(code);
  if (!centre) throw new CommandError('Name one centre code. `list` shows all.');
  print(json ? JSON.stringify(fieldsOf(centre), null, 2) : formatCentre(centre, set));
}

export function add(options: AddOptions, print: Print): void {
  const { limit, dryRun: _dryRun, json: _json, data: _data, ...fields } = options;
  execute(options, print, (set) => planAddition(set, Object.assign(fields, { openApplications: limit })));
}

/** Adds all centres of a table, or none. */
export function importTable(file: string, options: CommonOptions, print: Print): void {
  execute(options, print, (set) => planImport(set, readFileSync(file, 'utf8')));
}

export function changeStatus(
  transition: 'open' | 'pause',
  codes: string[],
  options: TransitionOptions,
  print: Print,
): void {
  const { wave, training } = options;
  execute(options, print, (set) => planTransitions(set, training ? 'train' : transition, { codes, wave }));
}

export async function close(codes: string[], options: ClosingOptions, print: Print): Promise<void> {
  const { wait = false, ifEmpty = false, to } = options;
  const open = ifEmpty ? await readOpenApplications(codes[0] ?? '') : undefined;
  execute(options, print, (set) => planClosing(set, codes, { wait, ifEmpty, open, to }));
}

type Print = (text: string) => void;

/** Counts open applications in the store. Loads the drivers only when needed. */
async function readOpenApplications(code: string): Promise<OpenApplications | undefined> {
  const { countOpenApplications: openApplicationsOf } = await import('./open-applications.ts');
  return openApplicationsOf(code);
}

/** Plans on valid files only, validates the result and writes it. */
function execute({ data, dryRun, json }: CommonOptions, print: Print, plan: (set: CentreSet) => CentrePlan): void {
  const set = readSet(data);
  if (set.faults.length > 0) throw new CommandError('Fix these files first:', ...set.faults);
  const planned = plan(set);
  const faults = validateResult(set, planned);
  if (faults.length > 0) throw new CommandError(faults);
  if (!dryRun) writeChanges(data, planned);
  print(json ? JSON.stringify(toPlanJson(planned, !dryRun), null, 2) : formatPlan(planned, !dryRun));
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
