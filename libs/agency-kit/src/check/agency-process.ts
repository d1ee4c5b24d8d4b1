import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { openSync } from 'node:fs';

/** An agency's system that the kit started by a command of a shell, in a process group of its own. */
export class AgencyProcess {
  readonly #command: string;
  readonly #log: number | 'ignore';
  #child: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();

  /** @param logFile takes what the system writes; without one it is let go */
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

  /** Whether it runs. */
  isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** SIGKILL to all of it; resolves when it is gone. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  /** SIGTERM, and SIGKILL after ten seconds. @returns whether it went by itself */
  async stop(): Promise<boolean> {
    let inTime = true;
    const late = setTimeout(() => {
      inTime = false;
      this.#signal('SIGKILL');
    }, 10_000);
    await this.#end('SIGTERM');
    clearTimeout(late);
    return inTime;
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (this.isRunning()) this.#signal(signal);
    await this.#ended;
  }

  #signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    try {
      process.kill(-this.#child!.pid!, signal);
    } catch {
      // It is gone already.
    }
  }
}
