/** Node heap limits of a service, for `npm start` and images alike. */

/**
 * Size of the young generation in MiB, where most objects of a request die. All requests pass these two services: with 8 MiB
 * they need a seventh more CPU time, with 32 some 60 MiB more in total and no less CPU time (docs/reports/benchmarks.md). V8
 * rounds up to a power of two.
 */
const YOUNG_MIB: Readonly<Record<string, number>> = { gateway: 16, intake: 16 };

/** Returns Node's flags for a service or a job. */
export const memoryFlags = (name: string): string[] => [
  `--max-semi-space-size=${youngMib(name)}`,
  '--max-old-space-size=192',
];

/** Returns the size of the young generation in MiB. */
export const youngMib = (name: string): number => YOUNG_MIB[name] ?? 8;
