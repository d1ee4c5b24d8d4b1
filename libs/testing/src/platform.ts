import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

export interface TestInfrastructure {
  /** Without a database. */
  mongoUri: string;
  brokers: string[];
  /** Fresh at each call: topics, groups and databases of one test file share nothing with others. */
  prefix: string;
}

/** A fresh prefix, such as `t3f9a1c-`. */
export const uniquePrefix = (): string => `t${randomBytes(5).toString('hex')}-`;

/**
 * The Kafka and store that the setup started.
 * @throws Error when the project's jest.config.js names no setup
 */
export function testInfrastructure(): TestInfrastructure {
  const { MONGODB_URI: mongoUri, KAFKA_BROKERS: brokers } = process.env;
  if (!mongoUri || !brokers) {
    throw new Error("jest.config.js must have globalSetup: '@cups/testing/setup' (and globalTeardown).");
  }
  return { mongoUri, brokers: brokers.split(','), prefix: uniquePrefix() };
}

/**
 * Repeats `check` until it returns something other than false or undefined, and returns that.
 * @throws what the last try threw, or Error when it only never came true, after `timeoutMs` (default 10,000)
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  { timeoutMs = 10_000, everyMs = 20 }: { timeoutMs?: number; everyMs?: number } = {},
): Promise<Exclude<T, false | undefined>> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    let failure: unknown;
    try {
      const value = await check();
      if (value !== false && value !== undefined) return value as Exclude<T, false | undefined>;
      failure = new Error(`It did not come true within ${timeoutMs} ms: ${check.toString().slice(0, 200)}`);
    } catch (error) {
      failure = error;
    }
    if (Date.now() > end) throw failure;
    await pause(everyMs);
  }
}
