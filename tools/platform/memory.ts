/** Node's memory flags of a service, for `npm start` and images. */

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
  // For the gateway (apps/gateway/src/transfers/free-buffers.ts).
  '--expose-gc',
];

/** Returns the size of the young generation in MiB. */
export const youngMib = (name: string): number => YOUNG_MIB[name] ?? 8;

/** Services that a submission does not pass: V8 returns their memory sooner, for more processor time. */
const OFF_THE_PATH: ReadonlySet<string> = new Set(['catalog', 'identity', 'agency-simulator']);

/** Returns Node's flags for a local process. An image cannot have the last one: NODE_OPTIONS refuses it. */
export const localMemoryFlags = (name: string): string[] => [
  ...memoryFlags(name),
  ...(OFF_THE_PATH.has(name) ? ['--memory-saver-mode'] : []),
];
