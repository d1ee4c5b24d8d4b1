import type { CentreStatus } from '@cups/identity/life';
import { withDefaults, validateFields, createCentre } from './new-centres.ts';
import type { CentreFields } from './new-centres.ts';
import { TARGET_STATUSES, applyTransfer, applyTransition } from './transitions.ts';
import type { CentreChange, CentreTransition } from './transitions.ts';
import { fileOf, nextCode, buildSet } from './set.ts';
import type { CentreSet, CentreEntry } from './set.ts';
import { readTable } from './table.ts';

/** What each command makes of a set of centres, before anything is written: all of it, or one refusal that says all. */

export interface CentrePlan {
  changes: CentreChange[];
  /** What the reader should know beside the changes. */
  remarks: string[];
}

/** What a command cannot do: sentences for whoever asked. */
export class CommandError extends Error {
  readonly sentences: readonly string[];
  constructor(sentences: readonly string[]) {
    super(sentences.join('\n'));
    this.sentences = sentences;
  }
}

/** Which centres a command means. */
export interface CentreSelection {
  codes: readonly string[];
  wave?: string | undefined;
}

/** @throws Refused when a centre is unknown or cannot make the move: then none makes it */
export function planTransitions(set: CentreSet, move: CentreTransition, selection: CentreSelection): CentrePlan {
  if (selection.wave !== undefined) return planWave(set, move, selection);
  if (selection.codes.length === 0) throw new CommandError([`Which centre? Name codes, such as CU-027, or --wave.`]);
  return transitionAll(findCentres(set, selection.codes), move);
}

const WAVE_STATUSES: Readonly<Record<CentreTransition, readonly CentreStatus[]>> = {
  open: ['planned', 'training'],
  train: ['planned'],
  pause: ['active'],
  close: [],
};

/** Of a wave, those that the move is for: opening it leaves alone who was paused for a reason of their own. */
function planWave(set: CentreSet, move: CentreTransition, { codes, wave }: CentreSelection): CentrePlan {
  if (codes.length > 0) throw new CommandError(['Name codes or --wave, not both.']);
  const all = [...set.centres.values()];
  const ofWave = all.filter((centre) => centre.wave === wave);
  if (ofWave.length === 0) {
    const waves = [...new Set(all.map((centre) => centre.wave))].sort().join(', ');
    throw new CommandError([`No centre is of wave ${wave}; there are ${waves}.`]);
  }
  const before = WAVE_STATUSES[move];
  const chosen = ofWave.filter(({ status }) => before.includes(status));
  if (chosen.length === 0) throw new CommandError([`No centre of wave ${wave} is ${before.join(' or ')}.`]);
  const plan = transitionAll(chosen, move);
  const others = ofWave.filter((centre) => !chosen.includes(centre) && centre.status !== TARGET_STATUSES[move]);
  const remarks = others.map(({ code, name, status }) => `${code} (${name}) is ${status} and stays so.`);
  return { changes: plan.changes, remarks: [...plan.remarks, ...remarks] };
}

function findCentres(set: CentreSet, codes: readonly string[]): CentreEntry[] {
  const unknown = codes.filter((code) => !set.centres.has(code));
  if (unknown.length > 0) throw new CommandError(unknown.map((code) => `${code} is no centre; \`list\` shows all.`));
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
  const remark = `What ${leftTraining.join(', ')} opened in training stays of a training, and reaches no agency.`;
  return { changes, remarks: leftTraining.length > 0 ? [remark] : [] };
}

/** How open applications of a centre that closes are seen to. */
export interface ClosingOptions {
  wait: boolean;
  noneOpen: boolean;
  /** What is open there by the word of the store, by state; undefined when no store was asked. */
  open?: Record<string, number> | undefined;
  to?: string | undefined;
}

/**
 * Closes a centre, or takes it one step nearer: whoever is active is paused first.
 * @throws Refused as long as open applications could be left behind: files do not tell how many there are
 */
export function planClosing(set: CentreSet, codes: readonly string[], closing: ClosingOptions): CentrePlan {
  const { wait, noneOpen, to } = closing;
  if (codes.length !== 1) throw new CommandError(['Close one centre at a time: name its code.']);
  const [centre] = findCentres(set, codes) as [CentreEntry];
  const { code, name, status } = centre;
  if (to !== undefined && (wait || noneOpen)) throw new CommandError(['Say --to, --wait or --none-open, one of them.']);
  if (to !== undefined) return planTransfer(set, centre, to);
  const neverOpened = status === 'planned' || status === 'training';
  if (neverOpened || status === 'closed') return transitionAll([centre], 'close');
  if (wait && noneOpen) throw new CommandError(['Say --wait or --none-open, not both.']);
  if (wait && status === 'active') {
    const { changes } = transitionAll([centre], 'pause');
    return { changes, remarks: [nextStep(centre)] };
  }
  if (wait) throw new CommandError([`${code} (${name}) is paused and waits already. ${nextStep(centre)}`]);
  if (noneOpen) return planEmptyClosing(centre, closing.open);
  throw new CommandError([
    `${code} (${name}) may have open applications, which nobody could finish once it is closed; these files do not tell. ` +
      (status === 'active' ? `\`close ${code} --wait\` pauses it first. ` : '') +
      nextStep(centre) +
      ` \`close ${code} --to <code>\` closes it now, and another centre goes on with them.`,
  ]);
}

/** Closes a centre of which somebody says that nothing is open there: the store may know better. */
function planEmptyClosing(centre: CentreEntry, open: ClosingOptions['open']): CentrePlan {
  const { code, name } = centre;
  const { changes } = transitionAll([centre], 'close');
  if (open === undefined) {
    const remark = 'No store was asked (MONGODB_URI names one): that nothing is open there is your word.';
    return { changes, remarks: [remark] };
  }
  const states = Object.entries(open).map(([state, count]) => `${count} ${state}`);
  if (states.length === 0) return { changes, remarks: ['The store has no open application of it.'] };
  throw new CommandError([
    `${code} (${name}) has open applications, says the store: ${states.join(', ')}. ${nextStep(centre)} ` +
      `\`close ${code} --to <code>\` closes it now, and another centre goes on with them.`,
  ]);
}

/** Closes a centre whose applications another one goes on with, or names that one for a centre that has closed already. */
function planTransfer(set: CentreSet, centre: CentreEntry, to: string): CentrePlan {
  const { code, name, status, transferTo } = centre;
  const [successor] = findCentres(set, [to]) as [CentreEntry];
  if (to === code)
    throw new CommandError([`${code} (${name}) cannot go on with its own applications: name another centre.`]);
  if (successor.status !== 'active') {
    throw new CommandError([
      `${to} (${successor.name}) is ${successor.status}: only an active centre goes on with them.`,
    ]);
  }
  if (status === 'planned' || status === 'training') {
    throw new CommandError([
      `${code} (${name}) is ${status}: it has no applications to hand over. Close it without --to.`,
    ]);
  }
  if (transferTo !== undefined)
    throw new CommandError([`${code} (${name}) is closed, and names ${transferTo} already.`]);
  const remark =
    `The desk of ${to} (${successor.name}) has its applications from the next sign-in on: ` +
    'whoever is signed in there by then signs in again.';
  return { changes: [applyTransfer(centre, to)], remarks: [remark] };
}

const nextStep = ({ code }: CentreEntry): string =>
  `When its desk shows no open application any more, \`close ${code} --none-open\` closes it.`;

/** @throws Refused, with all that is wrong */
export function planAddition(set: CentreSet, fields: CentreFields): CentrePlan {
  return planNewCentres(set, [{ where: '', fields }]);
}

/** @throws Refused, with every bad line: a table is taken as a whole or not at all */
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
    if (twin !== undefined) wrong.push(`${fields.name} is ${twin} already`);
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
  if (taken) return [`code ${wanted} is taken by ${taken.name}; the next one is ${next}`];
  return [`code ${JSON.stringify(wanted)} is not the next one, which is ${next}: codes are given without a gap`];
}

/** What would be wrong with the set if the plan were carried out. */
export function validateResult(set: CentreSet, { changes }: CentrePlan): readonly string[] {
  const texts = new Map([...set.centres.values()].map(({ code, text }) => [code, text]));
  for (const { code, text } of changes) texts.set(code, text);
  return buildSet(
    [...texts].map(([code, text]) => ({ path: fileOf(code), text })),
    set.agencies,
  ).faults;
}
