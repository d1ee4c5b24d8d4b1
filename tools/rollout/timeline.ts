import type { FailedCall, LoadGenerator } from './load.ts';

/** What was done while desks worked, and what they noticed of it. */

export interface TimelineEntry {
  name: string;
  /** Seconds since the start of the load. */
  from: number;
  to: number;
  calls: number;
  failed: FailedCall[];
  /** What was seen, a sentence for a person. */
  seen: string;
  /** Why calls may fail here: what was done is no service to anybody. Empty: none may. */
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
   * Does something and notes what happened meanwhile.
   * @param work what is done; it answers with what was seen
   * @throws what `work` throws; the moment is noted all the same
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
      this.entries.push({ name, from, to, calls: this.#load.callsBetween(from, to), failed, seen, excuse });
      this.#onLine(`  ${seen}; ${failed.length} failed calls`);
    }
  }
}
