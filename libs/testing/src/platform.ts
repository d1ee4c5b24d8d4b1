import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

export interface TestInfrastructure {
  /** Without a database. */
  mongoUri: string;
  brokers: string[];
  /** New at each call, so that test files share no topics, groups or databases. */
  prefix: string;
}

/** Returns a new prefix, such as `t3f9a1c-`. */
export const uniquePrefix = (): string => `t${randomBytes(5).toString('hex')}-`;

/**
 * Returns the addresses of the Kafka and store that the setup started.
 * @throws Error if the project's jest.config.js has no setup
 */
export function testInfrastructure(): TestInfrastructure {
  const { MONGODB_URI: mongoUri, KAFKA_BROKERS: brokers } = process.env;
  if (!mongoUri || !brokers) {
    throw new Error("jest.config.js must have globalSetup: '@cups/testing/setup' (and globalTeardown).");
  }
  return { mongoUri, brokers: brokers.split(','), prefix: uniquePrefix() };
}

/** Maximum share of the timeout that one check uses. A machine that pauses for longer pauses what is awaited too. */
const MAX_CHECK_MS = 250;

/**
 * Repeats `check` until it returns neither false nor undefined, and returns that. A check counts as at most a quarter of a
 * second.
 * @throws the last error, or an Error if the check was never true, after `timeoutMs` (default 20,000)
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  { timeoutMs = 20_000, everyMs = 20 }: { timeoutMs?: number; everyMs?: number } = {},
): Promise<Exclude<T, false | undefined>> {
  let remainingMs = timeoutMs;
  for (;;) {
    const started = performance.now();
    let failure: unknown;
    try {
      const value = await check();
      if (value !== false && value !== undefined) return value as Exclude<T, false | undefined>;
      failure = new Error(`The check did not succeed within ${timeoutMs} ms: ${check.toString().slice(0, 200)}`);
    } catch (error) {
      failure = error;
    }
    if (remainingMs <= 0) throw failure;
    await pause(everyMs);
    remainingMs -= Math.min(performance.now() - started, everyMs + MAX_CHECK_MS);
  }
}
