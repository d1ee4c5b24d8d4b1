import type { Log } from './log.ts';
import type { Position } from './positions.ts';

/** Minimum interval between two commits. */
const COMMIT_INTERVAL_MS = 1_000;
const RETRY_INTERVAL_MS = 5_000;

/** Commits the progress of the cases, and retries after a failure. */
export class ProgressCommitter {
  readonly #cases: { committablePositions(): Position[]; markCommitted(positions: Position[]): void };
  readonly #commit: (positions: Position[]) => Promise<void>;
  readonly #log: Log;
  #timer: NodeJS.Timeout | undefined;

  /** @param commit rejects while nothing can be committed */
  constructor(
    cases: { committablePositions(): Position[]; markCommitted(positions: Position[]): void },
    commit: (positions: Position[]) => Promise<void>,
    log: Log,
  ) {
    this.#cases = cases;
    this.#commit = commit;
    this.#log = log;
  }

  schedule(delay = COMMIT_INTERVAL_MS): void {
    this.#timer ??= setTimeout(() => void this.#commitProgress(), delay);
  }

  /** Commits the current progress, then nothing more. */
  async flush(): Promise<void> {
    await this.#commitProgress();
    clearTimeout(this.#timer);
  }

  async #commitProgress(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const positions = this.#cases.committablePositions();
    if (positions.length === 0) return;
    try {
      await this.#commit(positions);
      this.#cases.markCommitted(positions);
    } catch (error) {
      this.#log('warn', 'progress not noted', { reason: (error as Error).name });
      this.schedule(RETRY_INTERVAL_MS);
    }
  }
}
