import type { ParseArgsConfig } from 'node:util';

/** What a command prints to, and how it is asked to end. */
export type Terminal = {
  /** Results: standard output, a line. */
  print: (line: string) => void;
  /** Progress: standard error, a line. */
  showProgress: (line: string) => void;
  /** Aborted by SIGINT or SIGTERM. */
  signal: AbortSignal;
};

export type OptionValues = Record<string, string | boolean | (string | boolean)[] | undefined>;

/** A command of `cups-agency`. */
export type Command = {
  /** One line, for the list of commands. */
  about: string;
  /** The whole text of `--help`, without the name. */
  help: string;
  options: NonNullable<ParseArgsConfig['options']>;
  /** @returns the exit code @throws Wrong for a mistake in the arguments, Error of one sentence for trouble */
  run: (values: OptionValues, words: string[], terminal: Terminal) => Promise<number>;
};

/** Arguments that cannot be used. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** @throws Wrong when it is no number above 0 */
export function parseSeconds(values: OptionValues, name: string, usual: number): number {
  const given = values[name] === undefined ? usual : Number(values[name]);
  if (!Number.isFinite(given) || given <= 0) throw new UsageError(`--${name} is a number of seconds above 0.`);
  return given;
}
