import { spawn } from 'node:child_process';

/** Runs programs of this machine to their end. */

export interface CommandOptions {
  input?: string;
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  signal?: AbortSignal;
}

/** A program that ended with another code than 0; its own words are in the message. */
export class CommandFailedError extends Error {
  constructor(line: string, code: number | string, output: string) {
    super(`${line}: failed (${code})\n${output.trim()}`);
  }
}

/**
 * @returns what the program wrote to its output
 * @throws CommandFailed when it ends with another code than 0
 * @throws Error when it is not there, or the signal came
 */
export function run(command: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { input, cwd, env, signal } = options;
  const line = [command.split('/').at(-1), ...args].join(' ').slice(0, 200);
  return new Promise((resolve, reject) => {
    // In a group of its own: Ctrl-C of a terminal is ours to hear, and what we do then must not be cut short.
    const child = spawn(command, args, { cwd, env, signal, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    child.stdin.on('error', () => {});
    child.stdin.end(input ?? '');
    child.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'ENOENT' ? new Error(`${command} was not found.`, { cause: error }) : error);
    });
    child.once('close', (code, killedBy) => {
      if (code === 0) resolve(output);
      else reject(new CommandFailedError(line, code ?? killedBy ?? 'unknown', errors || output));
    });
  });
}

/** As `run`, where a failure is no matter: what is to be removed may be gone already. */
export async function tryRun(command: string, args: readonly string[]): Promise<string> {
  try {
    return await run(command, args);
  } catch {
    return '';
  }
}
