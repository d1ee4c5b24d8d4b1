import { resolve } from 'node:path';
import { Command, CommanderError, Help, InvalidArgumentError } from 'commander';
import type { Option } from 'commander';
import { CommandError, ExitCode, formatError, UsageError } from './errors.ts';

/** The frame of the `cups` program: one style of help, errors, exit codes and JSON for every command. */

/** Exit codes. */
const EXIT = { failed: 1, usage: 2 } as const;

interface CommandDefinition {
  name: string;
  /** One sentence. */
  summary: string;
  /** Arguments of the example, after `npm run cups --`. */
  example?: string;
}

const EXAMPLES = new WeakMap<Command, string>();

/** Returns the arguments of a command's example; undefined for a group. */
export const exampleOf = (command: Command): string | undefined => EXAMPLES.get(command);

/** Creates a command with its summary and an example in its help. */
export function defineCommand({ name, summary, example }: CommandDefinition): Command {
  // The list of commands shows the first sentence.
  const command = new Command(name).description(summary).summary(/^.*?\.(?=\s|$)/.exec(summary)?.[0] ?? summary);
  if (example !== undefined) {
    EXAMPLES.set(command, example);
    command.addHelpText('after', `\nExample:\n  $ npm run cups -- ${example}`);
  }
  return command;
}

/** Adapts an action that returns an exit code, or nothing when it succeeds. */
export function action<Args extends unknown[]>(work: (...args: Args) => Promise<number | void> | number | void) {
  return async (...args: Args): Promise<void> => {
    const code = await work(...args);
    if (code) throw new ExitCode(code);
  };
}

/** Parses a whole number within bounds, for an option. */
export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER) {
  return (text: string): number => {
    if (/^\d+$/.test(text) && Number(text) >= min && Number(text) <= max) return Number(text);
    const upper = max === Number.MAX_SAFE_INTEGER ? '' : ` to ${max}`;
    throw new InvalidArgumentError(`Use a whole number from ${min}${upper}.`);
  };
}

/** Parses a number above 0, for an option. */
export function positiveNumber(max = Number.MAX_SAFE_INTEGER) {
  return (text: string): number => {
    if (Number(text) > 0 && Number(text) <= max) return Number(text);
    const upper = max === Number.MAX_SAFE_INTEGER ? '' : `, at most ${max}`;
    throw new InvalidArgumentError(`Use a number above 0${upper}.`);
  };
}

/** Collects the values of an option that may be repeated. */
export const collect = (text: string, all: string[] | undefined): string[] => [...(all ?? []), text];

/** Resolves a path that the user typed. npm changes to the folder of package.json; INIT_CWD is where the user typed it. */
export const resolvePath = (path: string): string => resolve(process.env['INIT_CWD'] ?? process.cwd(), path);

/** Prints a result as JSON or as text. */
export function printResult(isJson: boolean, object: unknown, text: string): void {
  console.log(isJson ? JSON.stringify(object, null, 2) : text);
}

/** Returns a function that prints progress lines with the seconds since now. */
export function createProgress(print: (line: string) => void = console.log): (line: string) => void {
  const started = performance.now();
  return (line) => print(`  ${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${line}`);
}

/**
 * Runs one of the commands.
 * @param args without the program
 * @param onError receives each sentence of an error
 * @returns 0 when it is done, 1 when it failed, 2 for wrong usage
 */
export async function runProgram(
  commands: readonly Command[],
  args: readonly string[],
  onError: (sentence: string) => void = console.error,
): Promise<number> {
  const program = new Command('npm run cups --')
    .description('Runs, administers, checks and builds the CUPS platform.')
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 failed, 2 wrong usage.\nHelp of a command: npm run cups -- <command> --help',
    );
  for (const command of commands) program.addCommand(command);
  configure(program, onError);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof ExitCode) return error.code;
    // Commander has printed its own errors.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage;
    const sentences = error instanceof CommandError ? error.sentences : [formatError(error)];
    for (const sentence of sentences) onError(sentence);
    return error instanceof UsageError ? EXIT.usage : EXIT.failed;
  }
}

/** Gives a command and its subcommands the common style. */
function configure(command: Command, onError: (sentence: string) => void): void {
  command
    .exitOverride()
    .helpCommand(false)
    .helpOption('--help', 'print this help')
    .configureHelp({ optionDescription: describeOption })
    .configureOutput({ outputError: (text) => onError(toSentence(text)) });
  for (const subcommand of command.commands) configure(subcommand, onError);
}

/** Describes an option without the default of a flag, which is always false. */
function describeOption(option: Option): string {
  return option.defaultValue === false ? option.description : new Help().optionDescription(option);
}

/** Commander writes "error: unknown option '--x'". */
function toSentence(text: string): string {
  const [first = '', ...more] = text
    .replace(/^error: /, '')
    .trim()
    .split('\n');
  const sentence = first.charAt(0).toUpperCase() + first.slice(1);
  return [`${sentence}${/[.?!]$/.test(sentence) ? '' : '.'} See --help.`, ...more].join('\n');
}
