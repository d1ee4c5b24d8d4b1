import type { TestBench } from './test-bench.ts';
import type { AgencyProcess } from './agency-process.ts';

/** What is played with an agency's system, and what is looked at. */
export type Scenario = {
  /** As `--scenario` takes it. */
  name: string;
  /** What a right system does, for the report. */
  title: string;
  /**
   * @param system the agency's system, where the kit started it
   * @returns a note for the report
   * @throws Finding when a rule is broken, Skipped when there is no occasion for it
   */
  play: (stage: TestBench, system: AgencyProcess | undefined) => Promise<string | void>;
};
