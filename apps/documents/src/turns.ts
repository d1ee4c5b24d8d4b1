/** Runs a task when it is its turn. @param owner whose tasks take turns with those of others */
export type RunInTurn = <T>(owner: string, work: () => Promise<T>) => Promise<T>;

/**
 * Returns a function that runs at most `limit` tasks at the same time. Owners take turns, and the tasks of one run in
 * order. With two places or more, one owner never has all of them: the task of another one starts without waiting for it.
 */
export function createTurns(limit: number): RunInTurn {
  const share = Math.max(1, limit - 1);
  /** Running tasks by owner. */
  const running = new Map<string, number>();
  /** Owners with waiting tasks; the one that was served last is the last one. */
  const waiting = new Map<string, (() => void)[]>();
  let places = limit;

  function startNext(): void {
    for (const [owner, tasks] of waiting) {
      if (places === 0) return;
      if ((running.get(owner) ?? 0) >= share) continue;
      const start = tasks.shift()!;
      waiting.delete(owner);
      if (tasks.length > 0) waiting.set(owner, tasks);
      places -= 1;
      running.set(owner, (running.get(owner) ?? 0) + 1);
      start();
    }
  }

  function end(owner: string): void {
    places += 1;
    const left = running.get(owner)! - 1;
    if (left === 0) running.delete(owner);
    else running.set(owner, left);
    startNext();
  }

  return async (owner, work) => {
    await new Promise<void>((resolve) => {
      const tasks = waiting.get(owner);
      if (tasks) tasks.push(resolve);
      else waiting.set(owner, [resolve]);
      startNext();
    });
    try {
      return await work();
    } finally {
      end(owner);
    }
  };
}
