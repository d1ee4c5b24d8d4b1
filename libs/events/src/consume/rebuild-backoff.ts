import { rebuildDelayMs } from './progress.ts';

/**
 * Limits rebuilds of a stuck consumer: immediately, then with growing intervals until a message is processed. Pure;
 * times in ms.
 */
export class RebuildBackoff {
  readonly #stuckMs: number;
  #times = 0;
  #notBefore = 0;
  #dealtWith = 0;

  constructor(stuckMs: number) {
    this.#stuckMs = stuckMs;
  }

  /**
   * Whether to rebuild now; true counts as a rebuild.
   * @param dealtWith messages processed since the process started
   */
  canRebuild(now: number, dealtWith: number): boolean {
    if (now < this.#notBefore) return false;
    if (dealtWith > this.#dealtWith) this.#times = 0;
    this.#dealtWith = dealtWith;
    this.#notBefore = now + rebuildDelayMs(this.#stuckMs, this.#times);
    this.#times += 1;
    return true;
  }
}
