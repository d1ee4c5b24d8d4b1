import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { Command } from './sandbox.ts';

/** A child process and its two pipes. */
export interface Child {
  stdin: Writable;
  stdout: Readable;
  /** Kills it, whatever it does. */
  kill(): void;
  /** Resolves when it has ended and its pipes are closed, or could not be started. */
  ended: Promise<void>;
}

/** Starts a child with an empty environment. Its standard error is not read: a file could write into it. */
export function startChild({ file, args }: Command): Child {
  const process = spawn(file, args, { env: {}, cwd: '/', stdio: ['pipe', 'pipe', 'ignore'] });
  const { stdin, stdout } = process as ChildProcess & { stdin: Writable; stdout: Readable };
  // A child that ended early closes its input; its answer, or the lack of one, says why.
  stdin.on('error', () => {});
  const ended = new Promise<void>((resolve) => {
    // A program that does not exist closes the pipes without an answer.
    process.once('error', () => resolve());
    process.once('close', () => resolve());
  });
  return { stdin, stdout, kill: () => void process.kill('SIGKILL'), ended };
}
