import { setTimeout as pause } from 'node:timers/promises';
import type { Violation } from '@cups/agency-contract';
import type { Heard, Place } from '../platform.ts';
import { CONNECTS } from './connects.ts';
import { COURSE_SCENARIOS } from './course.ts';
import { DELIVERY_SCENARIOS, REPLAY } from './delivery.ts';
import { Finding, Skipped } from './finding.ts';
import type { About } from './finding.ts';
import { ruleOf } from './rules.ts';
import type { RuleName } from './rules.ts';
import type { Scenario } from './scenario.ts';
import { Stage } from './stage.ts';
import type { System } from './system.ts';
import { REFUSED, RESTART } from './trouble.ts';

/** In the order in which they are played; the replay is of all before it. */
export const SCENARIOS: readonly Scenario[] = [
  CONNECTS,
  ...COURSE_SCENARIOS,
  ...DELIVERY_SCENARIOS,
  REFUSED,
  RESTART,
  REPLAY,
];

/** What became of a scenario. */
export type Result = {
  scenario: string;
  title: string;
  outcome: 'passed' | 'failed' | 'skipped';
  /** What was seen, or why it was skipped. */
  note?: string;
  rule?: RuleName;
  /** What the contract says, and what to do. */
  says?: string;
  mend?: string;
  /** The message that it is about. */
  message?: About;
  violations?: Violation[];
};

export type RunOptions = {
  place: Place;
  paperKinds: ReadonlySet<string>;
  /** Names of scenarios; none: all. */
  scenarios: readonly string[];
  timeoutMs: number;
  /** How long late replies are waited for at the end (ms). */
  settleMs: number;
  system?: System | undefined;
  onProgress: (line: string) => void;
};

/**
 * Plays scenarios against the agency's system, one after another, and looks at the end for what came too late.
 * @returns a result for each scenario that was asked for
 * @throws Error, one sentence, when the sandbox cannot be reached
 */
export async function run(options: RunOptions): Promise<Result[]> {
  const { place, paperKinds, timeoutMs, settleMs, onProgress, system } = options;
  const onWait = (what: string, seconds: number) => onProgress(`  … waiting for ${what}, ${seconds} s`);
  const stage = new Stage({
    place,
    paperKinds,
    timeoutMs,
    mayRejoin: system !== undefined,
    runs: () => system?.runs() ?? true,
    onWait,
  });
  const chosen = SCENARIOS.filter(({ name }) => options.scenarios.length === 0 || options.scenarios.includes(name));
  const played: Played[] = [];
  try {
    await stage.open();
    for (const scenario of chosen) {
      onProgress(`${scenario.name}: ${scenario.title}`);
      played.push(await play(stage, scenario, system, nothingCame(played)));
    }
    if (played.some(({ finals }) => finals.length > 0)) {
      onProgress(`  … ${settleMs / 1000} s more, for what must not come`);
      await pause(settleMs);
    }
  } finally {
    await stage.close();
  }
  return played.map((one) => resultOf(stage, one));
}

/** A scenario that was played; its end is still to be looked at. */
type Played = { scenario: Scenario; error?: Error; note?: string; from: number; to: number; finals: (() => void)[] };

/** A scenario waited for a reply, and there was not a single one until now: the others would only wait. */
const nothingCame = (played: Played[]): boolean =>
  played.some(({ scenario, error }) => scenario !== CONNECTS && error instanceof Finding) && played.at(-1)?.to === 0;

async function play(stage: Stage, scenario: Scenario, system: System | undefined, hopeless: boolean): Promise<Played> {
  const from = stage.heard().length;
  const one: Played = { scenario, from, to: from, finals: [] };
  try {
    if (hopeless) throw new Skipped('not a single reply came so far');
    const note = await scenario.play(stage, system);
    if (note) one.note = note;
  } catch (error) {
    one.error = error as Error;
  }
  one.to = stage.heard().length;
  one.finals = stage.takeFinals();
  return one;
}

function resultOf(stage: Stage, { scenario: { name, title }, error, note, from, to, finals }: Played): Result {
  const result: Result = { scenario: name, title, outcome: 'passed' };
  const found = error ?? firstOf(finals) ?? unfit(stage.heard().slice(from, to));
  if (note) result.note = note;
  if (!found) return result;
  result.note = found.message;
  if (found instanceof Skipped) return Object.assign(result, { outcome: 'skipped' });
  result.outcome = 'failed';
  if (!(found instanceof Finding)) return result;
  const { rule, about, violations } = found;
  const { says, mend } = ruleOf(rule);
  Object.assign(result, { rule, says, mend });
  if (about) result.message = about;
  if (violations.length > 0) result.violations = violations;
  return result;
}

function firstOf(finals: (() => void)[]): Error | undefined {
  for (const look of finals) {
    try {
      look();
    } catch (error) {
      return error as Error;
    }
  }
  return undefined;
}

/** A reply that the platform would not have taken as it was sent; replies about applications of earlier runs do not count. */
function unfit(heard: Heard[]): Finding | undefined {
  const bad = heard.find(({ verdict }) => verdict.cause !== undefined && verdict.cause !== 'UNKNOWN_DELIVERY');
  if (!bad) return undefined;
  const { handling, cause } = bad.verdict;
  return new Finding(cause!, `A reply was ${handling}.`, bad);
}
