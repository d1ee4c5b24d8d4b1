/** Runs tasks in order within a lane and concurrently across lanes, with a limited number of slots. */
export interface Lanes {
  /** Runs after the earlier tasks of the lane; never rejects. */
  run(lane: string, work: () => Promise<void>): void;
  /** Runs when a slot is free. */
  withSlot<T>(work: () => Promise<T>): Promise<T>;
  /** Returns the start time (ms) of the oldest running task, if any. */
  oldest(): number | undefined;
  /** Resolves when all current tasks have ended. */
  settled(): Promise<unknown>;
}

export function openLanes(concurrency: number): Lanes {
  const lanes = new Map<string, Promise<void>>();
  const started = new Map<object, number>();
  const waiters: (() => void)[] = [];
  let free = concurrency;

  const leave = (): void => {
    const next = waiters.shift();
    if (next) next();
    else free += 1;
  };

  return {
    run(lane, work) {
      const before = lanes.get(lane);
      const after = (before ? before.then(work) : work()).catch(() => {});
      lanes.set(lane, after);
      void after.then(() => lanes.get(lane) === after && lanes.delete(lane));
    },
    async withSlot(work) {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiters.push(resolve));
      const slot = {};
      started.set(slot, Date.now());
      try {
        return await work();
      } finally {
        started.delete(slot);
        leave();
      }
    },
    oldest: () => started.values().next().value,
    settled: () => Promise.all(lanes.values()),
  };
}
