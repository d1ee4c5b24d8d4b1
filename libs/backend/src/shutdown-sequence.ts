/**
 * Shutdown order: sources of work, then the work, then what informs others, and finally shared dependencies. The
 * operations port closes last, so that the end of the process is visible.
 */
const SHUTDOWN_STAGES = [
  /** Watched folders and other sources of work. */
  'sources',
  'consumers',
  /** Timers and running calls. */
  'work',
  /** Unsent events. */
  'outbox',
  'clients',
  'store',
  'operations',
] as const;

export type ShutdownStage = (typeof SHUTDOWN_STAGES)[number];

type ShutdownStep = () => Promise<unknown> | void;

/** Runs the shutdown steps of a process. */
export class ShutdownSequence {
  readonly #steps = new Map<ShutdownStage, ShutdownStep[]>();

  add(stage: ShutdownStage, step: ShutdownStep): void {
    const steps = this.#steps.get(stage);
    if (steps) steps.push(step);
    else this.#steps.set(stage, [step]);
  }

  /**
   * Runs the stages in order, and the steps of a stage concurrently. A failing step does not stop the others.
   * @throws the error of the first failing step, after the last stage
   */
  async run(): Promise<void> {
    const failures: unknown[] = [];
    for (const stage of SHUTDOWN_STAGES) {
      const steps = this.#steps.get(stage) ?? [];
      const ended = await Promise.allSettled(steps.map(async (step) => step()));
      failures.push(...ended.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : [])));
    }
    if (failures.length > 0) throw failures[0];
  }
}
