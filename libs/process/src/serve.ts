import { setTimeout as pause } from 'node:timers/promises';
import type { LogFields } from '@cups/contracts';
import { reduceError } from './log.ts';
import type { ProcessLog } from './log.ts';

/** A running app, as its `create…` function returns it. */
export interface RunningService {
  grpcPort?: number;
  httpPort?: number;
  /** Public URL, if any. */
  url?: string;
  log?: ProcessLog;
  /** Reports NOT_SERVING, stops consumers, drains calls, publishes the outbox and closes the store, in this order. */
  stop(): Promise<void>;
  [key: string]: unknown;
}

const SHUTDOWN_TIMEOUT_MS = 20_000;
/** Handles disappear a few event loop turns after they are closed. */
const CLOSE_GRACE_MS = 250;

/**
 * Runs a process from `main.ts`: `serve(() => createIntake(readConfig(process.env)))`. A failed start prints one
 * sentence and exits with code 1. SIGTERM or SIGINT stops in order and exits with 0 within 20 s, logging what is
 * still open. An uncaught error is logged without its text and exits with code 1.
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
  // A local parent process holds a channel; if it is killed, nothing else would stop this process.
  process.on('disconnect', () => stop('SIGTERM'));
}

class ProcessLifecycle {
  #running: RunningService | undefined;
  #stopping = false;

  /** @returns the running service; exits the process if the start fails */
  async begin(start: () => Promise<RunningService>): Promise<RunningService> {
    try {
      this.#running = await start();
    } catch (error) {
      this.#reportStartFailure(error);
      return this.#exit(1);
    }
    const { grpcPort } = this.#running;
    if (!this.#stopping) this.#log('info', { event: 'service-started', port: grpcPort || undefined });
    return this.#running;
  }

  async end(started: Promise<RunningService>, signal: NodeJS.Signals): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#log('info', { event: 'shutdown-started', signal });
    const late = setTimeout(() => {
      this.#log('error', { event: 'shutdown-timed-out', open: describeOpenResources() });
      this.#exit(1);
    }, SHUTDOWN_TIMEOUT_MS);
    try {
      await (await started).stop();
    } catch (error) {
      this.#log('error', { event: 'shutdown-failed', error: this.#toLoggable(error), open: describeOpenResources() });
      this.#exit(1);
    }
    clearTimeout(late);
    const open = (await waitForOpenResources()) || undefined;
    this.#log(open ? 'warn' : 'info', { event: 'shutdown-completed', open });
    this.#exit(0);
  }

  crash(error: unknown): void {
    this.#log('error', { event: 'process-crashed', error: this.#toLoggable(error) });
    this.#exit(1);
  }

  /** Plain errors of configuration and wiring are written for people; a driver's error may contain anything. */
  #reportStartFailure(error: unknown): void {
    const isPlainError = error instanceof Error && error.constructor === Error && !('code' in error);
    if (isPlainError) process.stderr.write(`${error.message}\n`);
    else this.#log('error', { event: 'startup-failed', error: reduceError(error) });
  }

  /** Writes to the log of the service, or to standard error before it has one. */
  #log(level: 'info' | 'warn' | 'error', fields: LogFields): void {
    if (this.#running?.log) this.#running.log[level](fields);
    else process.stderr.write(`${JSON.stringify({ level, time: new Date().toISOString(), ...fields })}\n`);
  }

  /** The log itself reduces errors. */
  #toLoggable(error: unknown): unknown {
    return this.#running?.log ? error : reduceError(error);
  }

  #exit(code: number): never {
    this.#running?.log?.flush();
    process.exit(code);
  }
}

/** Returns what is still open after the shutdown, with time for closed handles to disappear. */
async function waitForOpenResources(): Promise<string> {
  const end = Date.now() + CLOSE_GRACE_MS;
  let open = describeOpenResources();
  while (open && Date.now() < end) {
    await pause(10);
    open = describeOpenResources();
  }
  return open;
}

/** Lists what keeps the process alive, such as `TCPSocketWrap 2, Timeout 1`; '' for nothing. */
function describeOpenResources(): string {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    if (/^(TTYWrap|PipeWrap|SignalWrap|Immediate|FSReqCallback)$/.test(kind)) continue;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts].map(([kind, count]) => `${kind} ${count}`).join(', ');
}
