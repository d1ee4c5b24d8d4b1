/** Node heap limits of a service, for `npm start` and images alike. */

/**
 * Size of the young generation in MiB, where most objects of a request die. All requests pass these two services: 24 instead of
 * 8 MiB saves them a seventh of their CPU time, for some 110 MiB in total (docs/reports/benchmarks.md). V8 rounds up to 32.
 */
const YOUNG_MIB: Readonly<Record<string, number>> = { gateway: 24, intake: 24 };

/** Returns Node's flags for a service or a job. */
export const memoryFlags = (name: string): string[] => [
  `--max-semi-space-size=${youngMib(name)}`,
  '--max-old-space-size=192',
];

/** Returns the size of the young generation in MiB. */
export const youngMib = (name: string): number => YOUNG_MIB[name] ?? 8;
