import { setTimeout as pause } from 'node:timers/promises';
import type { LogFields } from '@cups/contracts';
import { reduceError } from './log.ts';
import type { ProcessLog } from './log.ts';

/** What a `create…` of an app gives back. */
export interface RunningService {
  grpcPort?: number;
  httpPort?: number;
  /** Where people reach it, when they do. */
  url?: string;
  log?: ProcessLog;
  /** NOT_SERVING, stop consumers, drain calls, publish the outbox, close the store: in this order. */
  stop(): Promise<void>;
  [key: string]: unknown;
}

const SHUTDOWN_TIMEOUT_MS = 20_000;
/** Handles are gone some turns of the event loop after they were closed. */
const CLOSE_GRACE_MS = 250;

/**
 * The life of a process, for `main.ts`: `serve(() => createIntake(readConfig(process.env)))`. A start that fails ends the process
 * with one sentence and code 1. SIGTERM or SIGINT stops in order and exits 0 within 20 s, naming what was still open. An error
 * that nobody caught is logged without its text, and ends the process with code 1.
 */
export function serve(start: Promise<RunningService> | (() => Promise<RunningService> | RunningService)): void {
  const lifecycle = new ProcessLifecycle();
  const crash = (error: unknown) => lifecycle.crash(error);
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
  const started = lifecycle.begin(async () => (typeof start === 'function' ? start() : start));
  const stop = (signal: NodeJS.Signals) => void lifecycle.end(started, signal);
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // A starter on this machine holds a channel to us; when it is killed, nobody else would end us.
  process.on('disconnect', () => stop('SIGTERM'));
}

class ProcessLifecycle {
  #running: RunningService | undefined;
  #stopping = false;

  /** @returns the service once it runs; when it does not start, the process ends and nothing is returned */
  async begin(start: () => Promise<RunningService>): Promise<RunningService> {
    try {
      this.#running = await start();
    } catch (error) {
      this.#sayWhyNot(error);
      return this.#exit(1);
    }
    const { grpcPort } = this.#running;
    if (!this.#stopping) this.#line('info', { event: 'serving', port: grpcPort || undefined });
    return this.#running;
  }

  async end(started: Promise<RunningService>, signal: NodeJS.Signals): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#line('info', { event: 'stopping', signal });
    const late = setTimeout(() => {
      this.#line('error', { event: 'stop-too-late', open: describeOpenResources() });
      this.#exit(1);
    }, SHUTDOWN_TIMEOUT_MS);
    try {
      await (await started).stop();
    } catch (error) {
      this.#line('error', { event: 'stop-failed', error: this.#forLog(error), open: describeOpenResources() });
      this.#exit(1);
    }
    clearTimeout(late);
    const open = (await waitForOpenResources()) || undefined;
    this.#line(open ? 'warn' : 'info', { event: 'stopped', open });
    this.#exit(0);
  }

  crash(error: unknown): void {
    this.#line('error', { event: 'crashed', error: this.#forLog(error) });
    this.#exit(1);
  }

  /** What config.ts and the wiring throw is written by us for a person to read; a driver's error may hold anything. */
  #sayWhyNot(error: unknown): void {
    const ours = error instanceof Error && error.constructor === Error && !('code' in error);
    if (ours) process.stderr.write(`${error.message}\n`);
    else this.#line('error', { event: 'start-failed', error: reduceError(error) });
  }

  /** To the log of the service, and before it has one to standard error. */
  #line(level: 'info' | 'warn' | 'error', fields: LogFields): void {
    if (this.#running?.log) this.#running.log[level](fields);
    else process.stderr.write(`${JSON.stringify({ level, time: new Date().toISOString(), ...fields })}\n`);
  }

  /** A log reduces an error by itself. */
  #forLog(error: unknown): unknown {
    return this.#running?.log ? error : reduceError(error);
  }

  #exit(code: number): never {
    this.#running?.log?.flush();
    process.exit(code);
  }
}

/** What is open when everything has stopped. What was closed a moment ago is given the time to be gone. */
async function waitForOpenResources(): Promise<string> {
  const end = Date.now() + CLOSE_GRACE_MS;
  let open = describeOpenResources();
  while (open && Date.now() < end) {
    await pause(10);
    open = describeOpenResources();
  }
  return open;
}

/** Kinds and counts of what keeps the process alive, e.g. `TCPSocketWrap 2, Timeout 1`; '' when nothing does. */
function describeOpenResources(): string {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    if (/^(TTYWrap|PipeWrap|SignalWrap|Immediate|FSReqCallback)$/.test(kind)) continue;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts].map(([kind, count]) => `${kind} ${count}`).join(', ');
}
