import { parseRules } from './domain/behaviour.ts';
import type { Rules } from './domain/behaviour.ts';

export type Config = {
  /** Bootstrap brokers, host:port. */
  brokers: string[];
  /** Before the names of topics and of the consumer group. */
  prefix: string;
  /** Codes of the agencies that this process stands in for. */
  agencies: string[];
  /** All chance comes from it: the same seed gives the same replies. */
  seed: string;
  /** Which behaviour a delivery meets. */
  rules: Rules;
  /** How many milliseconds one working hour of an agency lasts; 0: everything at once. */
  hourMs: number;
  /** Days that an agency leaves for bringing documents. */
  answerDays: number;
  /** Port of /healthz, /readyz and /metrics; 0: any free one. */
  httpPort: number;
  /** Where that port listens: an IP address. */
  host: string;
  /** Whether warnings only are logged. */
  quiet: boolean;
};

/**
 * Reads the settings of the simulator from the environment.
 * @throws Error that names the setting that cannot be used
 */
export function readConfig(env: Record<string, string | undefined>): Config {
  const list = (name: string, fallback: string): string[] => {
    const items = (env[name] || fallback).split(',').map((item) => item.trim());
    if (items.some((item) => item === '')) throw new Error(`${name}: an empty item in the list`);
    return items;
  };
  const count = (name: string, fallback: number): number => {
    const value = env[name] ? Number(env[name]) : fallback;
    if (!Number.isFinite(value) || value < 0) throw new Error(`${name}: not a number from 0 up`);
    return value;
  };
  const agencies = list('SIMULATOR_AGENCIES', 'asp,cnas,cadastru,mai');
  if (agencies.some((code) => !/^[a-z][a-z0-9-]*$/.test(code))) throw new Error('SIMULATOR_AGENCIES: not a code');
  let rules: Rules;
  try {
    rules = parseRules(env['SIMULATOR_BEHAVIOUR'] || 'realistic');
  } catch (error) {
    throw new Error(`SIMULATOR_BEHAVIOUR: ${(error as Error).message}`);
  }
  return {
    brokers: list('KAFKA_BROKERS', 'localhost:9092'),
    prefix: env['CUPS_PREFIX'] ?? '',
    agencies: [...new Set(agencies)],
    seed: env['SIMULATOR_SEED'] || '1',
    rules,
    hourMs: count('SIMULATOR_DELAY_MS', 500),
    answerDays: count('SIMULATOR_ANSWER_DAYS', 14),
    httpPort: count('HTTP_PORT', 0),
    host: env['LISTEN_HOST'] || '127.0.0.1',
    quiet: ['warn', 'error', 'fatal', 'silent'].includes(env['LOG_LEVEL'] ?? ''),
  };
}
