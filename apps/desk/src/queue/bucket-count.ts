/** Counts stop at 1,000, which stands for more than 999. */
export const formatBucketCount = (count: number | undefined): string =>
  count === undefined ? '' : count > 999 ? '999+' : String(count);
