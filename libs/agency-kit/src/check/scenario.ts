import type { TestBench } from './test-bench.ts';
import type { AgencyProcess } from './agency-process.ts';

/** A scenario to play against an agency's system. */
export type Scenario = {
  /** Argument of `--scenario`. */
  name: string;
  /** Expected behaviour, for the report. */
  title: string;
  /** Played only over this channel; over both by default. */
  channel?: 'kafka' | 'pull';
  /** Played only if `--scenario` names it: it is about something that agencies declare. */
  isOnRequest?: true;
  /**
   * @param system the agency's system, if the kit started it
   * @returns a note for the report
   * @throws Finding if a rule is broken; ScenarioSkipped if the scenario does not apply
   */
  play: (bench: TestBench, system: AgencyProcess | undefined) => Promise<string | void>;
};
