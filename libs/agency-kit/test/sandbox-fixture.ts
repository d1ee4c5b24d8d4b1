import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from '@jest/globals';
import type { ReplyRefused } from '@cups/agency-contract';
import { runScenarios, scenariosOf } from '../src/check/run.ts';
import type { ScenarioResult, RunOptions } from '../src/check/run.ts';
import { AgencyProcess } from '../src/check/agency-process.ts';
import { DOCUMENT_KINDS } from '../src/document-kinds.ts';
import type { BrokerTarget } from '../src/platform.ts';
import { startSandbox } from '../src/sandbox/sandbox.ts';
import type { Sandbox } from '../src/sandbox/sandbox.ts';
import { Simulation } from '../src/simulation.ts';

/** Without the agency API, its scenarios are skipped. */
const API_SCENARIOS = ['copies', 'results'];
const ALL_PASSED = scenariosOf('kafka')
  .filter(({ name, isOnRequest }) => !isOnRequest && !API_SCENARIOS.includes(name))
  .map(({ name }) => [name, 'passed']);

/**
 * Polls a condition.
 * @throws Error after `ms`
 */
export async function until(condition: () => boolean, ms = 30_000): Promise<void> {
  for (const end = Date.now() + ms; !condition(); await pause(20)) {
    if (Date.now() > end) throw new Error('the condition was not met in time');
  }
}

/** A sandbox in its own folder, with helpers for tests. */
export class SandboxFixture {
  readonly sandbox: Sandbox;
  readonly folder: string;

  private constructor(sandbox: Sandbox, folder: string) {
    this.sandbox = sandbox;
    this.folder = folder;
  }

  static async open(agencies: readonly string[]): Promise<SandboxFixture> {
    const folder = await mkdtemp(join(tmpdir(), 'agency-kit-'));
    return new SandboxFixture(await startSandbox({ folder: join(folder, 'sandbox'), agencies }), folder);
  }

  async close(): Promise<void> {
    await this.sandbox.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Returns the target of an agency, with the credentials of both sides. */
  targetOf(agency: string): BrokerTarget {
    const { brokers, ca, user, passwordFile, prefix } = this.sandbox.file;
    const access = { caFile: ca, username: user, passwordFile };
    const own = this.sandbox.filesOf(agency);
    const system = { caFile: ca, username: own.user, passwordFile: own.password };
    return { brokers: [brokers], access, systemAccess: system, prefix, agency };
  }

  /** Plays scenarios; all if none is named. */
  check(agency: string, scenarios: string[], more: Partial<RunOptions> = {}): Promise<ScenarioResult[]> {
    const defaults: RunOptions = {
      target: this.targetOf(agency),
      documentKinds: DOCUMENT_KINDS,
      scenarios,
      timeoutMs: 40_000,
      settleMs: 1_000,
      onProgress: () => {},
    };
    return runScenarios(Object.assign(defaults, more));
  }

  /** Creates the process of an agency's system, with the environment variables of the contract's examples. */
  createAgencyProcess(agency: string, command: string, more: Record<string, string> = {}): AgencyProcess {
    const { password, properties } = this.sandbox.filesOf(agency);
    const defaults = {
      CUPS_AGENCY: agency,
      KAFKA_PROPERTIES: properties,
      KAFKA_BROKERS: this.sandbox.file.brokers,
      KAFKA_CA_FILE: this.sandbox.file.ca,
      KAFKA_PASSWORD_FILE: password,
      AGENCY_JOURNAL: join(this.folder, `${agency}.journal`),
      AGENCY_DB: join(this.folder, `${agency}.db`),
      AGENCY_WORK_MS: '100',
      AGENCY_WORK_SECONDS: '0.1',
    };
    const exports = Object.entries(Object.assign(defaults, more)).map(([name, value]) => `export ${name}='${value}'; `);
    return new AgencyProcess(exports.join('') + command, join(this.folder, `${agency}.log`));
  }

  /** Expects that all scenarios of a check passed; otherwise prints the end of the system's log. */
  async expectPassed(agency: string, results: Promise<ScenarioResult[]>): Promise<void> {
    const played = (await results).filter(({ scenario }) => !API_SCENARIOS.includes(scenario));
    const outcomes = played.map(({ scenario, outcome, note }) =>
      outcome === 'passed' ? [scenario, outcome] : [scenario, outcome, note],
    );
    if (JSON.stringify(outcomes) !== JSON.stringify(ALL_PASSED)) {
      process.stderr.write(`${agency}: ${readFileSync(join(this.folder, `${agency}.log`), 'utf8').slice(-2_000)}\n`);
    }
    expect(outcomes).toEqual(ALL_PASSED);
  }

  /**
   * Starts a simulation.
   * @param accepted receives accepted replies by ce_id
   * @param refusals receives the refusals sent
   */
  startSimulation(agency: string, accepted: Map<string, string>, refusals: ReplyRefused[] = []): Simulation {
    const simulation = new Simulation({
      target: this.targetOf(agency),
      documentKinds: DOCUMENT_KINDS,
      supplyMs: 10,
      onSent: ({ data }) => void ('cause' in data && refusals.push(data)),
      onReply: ({ evaluation: { event } }) => void (event && accepted.set(event.id, `${event.type} ${event.subject}`)),
      log: () => {},
    });
    simulation.start();
    return simulation;
  }
}
