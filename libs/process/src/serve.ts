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

const STOP_MS = 20_000;

/**
 * The life of a process, for `main.ts`: `serve(() => createIntake(readConfig(process.env)))`. A start that fails ends the process
 * with one sentence and code 1. SIGTERM or SIGINT stops in order and exits 0 within 20 s, naming what was still open. An error
 * that nobody caught is logged without its text, and ends the process with code 1.
 */
export function serve(start: Promise<RunningService> | (() => Promise<RunningService> | RunningService)): void {
  let running: RunningService | undefined;
  let stopping = false;

  const line = (level: 'info' | 'warn' | 'error', fields: Record<string, unknown>) => {
    if (running?.log) running.log[level](fields);
    else process.stderr.write(`${JSON.stringify({ level, time: new Date().toISOString(), ...fields })}\n`);
  };
  const exit = (code: number): never => {
    running?.log?.flush();
    process.exit(code);
  };

  const crash = (error: unknown) => {
    line('error', { event: 'crashed', error: running?.log ? error : reduceError(error) });
    exit(1);
  };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);

  const started = (async () => (running = await (typeof start === 'function' ? start() : start)))();
  started.then(
    (service) => {
      if (!stopping) line('info', { event: 'serving', ...(service.grpcPort && { port: service.grpcPort }) });
    },
    (error: unknown) => {
      // What config.ts and the wiring throw is written by us for a person to read; a driver's error may hold anything.
      const ours = error instanceof Error && error.constructor === Error && !('code' in error);
      if (ours) process.stderr.write(`${error.message}\n`);
      else line('error', { event: 'start-failed', error: reduceError(error) });
      exit(1);
    },
  );

  const stop = (signal: NodeJS.Signals) => {
    if (stopping) return;
    stopping = true;
    line('info', { event: 'stopping', signal });
    const late = setTimeout(() => {
      line('error', { event: 'stop-too-late', open: openResources() });
      exit(1);
    }, STOP_MS);
    started
      .then((service) => service.stop())
      .then(
        () => {
          clearTimeout(late);
          const open = openResources();
          line(open ? 'warn' : 'info', { event: 'stopped', ...(open && { open }) });
          exit(0);
        },
        (error: unknown) => {
          line('error', {
            event: 'stop-failed',
            error: running?.log ? error : reduceError(error),
            open: openResources(),
          });
          exit(1);
        },
      );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // A starter on this machine holds a channel to us; when it is killed, nobody else would end us.
  process.on('disconnect', () => stop('SIGTERM'));
}

/** Kinds and counts of what keeps the process alive, e.g. `TCPSocketWrap 2, Timeout 1`; '' when nothing does. */
function openResources(): string {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    if (/^(TTYWrap|PipeWrap|SignalWrap|Immediate|FSReqCallback)$/.test(kind)) continue;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts].map(([kind, count]) => `${kind} ${count}`).join(', ');
}
