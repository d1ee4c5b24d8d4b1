/** Delays that double from `least` to `most` ms, each with some jitter, until what failed succeeds. */
export function backoff(least: number, most: number) {
  let current = 0;
  return {
    /** Whether something has failed since the last success. */
    isUp: (): boolean => current > 0,
    next(): number {
      current = Math.min(most, current * 2 || least);
      return Math.min(most, current * (1 + Math.random() / 4));
    },
    reset(): void {
      current = 0;
    },
  };
}
