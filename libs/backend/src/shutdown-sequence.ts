/**
 * What a process stops, in this order: first what brings it work, then what does the work, then what tells others of it, and
 * last what all of these need. The operations port goes last, so that whoever looks can see the process end.
 */
const SHUTDOWN_STAGES = [
  /** Folders that are followed, and whatever else finds work by itself. */
  'sources',
  'consumers',
  /** Timers, and the calls that are being answered. */
  'work',
  /** What others are still to be told. */
  'outbox',
  'clients',
  'store',
  'operations',
] as const;

export type ShutdownStage = (typeof SHUTDOWN_STAGES)[number];

type ShutdownStep = () => Promise<unknown> | void;

/** The steps with which a process ends. */
export class ShutdownSequence {
  readonly #steps = new Map<ShutdownStage, ShutdownStep[]>();

  add(stage: ShutdownStage, step: ShutdownStep): void {
    const steps = this.#steps.get(stage);
    if (steps) steps.push(step);
    else this.#steps.set(stage, [step]);
  }

  /**
   * Stage after stage; the steps of one at the same time. A step that fails keeps no other from its end.
   * @throws what the first step that failed threw, after the last
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
