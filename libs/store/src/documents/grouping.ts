export interface GroupingOptions {
  /** Maximum number of groups under way. Default 1. */
  maxUnderWay?: number;
  /** A group that takes longer delays the next one no further, ms: its connection may be stalled. Default 500. */
  stallMs?: number;
}

/** Maximum number of calls in a group. The driver splits a command above 16 MiB. */
const MAX_CALLS = 100;

interface Call<Item, Result> {
  item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/** Handles a group. Returns the outcome of each item, in order, or rejects for all of them. */
type RunGroup<Item, Result> = (items: Item[]) => Promise<PromiseSettledResult<Result>[]>;

/**
 * Groups calls. Calls of one turn of the event loop go together; calls that arrive while the maximum number of groups
 * is under way go together next. Otherwise a call starts in its turn, so a call alone never waits.
 * @returns a function that settles with the outcome of its item
 */
export function createGrouping<Item, Result>(
  run: RunGroup<Item, Result>,
  { maxUnderWay = 1, stallMs = 500 }: GroupingOptions = {},
): (item: Item) => Promise<Result> {
  const waiting: Call<Item, Result>[] = [];
  let underWay = 0;
  let isScheduled = false;

  const startGroups = (): void => {
    isScheduled = false;
    while (waiting.length > 0 && underWay < maxUnderWay) {
      underWay += 1;
      void untilStalled(runCalls(waiting.splice(0, MAX_CALLS), run), stallMs).then(() => {
        underWay -= 1;
        schedule();
      });
    }
  };
  const schedule = (): void => {
    if (isScheduled || waiting.length === 0 || underWay >= maxUnderWay) return;
    isScheduled = true;
    setImmediate(startGroups);
  };
  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      schedule();
    });
}

/** Settles each call by its own outcome. Never rejects. */
async function runCalls<Item, Result>(calls: Call<Item, Result>[], run: RunGroup<Item, Result>): Promise<void> {
  try {
    const outcomes = await run(calls.map(({ item }) => item));
    calls.forEach(({ resolve, reject }, at) => {
      const outcome = outcomes[at]!;
      if (outcome.status === 'fulfilled') resolve(outcome.value);
      else reject(outcome.reason);
    });
  } catch (error) {
    for (const { reject } of calls) reject(error);
  }
}

/** Resolves when the work has ended, or has taken too long. */
function untilStalled(work: Promise<void>, stallMs: number): Promise<void> {
  return new Promise((resolve) => {
    const stall = setTimeout(resolve, stallMs);
    void work.then(() => {
      clearTimeout(stall);
      resolve();
    });
  });
}
