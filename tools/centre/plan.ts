import type { CentreStatus } from '@cups/identity/life';
import { completed, faultsOfFields, newcomer } from './newcomers.ts';
import type { Fields } from './newcomers.ts';
import { AIMS, handedOver, moved } from './moves.ts';
import type { Change, Move } from './moves.ts';
import { fileOf, nextCode, setOf } from './set.ts';
import type { CentreSet, Entry } from './set.ts';
import { readTable } from './table.ts';

/** What each command makes of a set of centres, before anything is written: all of it, or one refusal that says all. */

export interface Plan {
  changes: Change[];
  /** What the reader should know beside the changes. */
  remarks: string[];
}

/** What a command cannot do: sentences for whoever asked. */
export class Refused extends Error {
  readonly sentences: readonly string[];
  constructor(sentences: readonly string[]) {
    super(sentences.join('\n'));
    this.sentences = sentences;
  }
}

/** Which centres a command means. */
export interface Selection {
  codes: readonly string[];
  wave?: string | undefined;
}

/** @throws Refused when a centre is unknown or cannot make the move: then none makes it */
export function planMoves(set: CentreSet, move: Move, selection: Selection): Plan {
  if (selection.wave !== undefined) return planWave(set, move, selection);
  if (selection.codes.length === 0) throw new Refused([`Which centre? Name codes, such as CU-027, or --wave.`]);
  return eachMoved(found(set, selection.codes), move);
}

const OF_A_WAVE: Readonly<Record<Move, readonly CentreStatus[]>> = {
  open: ['planned', 'training'],
  train: ['planned'],
  pause: ['active'],
  close: [],
};

/** Of a wave, those that the move is for: opening it leaves alone who was paused for a reason of their own. */
function planWave(set: CentreSet, move: Move, { codes, wave }: Selection): Plan {
  if (codes.length > 0) throw new Refused(['Name codes or --wave, not both.']);
  const all = [...set.centres.values()];
  const ofWave = all.filter((centre) => centre.wave === wave);
  if (ofWave.length === 0) {
    const waves = [...new Set(all.map((centre) => centre.wave))].sort().join(', ');
    throw new Refused([`No centre is of wave ${wave}; there are ${waves}.`]);
  }
  const before = OF_A_WAVE[move];
  const chosen = ofWave.filter(({ status }) => before.includes(status));
  if (chosen.length === 0) throw new Refused([`No centre of wave ${wave} is ${before.join(' or ')}.`]);
  const plan = eachMoved(chosen, move);
  const others = ofWave.filter((centre) => !chosen.includes(centre) && centre.status !== AIMS[move]);
  const remarks = others.map(({ code, name, status }) => `${code} (${name}) is ${status} and stays so.`);
  return { changes: plan.changes, remarks: [...plan.remarks, ...remarks] };
}

function found(set: CentreSet, codes: readonly string[]): Entry[] {
  const unknown = codes.filter((code) => !set.centres.has(code));
  if (unknown.length > 0) throw new Refused(unknown.map((code) => `${code} is no centre; \`list\` shows all.`));
  return [...new Set(codes)].map((code) => set.centres.get(code)!);
}

function eachMoved(centres: Entry[], move: Move): Plan {
  const changes: Change[] = [];
  const refusals: string[] = [];
  for (const centre of centres) {
    try {
      changes.push(moved(centre, move));
    } catch (error) {
      refusals.push((error as Error).message);
    }
  }
  if (refusals.length > 0) throw new Refused(refusals);
  const leftTraining = changes.filter(({ from }) => from === 'training').map(({ code }) => code);
  const remark = `What ${leftTraining.join(', ')} opened in training stays of a training, and reaches no agency.`;
  return { changes, remarks: leftTraining.length > 0 ? [remark] : [] };
}

/** How open applications of a centre that closes are seen to. */
export interface Closing {
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
export function planClosing(set: CentreSet, codes: readonly string[], closing: Closing): Plan {
  const { wait, noneOpen, to } = closing;
  if (codes.length !== 1) throw new Refused(['Close one centre at a time: name its code.']);
  const [centre] = found(set, codes) as [Entry];
  const { code, name, status } = centre;
  if (to !== undefined && (wait || noneOpen)) throw new Refused(['Say --to, --wait or --none-open, one of them.']);
  if (to !== undefined) return planTransfer(set, centre, to);
  const neverOpened = status === 'planned' || status === 'training';
  if (neverOpened || status === 'closed') return eachMoved([centre], 'close');
  if (wait && noneOpen) throw new Refused(['Say --wait or --none-open, not both.']);
  if (wait && status === 'active') {
    const { changes } = eachMoved([centre], 'pause');
    return { changes, remarks: [nextStep(centre)] };
  }
  if (wait) throw new Refused([`${code} (${name}) is paused and waits already. ${nextStep(centre)}`]);
  if (noneOpen) return planEmpty(centre, closing.open);
  throw new Refused([
    `${code} (${name}) may have open applications, which nobody could finish once it is closed; these files do not tell. ` +
      (status === 'active' ? `\`close ${code} --wait\` pauses it first. ` : '') +
      nextStep(centre) +
      ` \`close ${code} --to <code>\` closes it now, and another centre goes on with them.`,
  ]);
}

/** Closes a centre of which somebody says that nothing is open there: the store may know better. */
function planEmpty(centre: Entry, open: Closing['open']): Plan {
  const { code, name } = centre;
  const { changes } = eachMoved([centre], 'close');
  if (open === undefined) {
    const remark = 'No store was asked (MONGODB_URI names one): that nothing is open there is your word.';
    return { changes, remarks: [remark] };
  }
  const states = Object.entries(open).map(([state, count]) => `${count} ${state}`);
  if (states.length === 0) return { changes, remarks: ['The store has no open application of it.'] };
  throw new Refused([
    `${code} (${name}) has open applications, says the store: ${states.join(', ')}. ${nextStep(centre)} ` +
      `\`close ${code} --to <code>\` closes it now, and another centre goes on with them.`,
  ]);
}

/** Closes a centre whose applications another one goes on with, or names that one for a centre that has closed already. */
function planTransfer(set: CentreSet, centre: Entry, to: string): Plan {
  const { code, name, status, transferTo } = centre;
  const [successor] = found(set, [to]) as [Entry];
  if (to === code)
    throw new Refused([`${code} (${name}) cannot go on with its own applications: name another centre.`]);
  if (successor.status !== 'active') {
    throw new Refused([`${to} (${successor.name}) is ${successor.status}: only an active centre goes on with them.`]);
  }
  if (status === 'planned' || status === 'training') {
    throw new Refused([`${code} (${name}) is ${status}: it has no applications to hand over. Close it without --to.`]);
  }
  if (transferTo !== undefined) throw new Refused([`${code} (${name}) is closed, and names ${transferTo} already.`]);
  const remark =
    `The desk of ${to} (${successor.name}) has its applications from the next sign-in on: ` +
    'whoever is signed in there by then signs in again.';
  return { changes: [handedOver(centre, to)], remarks: [remark] };
}

const nextStep = ({ code }: Entry): string =>
  `When its desk shows no open application any more, \`close ${code} --none-open\` closes it.`;

/** @throws Refused, with all that is wrong */
export function planAdding(set: CentreSet, fields: Fields): Plan {
  return planNewcomers(set, [{ where: '', fields }]);
}

/** @throws Refused, with every bad line: a table is taken as a whole or not at all */
export function planImport(set: CentreSet, text: string): Plan {
  const { rows, faults } = readTable(text);
  const given = rows.map(({ line, fields }) => ({ where: `line ${line}: `, fields }));
  return planNewcomers(set, given, faults);
}

function planNewcomers(set: CentreSet, given: { where: string; fields: Fields }[], faultsOfForm: string[] = []): Plan {
  const faults = [...faultsOfForm];
  const changes: Change[] = [];
  const names = new Map([...set.centres.values()].filter(isThere).map((centre) => [placeOf(centre), centre.code]));
  let code = nextCode(set.centres.keys());
  for (const { where, fields } of given) {
    const wrong = faultsOfCode(set, fields.code, code);
    const whole = completed(fields, code, set.agencies);
    wrong.push(...faultsOfFields(whole, set.agencies));
    const twin = names.get(placeOf(whole));
    if (twin !== undefined) wrong.push(`${fields.name} is ${twin} already`);
    names.set(placeOf(whole), code);
    faults.push(...wrong.map((fault) => `${where}${fault}`));
    if (wrong.length === 0) changes.push(newcomer(whole));
    code = nextCode([code]);
  }
  if (faults.length > 0) throw new Refused(faults);
  return { changes, remarks: ['New centres are planned; `open` opens them.'] };
}

const isThere = ({ status }: Entry): boolean => status !== 'closed';
const placeOf = ({ kind, name, district }: Pick<Fields, 'kind' | 'name' | 'district'>): string =>
  [kind, name, district ?? ''].join('\0');

function faultsOfCode(set: CentreSet, wanted: string | undefined, next: string): string[] {
  if (wanted === undefined || wanted === next) return [];
  const taken = set.centres.get(wanted);
  if (taken) return [`code ${wanted} is taken by ${taken.name}; the next one is ${next}`];
  return [`code ${JSON.stringify(wanted)} is not the next one, which is ${next}: codes are given without a gap`];
}

/** What would be wrong with the set if the plan were carried out. */
export function faultsAfter(set: CentreSet, { changes }: Plan): readonly string[] {
  const texts = new Map([...set.centres.values()].map(({ code, text }) => [code, text]));
  for (const { code, text } of changes) texts.set(code, text);
  return setOf(
    [...texts].map(([code, text]) => ({ path: fileOf(code), text })),
    set.agencies,
  ).faults;
}
