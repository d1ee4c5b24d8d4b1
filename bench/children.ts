import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';

/** Processes of the benchmark: each receives orders as messages and answers each once. */
export class Children {
  readonly #all: ChildProcess[] = [];

  /** @param file file of this folder, such as `load.ts` */
  fork(file: string): ChildProcess {
    const made = fork(join(import.meta.dirname, file), [], { execArgv: ['--disable-warning=ExperimentalWarning'] });
    this.#all.push(made);
    return made;
  }

  /** Returns the other process IDs, by clock name. */
  pidsBeside(known: ChildProcess): Record<string, number> {
    const others = this.#all.filter((one) => one !== known);
    return Object.fromEntries(others.map(({ pid = 0 }) => [`child ${pid}`, pid]));
  }

  kill(): void {
    for (const one of this.#all) one.kill();
  }
}

/** Sends one order and returns its answer. @throws Error when the process ends */
export function request<T = unknown>(to: ChildProcess, order: object): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`A process of the bench ended (${code}).`));
    to.once('exit', ended);
    to.once('message', (answer) => {
      to.off('exit', ended);
      resolve(answer as T);
    });
    to.send(order, (error) => error && reject(error));
  });
}
