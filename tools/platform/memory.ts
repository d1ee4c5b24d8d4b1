/** What Node may take for the heap of a service: `npm start` and images start services alike. */

/**
 * MiB of the young generation, where most objects of a request die. Through these two goes every request: 24 instead of the 8 of
 * the others saves them a seventh of their processor's time, for some 110 MiB together (docs/reports/benchmarks.md).
 */
const YOUNG_MIB: Readonly<Record<string, number>> = { gateway: 24, intake: 24 };

/** The flags of Node for a service, or a job. */
export const memoryFlags = (name: string): string[] => [
  `--max-semi-space-size=${youngMib(name)}`,
  '--max-old-space-size=192',
];

/** MiB of its young generation. */
export const youngMib = (name: string): number => YOUNG_MIB[name] ?? 8;
