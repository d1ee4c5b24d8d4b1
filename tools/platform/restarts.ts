import { setTimeout as pause } from 'node:timers/promises';
import { backoffMs } from '@cups/contracts';

/** Restarts processes that exit unexpectedly, up to a limit. */

/** Maximum restarts of one process within a period; the next exit is final. */
export const RESTART_LIMIT = { max: 5, withinMs: 10 * 60_000 };
/** Delay before a restart, in ms; doubles with each failure. */
const RESTART_BACKOFF = { initialMs: 500, maxMs: 8_000 };
/** Interval of looking for space on a full disk, and of the line that says so. */
const DISK_CHECK_MS = 500;
const DISK_REPORT_MS = 60_000;

export interface RestarterOptions {
  /** Starts it and waits until it is ready. Rejects, leaving nothing behind, if it does not start. */
  start: (name: string) => Promise<void>;
  /** Receives one progress line. */
  onProgress: (line: string) => void;
  /** Called when it has exited too often, after the progress line. */
  giveUp: (name: string) => void;
  /** Milliseconds. */
  now: () => number;
  /** Whether the disk of the data is full: no process stays alive then, and each waits for space. @default it is not */
  isDiskFull?: () => boolean;
  /** @default RESTART_BACKOFF */
  waits?: { initialMs: number; maxMs: number };
}

export class ProcessRestarter {
  readonly #options: RestarterOptions;
  /** Start times by process name. */
  readonly #startTimes = new Map<string, number[]>();
  /** Processes that are starting: the start reports their failure. */
  readonly #starting = new Set<string>();
  readonly #stopping = new AbortController();

  constructor(options: RestarterOptions) {
    this.#options = options;
  }

  /** Prevents further starts. */
  stop(): void {
    this.#stopping.abort();
  }

  /** Handles an unexpected exit. @param how such as `code 1` */
  ended(name: string, how: string): void {
    if (this.#stopping.signal.aborted || this.#starting.has(name)) return;
    const { now, onProgress, giveUp, isDiskFull = () => false } = this.#options;
    if (isDiskFull()) {
      this.#starting.add(name);
      onProgress(`${name} exited (${how}): the disk is full. It starts again when there is space`);
      void this.#startWithSpace(name, isDiskFull);
      return;
    }
    const { max, withinMs } = RESTART_LIMIT;
    const recentStarts = (this.#startTimes.get(name) ?? []).filter((time) => time > now() - withinMs);
    const within = `within ${withinMs / 60_000} minutes`;
    if (recentStarts.length >= max) {
      onProgress(`${name} exited unexpectedly (${how}) after ${max} starts ${within} and will not restart`);
      giveUp(name);
      return;
    }
    this.#startTimes.set(name, [...recentStarts, now()]);
    onProgress(`${name} exited unexpectedly (${how}); restart ${recentStarts.length + 1} of ${max} ${within}`);
    this.#starting.add(name);
    void this.#startWithBackoff(name, recentStarts.length + 1);
  }

  /** Starts a process when the disk has space again. An exit on a full disk says nothing about the process. */
  async #startWithSpace(name: string, isDiskFull: () => boolean): Promise<void> {
    const { now, onProgress } = this.#options;
    const since = now();
    for (let reported = since; isDiskFull();) {
      await this.#pause(DISK_CHECK_MS);
      if (this.#stopping.signal.aborted) return;
      if (now() < reported + DISK_REPORT_MS) continue;
      reported = now();
      onProgress(`the disk is full since ${Math.round((now() - since) / 60_000)} min; ${name} waits for space`);
    }
    await this.#start(name);
  }

  async #startWithBackoff(name: string, failures: number): Promise<void> {
    await this.#pause(backoffMs(failures, this.#options.waits ?? RESTART_BACKOFF));
    await this.#start(name);
  }

  async #pause(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.#stopping.signal }).catch(() => {});
  }

  async #start(name: string): Promise<void> {
    const { start, onProgress } = this.#options;
    if (this.#stopping.signal.aborted) return;
    try {
      await start(name);
      this.#starting.delete(name);
      onProgress(`${name} is ready again`);
    } catch {
      this.#starting.delete(name);
      this.ended(name, 'did not start');
    }
  }
}
