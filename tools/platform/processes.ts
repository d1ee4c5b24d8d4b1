import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { openSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { findFreePort } from '@cups/local';
import type { Ports } from './environment.ts';
import { localMemoryFlags } from './memory.ts';

/** Local processes of one platform, by service name; further copies are named `intake-2`. */

const READY_SECONDS = 60;
/** Longer than the 20 s of a service's own shutdown. */
const KILL_AFTER_MS = 22_000;

export interface ProcessesOptions {
  root: string;
  /** Folder of their logs. */
  logs: string;
  signal: AbortSignal | undefined;
  /** Returns the file that a service runs. */
  entryOf: (service: string) => string;
  /** A process has exited unexpectedly. */
  onExit: (label: string, code: number | null) => void;
  /** Whether a part that services need is down on purpose. The time of a start counts from its return. @default never */
  isHeldUp?: (() => boolean) | undefined;
  /** Seconds in which a started process must be ready. @default 60 */
  readySeconds?: number;
}

export class Processes {
  readonly #parts: ProcessesOptions;
  readonly #children = new Map<string, ChildProcess>();
  readonly #ports = new Map<string, Ports>();

  constructor(parts: ProcessesOptions) {
    this.#parts = parts;
  }

  /** Chooses the ports of a process once; restarts keep them. */
  async choosePorts(label: string): Promise<Ports> {
    if (!this.#ports.has(label)) this.#ports.set(label, { grpc: await findFreePort(), http: await findFreePort() });
    return this.portsOf(label);
  }

  /** Returns the chosen ports. */
  portsOf(label: string): Ports {
    return this.#ports.get(label)!;
  }

  pids(): Record<string, number> {
    return Object.fromEntries([...this.#children].map(([label, child]) => [label, child.pid ?? 0]));
  }

  /** Returns the labels of running processes. */
  labels(): string[] {
    return [...this.#children.keys()];
  }

  /** Starts a process and waits until it is ready. @throws Error, one sentence for the user, after ending it, when it fails */
  async start(label: string, service: string, environment: NodeJS.ProcessEnv): Promise<void> {
    const { root, logs, entryOf, onExit } = this.#parts;
    const log = openSync(join(logs, `${label}.log`), 'a');
    const child = spawn(
      join(root, 'node_modules/.bin/node'),
      ['--disable-warning=ExperimentalWarning', ...localMemoryFlags(service), entryOf(service)],
      // Own process group: this process forwards Ctrl-C in order. The IPC channel ends the child if this process is killed.
      { cwd: root, detached: true, stdio: ['ignore', log, log, 'ipc'], env: environment },
    );
    this.#children.set(label, child);
    child.on('exit', (code) => {
      if (this.#children.get(label) !== child) return;
      this.#children.delete(label);
      onExit(label, code);
    });
    await this.#ready(label, child);
  }

  /** Ends a process, by force after a timeout. Does nothing if it does not run. */
  async end(label: string, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#children.get(label);
    this.#children.delete(label);
    if (!child || hasEnded(child)) return;
    const gone = new Promise<void>((done) => child.once('exit', () => done()));
    child.kill(signal);
    const late = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
    await gone;
    clearTimeout(late);
  }

  async #ready(label: string, child: ChildProcess): Promise<void> {
    const { root, logs, signal, isHeldUp = () => false, readySeconds = READY_SECONDS } = this.#parts;
    const log = relative(root, join(logs, `${label}.log`));
    let since = performance.now();
    while (!(await this.#saysReady(label))) {
      if (signal?.aborted) throw new Error('stopped while starting');
      if (hasEnded(child)) throw new Error(`${label} did not start: see ${log}`);
      if (isHeldUp()) since = performance.now();
      if (performance.now() > since + readySeconds * 1000) {
        await this.end(label, 'SIGKILL');
        throw new Error(`${label} is not ready after ${readySeconds} s: see ${log}`);
      }
      await pause(100);
    }
  }

  async #saysReady(label: string): Promise<boolean> {
    const answer = await fetch(`http://127.0.0.1:${this.portsOf(label).http}/readyz`).catch(() => undefined);
    await answer?.body?.cancel();
    return answer?.ok ?? false;
  }
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;
