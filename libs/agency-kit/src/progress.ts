import type { Log } from './log.ts';
import type { Position } from './positions.ts';

/** At most once in so many milliseconds it is noted how far the cases have come. */
const EVERY_MS = 1_000;
const RETRY_MS = 5_000;

/** Commits how far the cases have come, and again after a failure. */
export class Progress {
  readonly #cases: { commitable(): Position[]; committed(positions: Position[]): void };
  readonly #commit: (positions: Position[]) => Promise<void>;
  readonly #log: Log;
  #timer: NodeJS.Timeout | undefined;

  /** @param commit rejects while nothing can be committed */
  constructor(
    cases: { commitable(): Position[]; committed(positions: Position[]): void },
    commit: (positions: Position[]) => Promise<void>,
    log: Log,
  ) {
    this.#cases = cases;
    this.#commit = commit;
    this.#log = log;
  }

  soon(delay = EVERY_MS): void {
    this.#timer ??= setTimeout(() => void this.#note(), delay);
  }

  /** Commits what there is, and no more after that. */
  async last(): Promise<void> {
    await this.#note();
    clearTimeout(this.#timer);
  }

  async #note(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const positions = this.#cases.commitable();
    if (positions.length === 0) return;
    try {
      await this.#commit(positions);
      this.#cases.committed(positions);
    } catch (error) {
      this.#log('warn', 'progress not noted', { reason: (error as Error).name });
      this.soon(RETRY_MS);
    }
  }
}
