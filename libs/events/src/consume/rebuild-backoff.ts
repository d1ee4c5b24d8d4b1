import { rebuildDelayMs } from './progress.ts';

/**
 * How often a consumer that stands still is built anew: at once, then at growing distances, until a message has been dealt with. Pure;
 * times are ms.
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
   * Whether it is to be built anew now; a yes counts.
   * @param dealtWith messages that were dealt with since the start of the process
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
