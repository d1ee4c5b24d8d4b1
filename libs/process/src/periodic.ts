/** Work that repeats while the process runs. */
export interface PeriodicWork {
  /** Delay before the first run, ms. */
  firstMs: number;
  /** Delay after each run, ms. */
  everyMs: number;
  work: () => Promise<unknown>;
  /** Called when a run fails or exceeds its time; the next one follows as planned. */
  onFailure: (error: unknown) => void;
  /** Maximum duration of a run, ms. What it waits for is then given up. @default the interval, at least 10 minutes */
  maxMs?: number;
}

/** A shutdown does not wait longer for a run: the platform ends a process that does not stop. */
const MAX_STOP_MS = 10_000;
/** Of runs with a short interval. */
const MAX_RUN_MS = 600_000;

/**
 * Repeats work, one run at a time. A run that exceeds its time delays neither the next one nor the shutdown; it may still
 * end beside the next one, as the run of another replica does.
 * @returns a function that ends it and waits for the current run, at most 10 seconds
 */
export function startPeriodic(options: PeriodicWork): () => Promise<void> {
  const { firstMs, everyMs, work, onFailure, maxMs = Math.max(everyMs, MAX_RUN_MS) } = options;
  let isStopped = false;
  let handle: NodeJS.Timeout | undefined;
  let current: Promise<void> = Promise.resolve();
  const schedule = (delay: number): void => {
    if (isStopped) return;
    handle = setTimeout(() => {
      current = endWithin(Promise.resolve().then(work), maxMs)
        .catch(onFailure)
        .then(() => schedule(everyMs));
    }, delay);
  };
  schedule(firstMs);
  return async () => {
    isStopped = true;
    clearTimeout(handle);
    await endWithin(current, MAX_STOP_MS).catch(onFailure);
  };
}

/** @throws Error if the run does not end in time, and what it throws before */
async function endWithin(run: Promise<unknown>, maxMs: number): Promise<void> {
  const overdue = Promise.withResolvers<never>();
  // A run that waits for ever keeps no process alive.
  const late = () => overdue.reject(new Error(`A periodic run did not end within ${maxMs / 1_000} s.`));
  const timer = setTimeout(late, maxMs).unref();
  try {
    await Promise.race([run, overdue.promise]);
  } finally {
    clearTimeout(timer);
  }
}
