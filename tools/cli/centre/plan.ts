import type { CentreStatus } from '@cups/identity/life';
import { withDefaults, validateFields, createCentre } from './new-centres.ts';
import type { CentreFields } from './new-centres.ts';
import { TARGET_STATUSES, applyTransfer, applyTransition } from './transitions.ts';
import type { CentreChange, CentreTransition } from './transitions.ts';
import { fileOf, nextCode, buildSet } from './set.ts';
import type { CentreSet, CentreEntry } from './set.ts';
import { readTable } from './table.ts';
import { CommandError } from '../errors.ts';

/** Plans the changes of each command before anything is written. A refusal lists every error. */

export interface CentrePlan {
  changes: CentreChange[];
  /** Notes for the user. */
  remarks: string[];
}

/** Centres that a command selects. */
export interface CentreSelection {
  codes: readonly string[];
  wave?: string | undefined;
}

/** @throws CommandError when a centre is unknown or cannot change so; then no centre changes */
export function planTransitions(set: CentreSet, move: CentreTransition, selection: CentreSelection): CentrePlan {
  if (selection.wave !== undefined) return planWave(set, move, selection);
  if (selection.codes.length === 0) throw new CommandError([`Name codes, such as CU-027, or --wave.`]);
  return transitionAll(findCentres(set, selection.codes), move);
}

const WAVE_STATUSES: Readonly<Record<CentreTransition, readonly CentreStatus[]>> = {
  open: ['planned', 'training'],
  train: ['planned'],
  pause: ['active'],
  close: [],
};

/** Selects the centres of a wave that the transition applies to. Opening a wave does not resume paused centres. */
function planWave(set: CentreSet, move: CentreTransition, { codes, wave }: CentreSelection): CentrePlan {
  if (codes.length > 0) throw new CommandError(['Name codes or --wave, not both.']);
  const all = [...set.centres.values()];
  const ofWave = all.filter((centre) => centre.wave === wave);
  if (ofWave.length === 0) {
    const waves = [...new Set(all.map((centre) => centre.wave))].sort().join(', ');
    throw new CommandError([`Wave ${wave} has no centre. Waves: ${waves}.`]);
  }
  const before = WAVE_STATUSES[move];
  const chosen = ofWave.filter(({ status }) => before.includes(status));
  if (chosen.length === 0) throw new CommandError([`No centre of wave ${wave} is ${before.join(' or ')}.`]);
  const plan = transitionAll(chosen, move);
  const others = ofWave.filter((centre) => !chosen.includes(centre) && centre.status !== TARGET_STATUSES[move]);
  const remarks = others.map(({ code, name, status }) => `${code} (${name}) stays ${status}.`);
  return { changes: plan.changes, remarks: [...plan.remarks, ...remarks] };
}

function findCentres(set: CentreSet, codes: readonly string[]): CentreEntry[] {
  const unknown = codes.filter((code) => !set.centres.has(code));
  if (unknown.length > 0)
    throw new CommandError(unknown.map((code) => `Centre ${code} not found. \`list\` shows all.`));
  return [...new Set(codes)].map((code) => set.centres.get(code)!);
}

function transitionAll(centres: CentreEntry[], move: CentreTransition): CentrePlan {
  const changes: CentreChange[] = [];
  const refusals: string[] = [];
  for (const centre of centres) {
    try {
      changes.push(applyTransition(centre, move));
    } catch (error) {
      refusals.push((error as Error).message);
    }
  }
  if (refusals.length > 0) throw new CommandError(refusals);
  const leftTraining = changes.filter(({ from }) => from === 'training').map(({ code }) => code);
  const remark = `Applications that ${leftTraining.join(', ')} opened in training stay training applications and reach no agency.`;
  return { changes, remarks: leftTraining.length > 0 ? [remark] : [] };
}

/** How the open applications of a closing centre are handled. */
export interface ClosingOptions {
  wait: boolean;
  ifEmpty: boolean;
  /** Open applications by state according to the store; undefined when no store was reached. */
  open?: Record<string, number> | undefined;
  to?: string | undefined;
}

/**
 * Closes a centre, or pauses an active one first.
 * @throws CommandError while open applications could be orphaned: files do not show how many there are
 */
export function planClosing(set: CentreSet, codes: readonly string[], closing: ClosingOptions): CentrePlan {
  const { wait, ifEmpty, to } = closing;
  if (codes.length !== 1) throw new CommandError(['Close one centre at a time: name its code.']);
  const [centre] = findCentres(set, codes) as [CentreEntry];
  const { code, name, status } = centre;
  if (to !== undefined && (wait || ifEmpty)) throw new CommandError(['Use only one of --to, --wait and --if-empty.']);
  if (to !== undefined) return planTransfer(set, centre, to);
  const neverOpened = status === 'planned' || status === 'training';
  if (neverOpened || status === 'closed') return transitionAll([centre], 'close');
  if (wait && ifEmpty) throw new CommandError(['Use --wait or --if-empty, not both.']);
  if (wait && status === 'active') {
    const { changes } = transitionAll([centre], 'pause');
    return { changes, remarks: [nextStep(centre)] };
  }
  if (wait) throw new CommandError([`${code} (${name}) is already paused. ${nextStep(centre)}`]);
  if (ifEmpty) return planEmptyClosing(centre, closing.open);
  throw new CommandError([
    `${code} (${name}) may have open applications, which nobody could finish after it closes. ` +
      (status === 'active' ? `\`close ${code} --wait\` pauses it first. ` : '') +
      nextStep(centre) +
      ` \`close ${code} --to <code>\` closes it now, and another centre inherits them.`,
  ]);
}

/** Closes a centre that the user declares empty, unless the store shows open applications. */
function planEmptyClosing(centre: CentreEntry, open: ClosingOptions['open']): CentrePlan {
  const { code, name } = centre;
  const { changes } = transitionAll([centre], 'close');
  if (open === undefined) {
    const remark = 'The store was not checked (set MONGODB_URI): the centre closes on your declaration.';
    return { changes, remarks: [remark] };
  }
  const states = Object.entries(open).map(([state, count]) => `${count} ${state}`);
  if (states.length === 0) return { changes, remarks: ['The store has no open application of this centre.'] };
  throw new CommandError([
    `${code} (${name}) has open applications in the store: ${states.join(', ')}. ${nextStep(centre)} ` +
      `\`close ${code} --to <code>\` closes it now, and another centre inherits them.`,
  ]);
}

/** Closes a centre whose applications another one inherits, or names the heir of a closed centre. */
function planTransfer(set: CentreSet, centre: CentreEntry, to: string): CentrePlan {
  const { code, name, status, transferTo } = centre;
  const [successor] = findCentres(set, [to]) as [CentreEntry];
  if (to === code)
    throw new CommandError([`${code} (${name}) cannot inherit its own applications: name another centre.`]);
  if (successor.status !== 'active') {
    throw new CommandError([
      `${to} (${successor.name}) is ${successor.status}: only an active centre can inherit applications.`,
    ]);
  }
  if (status === 'planned' || status === 'training') {
    throw new CommandError([
      `${code} (${name}) is ${status}: it has no applications to transfer. Close it without --to.`,
    ]);
  }
  if (transferTo !== undefined)
    throw new CommandError([`${code} (${name}) is closed, and already names ${transferTo}.`]);
  const remark =
    `The desk of ${to} (${successor.name}) shows its applications after the next sign-in: ` +
    'operators who are signed in must sign in again.';
  return { changes: [applyTransfer(centre, to)], remarks: [remark] };
}

const nextStep = ({ code }: CentreEntry): string =>
  `When its desk shows no open application, \`close ${code} --if-empty\` closes it.`;

/** @throws CommandError with every error */
export function planAddition(set: CentreSet, fields: CentreFields): CentrePlan {
  return planNewCentres(set, [{ where: '', fields }]);
}

/** @throws CommandError with every bad line: an import takes all lines or none */
export function planImport(set: CentreSet, text: string): CentrePlan {
  const { rows, faults } = readTable(text);
  const given = rows.map(({ line, fields }) => ({ where: `line ${line}: `, fields }));
  return planNewCentres(set, given, faults);
}

function planNewCentres(
  set: CentreSet,
  given: { where: string; fields: CentreFields }[],
  faultsOfForm: string[] = [],
): CentrePlan {
  const faults = [...faultsOfForm];
  const changes: CentreChange[] = [];
  const names = new Map(
    [...set.centres.values()].filter(isNotClosed).map((centre) => [uniqueKey(centre), centre.code]),
  );
  let code = nextCode(set.centres.keys());
  for (const { where, fields } of given) {
    const wrong = validateCode(set, fields.code, code);
    const whole = withDefaults(fields, code, set.agencies);
    wrong.push(...validateFields(whole, set.agencies));
    const twin = names.get(uniqueKey(whole));
    if (twin !== undefined) wrong.push(`${fields.name} already exists as ${twin}`);
    names.set(uniqueKey(whole), code);
    faults.push(...wrong.map((fault) => `${where}${fault}`));
    if (wrong.length === 0) changes.push(createCentre(whole));
    code = nextCode([code]);
  }
  if (faults.length > 0) throw new CommandError(faults);
  return { changes, remarks: ['New centres are planned; `open` opens them.'] };
}

const isNotClosed = ({ status }: CentreEntry): boolean => status !== 'closed';
const uniqueKey = ({ kind, name, district }: Pick<CentreFields, 'kind' | 'name' | 'district'>): string =>
  [kind, name, district ?? ''].join('\0');

function validateCode(set: CentreSet, wanted: string | undefined, next: string): string[] {
  if (wanted === undefined || wanted === next) return [];
  const taken = set.centres.get(wanted);
  if (taken) return [`code ${wanted} belongs to ${taken.name}; the next code is ${next}`];
  return [`code ${JSON.stringify(wanted)} must be ${next}: codes have no gaps`];
}

/** Returns the errors that the set would have after the plan. */
export function validateResult(set: CentreSet, { changes }: CentrePlan): readonly string[] {
  const texts = new Map([...set.centres.values()].map(({ code, text }) => [code, text]));
  for (const { code, text } of changes) texts.set(code, text);
  return buildSet(
    [...texts].map(([code, text]) => ({ path: fileOf(code), text })),
    set.agencies,
  ).faults;
}
