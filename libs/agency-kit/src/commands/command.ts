import type { ParseArgsConfig } from 'node:util';

/** Output of a command, and the signal to end. */
export type Terminal = {
  /** Prints a line of results to standard output. */
  print: (line: string) => void;
  /** Prints a line of progress to standard error. */
  showProgress: (line: string) => void;
  /** Aborted by SIGINT or SIGTERM. */
  signal: AbortSignal;
};

export type OptionValues = Record<string, string | boolean | (string | boolean)[] | undefined>;

/** A command of `cups-agency`. */
export type Command = {
  /** One line for the list of commands. */
  about: string;
  /** Text of `--help`, after the program name. */
  help: string;
  options: NonNullable<ParseArgsConfig['options']>;
  /**
   * @returns the exit code
   * @throws UsageError for invalid arguments, Error for other failures
   */
  run: (values: OptionValues, words: string[], terminal: Terminal) => Promise<number>;
};

/** Invalid command-line arguments. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/**
 * Returns an option in seconds.
 * @throws UsageError unless it is a positive number
 */
export function parseSeconds(values: OptionValues, name: string, fallback: number): number {
  const given = values[name] === undefined ? fallback : Number(values[name]);
  if (!Number.isFinite(given) || given <= 0) throw new UsageError(`--${name} must be a positive number of seconds.`);
  return given;
}
