import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from '@jest/globals';
import type { ReplyRefused } from '@cups/agency-contract';
import { runScenarios, SCENARIOS } from '../src/check/run.ts';
import type { ScenarioResult, RunOptions } from '../src/check/run.ts';
import { AgencyProcess } from '../src/check/agency-process.ts';
import { DOCUMENT_KINDS } from '../src/document-kinds.ts';
import type { BrokerTarget } from '../src/platform.ts';
import { startSandbox } from '../src/sandbox/sandbox.ts';
import type { Sandbox } from '../src/sandbox/sandbox.ts';
import { Simulation } from '../src/simulation.ts';

const ALL_PASSED = SCENARIOS.map(({ name }) => [name, 'passed']);

/** Waits for a condition. @throws Error after `ms` */
export async function until(condition: () => boolean, ms = 30_000): Promise<void> {
  for (const end = Date.now() + ms; !condition(); await pause(20)) {
    if (Date.now() > end) throw new Error('the condition did not come true in time');
  }
}

/** A sandbox of the kit in a folder of its own, with what tests do there. */
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

  /** Returns where the kit finds the topics of an agency, as the platform and as the agency's system. */
  targetOf(agency: string): BrokerTarget {
    const { brokers, ca, user, passwordFile, prefix } = this.sandbox.file;
    const access = { caFile: ca, username: user, passwordFile };
    const own = this.sandbox.filesOf(agency);
    const system = { caFile: ca, username: own.user, passwordFile: own.password };
    return { brokers: [brokers], access, systemAccess: system, prefix, agency };
  }

  /** Plays scenarios; all of them when none is named. */
  check(agency: string, scenarios: string[], more: Partial<RunOptions> = {}): Promise<ScenarioResult[]> {
    const usual: RunOptions = {
      target: this.targetOf(agency),
      documentKinds: DOCUMENT_KINDS,
      scenarios,
      timeoutMs: 40_000,
      settleMs: 1_000,
      onProgress: () => {},
    };
    return runScenarios(Object.assign(usual, more));
  }

  /** Returns a program of an agency that can be started, with the variables that the examples of the contract read. */
  createAgencyProcess(agency: string, command: string, more: Record<string, string> = {}): AgencyProcess {
    const { password, properties } = this.sandbox.filesOf(agency);
    const usual = {
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
    const exports = Object.entries(Object.assign(usual, more)).map(([name, value]) => `export ${name}='${value}'; `);
    return new AgencyProcess(exports.join('') + command, join(this.folder, `${agency}.log`));
  }

  /** Waits for a check, which must have passed; else the last lines of the system tell why. */
  async expectPassed(agency: string, results: Promise<ScenarioResult[]>): Promise<void> {
    const seen = (await results).map(({ scenario, outcome, note }) =>
      outcome === 'passed' ? [scenario, outcome] : [scenario, outcome, note],
    );
    if (JSON.stringify(seen) !== JSON.stringify(ALL_PASSED)) {
      process.stderr.write(`${agency}: ${readFileSync(join(this.folder, `${agency}.log`), 'utf8').slice(-2_000)}\n`);
    }
    expect(seen).toEqual(ALL_PASSED);
  }

  /** Starts a simulated platform; `taken` gets the replies that it takes, each ce_id once. */
  startSimulation(agency: string, taken: Map<string, string>, told: ReplyRefused[] = []): Simulation {
    const simulation = new Simulation({
      target: this.targetOf(agency),
      documentKinds: DOCUMENT_KINDS,
      supplyMs: 10,
      onSent: ({ data }) => void ('cause' in data && told.push(data)),
      onReply: ({ evaluation: { event } }) => void (event && taken.set(event.id, `${event.type} ${event.subject}`)),
      log: () => {},
    });
    simulation.start();
    return simulation;
  }
}
