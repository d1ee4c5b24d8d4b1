/**
 * Input of drafts that is sent later. On a slow line a plan outlives the screen, so that the edits of several screens are
 * one request; whatever closes the page or the session runs it before. The input is in the local store all the time.
 */

/** Maximum time from the first change to its sending, in ms, however often it is planned again. */
const MAX_DELAY_MS = 60_000;

interface Plan {
  run: () => void;
  timer: ReturnType<typeof setTimeout>;
  since: number;
}

const plans = new Map<string, Plan>();

/** Runs after the delay, in place of an earlier plan of the draft. */
export function planFlush(draft: string, delayMs: number, run: () => void): void {
  const former = plans.get(draft);
  clearTimeout(former?.timer);
  const since = former?.since ?? Date.now();
  const runNow = () => {
    plans.delete(draft);
    run();
  };
  const timer = setTimeout(runNow, Math.max(0, Math.min(delayMs, since + MAX_DELAY_MS - Date.now())));
  plans.set(draft, { run: runNow, timer, since });
}

/** The draft was sent. */
export function cancelFlush(draft: string): void {
  clearTimeout(plans.get(draft)?.timer);
  plans.delete(draft);
}

/** Sends what is planned now. */
export function runPlannedFlushes(): void {
  for (const { timer, run } of [...plans.values()]) {
    clearTimeout(timer);
    run();
  }
}
