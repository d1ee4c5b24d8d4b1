import { setTimeout as pause } from 'node:timers/promises';
import { backoffMs } from '@cups/contracts';

/** Starts again what ends by itself, with a bound: what cannot live is not started for ever. */

/** Starts of one process within so many ms; the next end is final. */
export const RESTART_LIMIT = { most: 5, withinMs: 10 * 60_000 };
/** ms before a start: longer each time that it ends again. */
const RESTART_BACKOFF = { initialMs: 500, maxMs: 8_000 };

export interface RestarterOptions {
  /** Starts it and waits until it is ready; rejects, with nothing left of it, when it does not come up. */
  start: (name: string) => Promise<void>;
  /** A line for a person. */
  onProgress: (line: string) => void;
  /** It has ended too often; `tell` has said so. */
  giveUp: (name: string) => void;
  /** ms */
  now: () => number;
  /** As `RESTARTS`. */
  waits?: { initialMs: number; maxMs: number };
}

export class ProcessRestarter {
  readonly #parts: RestarterOptions;
  /** When each was started again, by name. */
  readonly #times = new Map<string, number[]>();
  /** Those that are being started: whether that fails, the start says. */
  readonly #starting = new Set<string>();
  readonly #stopping = new AbortController();

  constructor(parts: RestarterOptions) {
    this.#parts = parts;
  }

  /** From now on nothing is started. */
  stop(): void {
    this.#stopping.abort();
  }

  /** A process has ended though nobody asked it to. @param how such as `code 1` */
  ended(name: string, how: string): void {
    if (this.#stopping.signal.aborted || this.#starting.has(name)) return;
    const { now, onProgress: report, giveUp } = this.#parts;
    const { most, withinMs } = RESTART_LIMIT;
    const times = (this.#times.get(name) ?? []).filter((time) => time > now() - withinMs);
    const within = `within ${withinMs / 60_000} minutes`;
    if (times.length >= most) {
      report(`${name} ended by itself (${how}) after ${most} starts ${within}: it is not started again`);
      giveUp(name);
      return;
    }
    this.#times.set(name, [...times, now()]);
    report(`${name} ended by itself (${how}): it is started again (${times.length + 1} of ${most} ${within})`);
    this.#starting.add(name);
    void this.#again(name, times.length + 1);
  }

  async #again(name: string, failures: number): Promise<void> {
    const { start, onProgress: report, waits = RESTART_BACKOFF } = this.#parts;
    const { signal } = this.#stopping;
    await pause(backoffMs(failures, waits), undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    try {
      await start(name);
      this.#starting.delete(name);
      report(`${name} is ready again`);
    } catch {
      this.#starting.delete(name);
      this.ended(name, 'did not come up');
    }
  }
}
