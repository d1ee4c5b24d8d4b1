import { setTimeout as pause } from 'node:timers/promises';
import type { Violation } from '@cups/agency-contract';
import type { AgencyApiServer } from '../api/agency-api-server.ts';
import type { BrokerTarget, PullTarget } from '../platform.ts';
import { CONNECT_SCENARIO } from './connect-scenario.ts';
import { LIFECYCLE_SCENARIOS } from './lifecycle-scenarios.ts';
import { DOCUMENT_SCENARIOS } from './document-scenarios.ts';
import { DELIVERY_SCENARIOS, REPLAY } from './delivery-scenarios.ts';
import { Finding, ScenarioSkipped } from './finding.ts';
import type { MessagePosition } from './finding.ts';
import { PULL_SCENARIOS } from './pull-scenarios.ts';
import { ruleOf } from './rules.ts';
import type { RuleName } from './rules.ts';
import type { Scenario } from './scenario.ts';
import { TestBench } from './test-bench.ts';
import type { AgencyProcess } from './agency-process.ts';
import { WEBHOOK_SCENARIO } from './webhook-scenario.ts';
import { REFUSED_SCENARIO, RESTART_SCENARIO } from './fault-scenarios.ts';

/** Scenarios in the order of play; the replay repeats all messages before it. */
const SCENARIOS: readonly Scenario[] = [
  CONNECT_SCENARIO,
  ...LIFECYCLE_SCENARIOS,
  ...DELIVERY_SCENARIOS,
  ...DOCUMENT_SCENARIOS,
  REFUSED_SCENARIO,
  ...PULL_SCENARIOS,
  WEBHOOK_SCENARIO,
  RESTART_SCENARIO,
  REPLAY,
];

/** Result of a scenario. Part of the `--json` report. */
export type ScenarioResult = {
  scenario: string;
  title: string;
  outcome: 'passed' | 'failed' | 'skipped';
  /** What was observed, or why the scenario was skipped. */
  note?: string;
  rule?: RuleName;
  /** The rule as a sentence, and the remedy. */
  says?: string;
  remedy?: string;
  /** The text of `remedy`, under its name in 1.1. */
  mend?: string;
  /** The message that broke the rule. */
  message?: MessagePosition;
  violations?: Violation[];
};

export type RunOptions = {
  target: BrokerTarget | PullTarget;
  documentKinds: ReadonlySet<string>;
  /** Names of scenarios; empty for all. */
  scenarios: readonly string[];
  timeoutMs: number;
  /** Time to wait for late replies at the end, in ms. */
  settleMs: number;
  system?: AgencyProcess | undefined;
  /** Plays the agency API, if the agency's system uses it. */
  api?: AgencyApiServer | undefined;
  onProgress: (line: string) => void;
};

/**
 * Plays scenarios against the agency's system one after another, then runs the deferred checks.
 * @returns a result per requested scenario
 * @throws Error if the broker is unreachable
 */
export async function runScenarios(options: RunOptions): Promise<ScenarioResult[]> {
  const { target, documentKinds, timeoutMs, settleMs, onProgress, system, api } = options;
  const onWait = (what: string, seconds: number) => onProgress(`  … waiting for ${what}, ${seconds} s`);
  const bench = new TestBench({
    target,
    documentKinds,
    api,
    timeoutMs,
    canRejoin: system !== undefined,
    isRunning: () => system?.isRunning() ?? true,
    onWait,
  });
  const chosen = scenariosOf('brokers' in target ? 'kafka' : 'pull').filter(({ name, isOnRequest = false }) =>
    options.scenarios.length === 0 ? !isOnRequest : options.scenarios.includes(name),
  );
  const played: PlayedScenario[] = [];
  try {
    await bench.open();
    for (const scenario of chosen) {
      onProgress(`${scenario.name}: ${scenario.title}`);
      played.push(await playScenario(bench, scenario, system, hasNoReplies(played)));
    }
    if (played.some(({ deferredChecks }) => deferredChecks.length > 0)) {
      onProgress(`  … waiting ${settleMs / 1000} s for unwanted replies`);
      await pause(settleMs);
    }
  } finally {
    await bench.close();
  }
  return played.map((scenario) => toScenarioResult(bench, scenario));
}

/** Returns the scenarios of a channel. The agency API is always there for an agency that pulls, but it need not use documents. */
export const scenariosOf = (channel: 'kafka' | 'pull'): Scenario[] =>
  SCENARIOS.filter((scenario) => (scenario.channel ?? channel) === channel).map((scenario) =>
    channel === 'pull' && DOCUMENT_SCENARIOS.includes(scenario) ? { ...scenario, isOnRequest: true } : scenario,
  );

/** A played scenario whose deferred checks are pending. */
type PlayedScenario = {
  scenario: Scenario;
  error?: Error;
  note?: string;
  from: number;
  to: number;
  deferredChecks: (() => void)[];
};

/** Returns whether a scenario timed out and no reply has arrived so far: the others would time out too. */
const hasNoReplies = (played: PlayedScenario[]): boolean =>
  played.some(({ scenario, error }) => scenario.name !== CONNECT_SCENARIO.name && error instanceof Finding) &&
  played.at(-1)?.to === 0;

async function playScenario(
  bench: TestBench,
  scenario: Scenario,
  system: AgencyProcess | undefined,
  isHopeless: boolean,
): Promise<PlayedScenario> {
  const from = bench.replies().length;
  const result: PlayedScenario = { scenario, from, to: from, deferredChecks: [] };
  try {
    if (isHopeless) throw new ScenarioSkipped('no reply has arrived so far');
    const note = await scenario.play(bench, system);
    if (note) result.note = note;
  } catch (error) {
    result.error = error as Error;
  }
  result.to = bench.replies().length;
  result.deferredChecks = bench.takeDeferredChecks();
  return result;
}

function toScenarioResult(
  bench: TestBench,
  { scenario: { name, title }, error, note, from, to, deferredChecks }: PlayedScenario,
): ScenarioResult {
  const result: ScenarioResult = { scenario: name, title, outcome: 'passed' };
  const failure = error ?? findFirstFailure(deferredChecks) ?? findUnacceptedReply(bench, from, to);
  if (note) result.note = note;
  if (!failure) return result;
  result.note = failure.message;
  if (failure instanceof ScenarioSkipped) return Object.assign(result, { outcome: 'skipped' });
  result.outcome = 'failed';
  if (!(failure instanceof Finding)) return result;
  const { rule, position: about, violations } = failure;
  const { statement: says, remedy } = ruleOf(rule);
  Object.assign(result, { rule, says, remedy, mend: remedy });
  if (about) result.message = about;
  if (violations.length > 0) result.violations = violations;
  return result;
}

function findFirstFailure(checks: (() => void)[]): Error | undefined {
  for (const check of checks) {
    try {
      check();
    } catch (error) {
      return error as Error;
    }
  }
  return undefined;
}

/**
 * Returns the first reply that the platform would not accept unchanged. Ignores replies about applications of earlier
 * runs, and of an agency that pulls those that crossed the end: what follows after it has read the end breaks STOP.
 */
function findUnacceptedReply(bench: TestBench, from: number, to: number): Finding | undefined {
  const ignored: readonly string[] =
    'brokers' in bench.target ? ['UNKNOWN_DELIVERY'] : ['UNKNOWN_DELIVERY', 'APPLICATION_ENDED'];
  const unaccepted = bench
    .replies()
    .slice(from, to)
    .find(({ evaluation: { cause } }) => cause !== undefined && !ignored.includes(cause));
  if (!unaccepted) return undefined;
  const { handling, cause } = unaccepted.evaluation;
  return new Finding(cause!, `A reply was ${handling}.`, unaccepted);
}
