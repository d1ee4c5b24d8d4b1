import type { DeferredCall, FailedCall, LoadGenerator } from './load.ts';

/** Steps of the scenario, with the calls that failed meanwhile. */

export interface TimelineEntry {
  name: string;
  /** Seconds since the start of the load. */
  from: number;
  to: number;
  calls: number;
  failed: FailedCall[];
  deferred: DeferredCall[];
  /** Observation, one sentence. */
  seen: string;
  /** Reason why calls may fail in this step; empty if none may. */
  excuse: string;
}

export class Timeline {
  readonly #load: LoadGenerator;
  readonly #onLine: (line: string) => void;
  readonly entries: TimelineEntry[] = [];

  constructor(load: LoadGenerator, onLine: (line: string) => void) {
    this.#load = load;
    this.#onLine = onLine;
  }

  /**
   * Runs a step and records its calls.
   * @param work the step; returns its observation
   * @throws the error of `work`, after recording the step
   */
  async record(name: string, work: () => Promise<string>, excuse = ''): Promise<void> {
    const from = this.#load.now;
    this.#onLine(name);
    let seen = '';
    try {
      seen = await work();
    } catch (error) {
      seen = `FAILED: ${(error as Error).message}`;
      throw error;
    } finally {
      const to = this.#load.now;
      const failed = this.#load.failedBetween(from, to);
      const deferred = this.#load.deferredBetween(from, to);
      this.entries.push({ name, from, to, calls: this.#load.callsBetween(from, to), failed, deferred, seen, excuse });
      this.#onLine(`  ${seen}; ${failed.length} failed calls, ${deferred.length} deferred`);
    }
  }
}
