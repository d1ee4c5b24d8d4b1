/** Work that repeats while the process runs. */
export interface PeriodicWork {
  /** Delay before the first run, ms. */
  firstMs: number;
  /** Delay after each run, ms. */
  everyMs: number;
  work: () => Promise<unknown>;
  /** Called when a run fails; the next one follows as planned. */
  onFailure: (error: unknown) => void;
}

/** Repeats work, one run at a time. @returns a function that ends it and waits for the current run */
export function startPeriodic({ firstMs, everyMs, work, onFailure }: PeriodicWork): () => Promise<void> {
  let isStopped = false;
  let handle: NodeJS.Timeout | undefined;
  let current: Promise<void> = Promise.resolve();
  const schedule = (delay: number): void => {
    if (isStopped) return;
    handle = setTimeout(() => {
      current = work()
        .catch(onFailure)
        .then(() => schedule(everyMs));
    }, delay);
  };
  schedule(firstMs);
  return async () => {
    isStopped = true;
    clearTimeout(handle);
    await current;
  };
}
