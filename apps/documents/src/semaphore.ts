/** Returns a function that runs at most `limit` tasks at the same time; others wait in order. */
export function createSemaphore(limit: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      // A waiting task takes the place over.
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
