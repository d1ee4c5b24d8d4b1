import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { openSync } from 'node:fs';

/** An agency's system that the kit started with a shell command, in its own process group. */
export class AgencyProcess {
  readonly #command: string;
  readonly #log: number | 'ignore';
  #child: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();

  /** @param logFile receives the output of the system; without it, the output is discarded */
  constructor(command: string, logFile?: string) {
    this.#command = command;
    this.#log = logFile === undefined ? 'ignore' : openSync(logFile, 'a');
  }

  start(): void {
    const child = spawn(this.#command, {
      shell: true,
      detached: true,
      stdio: ['ignore', this.#log, this.#log],
    });
    this.#child = child;
    this.#ended = new Promise((resolve) => {
      child.once('exit', () => resolve());
      child.once('error', () => resolve());
    });
  }

  isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Sends SIGKILL to the process group; resolves when it has ended. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  /**
   * Sends SIGTERM, and SIGKILL after 10 s.
   * @returns whether the system stopped after SIGTERM
   */
  async stop(): Promise<boolean> {
    let hasStopped = true;
    const killTimer = setTimeout(() => {
      hasStopped = false;
      this.#signal('SIGKILL');
    }, 10_000);
    await this.#end('SIGTERM');
    clearTimeout(killTimer);
    return hasStopped;
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (this.isRunning()) this.#signal(signal);
    await this.#ended;
  }

  #signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    try {
      process.kill(-this.#child!.pid!, signal);
    } catch {
      // It has already ended.
    }
  }
}
