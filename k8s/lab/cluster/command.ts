import { spawn } from 'node:child_process';

/** Runs local programs to their end. */

export interface CommandOptions {
  input?: string;
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  signal?: AbortSignal;
}

/** A program that ended with a code other than 0; the message contains its output. */
export class CommandFailedError extends Error {
  constructor(line: string, code: number | string, output: string) {
    super(`${line}: failed (${code})\n${output.trim()}`);
  }
}

/**
 * @returns the program's standard output
 * @throws CommandFailedError on an exit code other than 0
 * @throws Error when it is missing, or on an abort
 */
export function run(command: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { input, cwd, env, signal } = options;
  const line = [command.split('/').at(-1), ...args].join(' ').slice(0, 200);
  return new Promise((resolve, reject) => {
    // Own process group: this process handles Ctrl-C, and the cleanup must not be interrupted.
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

/** Runs a program and ignores a failure, such as removing what is already gone. */
export async function tryRun(command: string, args: readonly string[]): Promise<string> {
  try {
    return await run(command, args);
  } catch {
    return '';
  }
}
