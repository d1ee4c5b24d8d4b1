import { isProblem, REASONS } from '@cups/problem';

/** A refused command: each sentence is for the user. */
export class CommandError extends Error {
  readonly sentences: readonly string[];
  constructor(...given: readonly (string | readonly string[])[]) {
    const sentences = given.flat();
    super(sentences.join('\n'));
    this.sentences = sentences;
  }
}

/** A command that was called in a wrong way. */
export class UsageError extends CommandError {}

/** Ends the program with this code; the command has printed why. */
export class ExitCode extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`exit code ${code}`);
    this.code = code;
  }
}

/** Formats an error as one sentence with the remedy. @param name service that returned it */
export function formatError(error: unknown, name?: string): string {
  const at = name === undefined ? '' : `${name}: `;
  if (error instanceof CommandError) return error.message;
  if (!isProblem(error)) return `${at}${(error as Error).message}`;
  const wrong = error.violations.map(({ field, message }) => ` ${field.slice(1)}: ${message}`).join('');
  return `${at}${error.message}${wrong} ${REASONS[error.reason].action}`;
}
