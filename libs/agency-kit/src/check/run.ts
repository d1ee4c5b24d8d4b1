import { setTimeout as pause } from 'node:timers/promises';
import type { Violation } from '@cups/agency-contract';
import type { EvaluatedReply, BrokerTarget } from '../platform.ts';
import { CONNECT_SCENARIO } from './connect-scenario.ts';
import { LIFECYCLE_SCENARIOS } from './lifecycle-scenarios.ts';
import { DELIVERY_SCENARIOS, REPLAY } from './delivery-scenarios.ts';
import { Finding, ScenarioSkipped } from './finding.ts';
import type { MessagePosition } from './finding.ts';
import { ruleOf } from './rules.ts';
import type { RuleName } from './rules.ts';
import type { Scenario } from './scenario.ts';
import { TestBench } from './test-bench.ts';
import type { AgencyProcess } from './agency-process.ts';
import { REFUSED_SCENARIO, RESTART_SCENARIO } from './fault-scenarios.ts';

/** In the order in which they are played; the replay is of all before it. */
export const SCENARIOS: readonly Scenario[] = [
  CONNECT_SCENARIO,
  ...LIFECYCLE_SCENARIOS,
  ...DELIVERY_SCENARIOS,
  REFUSED_SCENARIO,
  RESTART_SCENARIO,
  REPLAY,
];

/** What became of a scenario. */
export type ScenarioResult = {
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
  message?: MessagePosition;
  violations?: Violation[];
};

export type RunOptions = {
  target: BrokerTarget;
  documentKinds: ReadonlySet<string>;
  /** Names of scenarios; none: all. */
  scenarios: readonly string[];
  timeoutMs: number;
  /** How long late replies are waited for at the end (ms). */
  settleMs: number;
  system?: AgencyProcess | undefined;
  onProgress: (line: string) => void;
};

/**
 * Plays scenarios against the agency's system, one after another, and looks at the end for what came too late.
 * @returns a result for each scenario that was asked for
 * @throws Error, one sentence, when the sandbox cannot be reached
 */
export async function runScenarios(options: RunOptions): Promise<ScenarioResult[]> {
  const { target, documentKinds, timeoutMs, settleMs, onProgress, system } = options;
  const onWait = (what: string, seconds: number) => onProgress(`  … waiting for ${what}, ${seconds} s`);
  const bench = new TestBench({
    target,
    documentKinds,
    timeoutMs,
    canRejoin: system !== undefined,
    isRunning: () => system?.isRunning() ?? true,
    onWait,
  });
  const chosen = SCENARIOS.filter(({ name }) => options.scenarios.length === 0 || options.scenarios.includes(name));
  const played: PlayedScenario[] = [];
  try {
    await bench.open();
    for (const scenario of chosen) {
      onProgress(`${scenario.name}: ${scenario.title}`);
      played.push(await playScenario(bench, scenario, system, hasNoReplies(played)));
    }
    if (played.some(({ deferredChecks: finals }) => finals.length > 0)) {
      onProgress(`  … ${settleMs / 1000} s more, for what must not come`);
      await pause(settleMs);
    }
  } finally {
    await bench.close();
  }
  return played.map((one) => toScenarioResult(bench, one));
}

/** A scenario that was played; its end is still to be looked at. */
type PlayedScenario = {
  scenario: Scenario;
  error?: Error;
  note?: string;
  from: number;
  to: number;
  deferredChecks: (() => void)[];
};

/** A scenario waited for a reply, and there was not a single one until now: the others would only wait. */
const hasNoReplies = (played: PlayedScenario[]): boolean =>
  played.some(({ scenario, error }) => scenario !== CONNECT_SCENARIO && error instanceof Finding) &&
  played.at(-1)?.to === 0;

async function playScenario(
  bench: TestBench,
  scenario: Scenario,
  system: AgencyProcess | undefined,
  isHopeless: boolean,
): Promise<PlayedScenario> {
  const from = bench.replies().length;
  const one: PlayedScenario = { scenario, from, to: from, deferredChecks: [] };
  try {
    if (isHopeless) throw new ScenarioSkipped('not a single reply came so far');
    const note = await scenario.play(bench, system);
    if (note) one.note = note;
  } catch (error) {
    one.error = error as Error;
  }
  one.to = bench.replies().length;
  one.deferredChecks = bench.takeDeferredChecks();
  return one;
}

function toScenarioResult(
  bench: TestBench,
  { scenario: { name, title }, error, note, from, to, deferredChecks: finals }: PlayedScenario,
): ScenarioResult {
  const result: ScenarioResult = { scenario: name, title, outcome: 'passed' };
  const found = error ?? findFirstFailure(finals) ?? findUnacceptedReply(bench.replies().slice(from, to));
  if (note) result.note = note;
  if (!found) return result;
  result.note = found.message;
  if (found instanceof ScenarioSkipped) return Object.assign(result, { outcome: 'skipped' });
  result.outcome = 'failed';
  if (!(found instanceof Finding)) return result;
  const { rule, position: about, violations } = found;
  const { statement: says, remedy: mend } = ruleOf(rule);
  Object.assign(result, { rule, says, mend });
  if (about) result.message = about;
  if (violations.length > 0) result.violations = violations;
  return result;
}

function findFirstFailure(finals: (() => void)[]): Error | undefined {
  for (const check of finals) {
    try {
      check();
    } catch (error) {
      return error as Error;
    }
  }
  return undefined;
}

/** A reply that the platform would not have taken as it was sent; replies about applications of earlier runs do not count. */
function findUnacceptedReply(replies: EvaluatedReply[]): Finding | undefined {
  const bad = replies.find(
    ({ evaluation }) => evaluation.cause !== undefined && evaluation.cause !== 'UNKNOWN_DELIVERY',
  );
  if (!bad) return undefined;
  const { handling, cause } = bad.evaluation;
  return new Finding(cause!, `A reply was ${handling}.`, bad);
}
