import type { FailedCall, Load } from './load.ts';

/** What was done while desks worked, and what they noticed of it. */

export interface Moment {
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

export class Moments {
  readonly #load: Load;
  readonly #tell: (line: string) => void;
  readonly all: Moment[] = [];

  constructor(load: Load, tell: (line: string) => void) {
    this.#load = load;
    this.#tell = tell;
  }

  /**
   * Does something and notes what happened meanwhile.
   * @param work what is done; it answers with what was seen
   * @throws what `work` throws; the moment is noted all the same
   */
  async during(name: string, work: () => Promise<string>, excuse = ''): Promise<void> {
    const from = this.#load.now;
    this.#tell(name);
    let seen = '';
    try {
      seen = await work();
    } catch (error) {
      seen = `FAILED: ${(error as Error).message}`;
      throw error;
    } finally {
      const to = this.#load.now;
      const failed = this.#load.failedBetween(from, to);
      this.all.push({ name, from, to, calls: this.#load.callsBetween(from, to), failed, seen, excuse });
      this.#tell(`  ${seen}; ${failed.length} failed calls`);
    }
  }
}
