import { LOG_NUMBERS, LOG_TEXTS } from '@cups/contracts';
import type { Log, LogFields } from '@cups/contracts';
import pino from 'pino';

export interface ProcessLog extends Log {
  child(fields: LogFields): ProcessLog;
  /** Writes buffered lines immediately. */
  flush(): void;
}

/** Destination of lines; given in tests. */
export interface LogDestination {
  write(line: string): void;
  flushSync?(): void;
}

/** Buffer for a blocked standard output, in characters; further lines are dropped. */
const MAX_BUFFERED_CHARACTERS = 1 << 20;
/** How long the end of the process waits for the last lines to be read. */
const FLUSH_TIMEOUT_MS = 500;

/**
 * Creates a log of JSON lines on standard output, written asynchronously and flushed at exit. A slow reader never
 * blocks the process: lines are dropped instead.
 * @param options.onDrop called for each dropped line
 */
export function createLog(options: {
  service: string;
  level?: string;
  destination?: LogDestination | undefined;
  onDrop?: () => void;
}): ProcessLog {
  const { destination = standardOutput(options.onDrop) } = options;
  const out = pino(
    {
      level: options.level ?? 'info',
      base: { service: options.service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
  const flush = () => {
    try {
      destination.flushSync?.();
    } catch {
      // The destination is not open yet, or closed.
    }
  };
  return createProcessLog(out, {}, flush);
}

function standardOutput(onDrop: () => void = () => {}): LogDestination {
  let giveUpAt = Infinity;
  const stream = pino.destination({
    // Accessing `fd` makes a full pipe reject writes. Otherwise a write would block a thread, and the process
    // could not end.
    fd: process.stdout.fd,
    sync: false,
    maxLength: MAX_BUFFERED_CHARACTERS,
    retryEAGAIN: () => Date.now() < giveUpAt,
  });
  stream.on('drop', onDrop);
  return {
    write: (line) => void stream.write(line),
    flushSync() {
      giveUpAt = Date.now() + FLUSH_TIMEOUT_MS;
      try {
        stream.flushSync();
      } catch {
        // Nobody reads. Without this the buffer would be flushed again at exit.
        stream.destroy();
      }
    },
  };
}

function createProcessLog(out: pino.Logger, bound: Record<string, unknown>, flush: () => void): ProcessLog {
  const line = (level: 'debug' | 'info' | 'warn' | 'error') => (fields: LogFields) => {
    if (out.isLevelEnabled(level)) out[level](pickFields(fields, { ...bound }));
  };
  return {
    debug: line('debug'),
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    child: (fields) => createProcessLog(out, pickFields(fields, { ...bound }), flush),
    flush,
  };
}

function pickFields(fields: LogFields, into: Record<string, unknown>): Record<string, unknown> {
  for (const name of LOG_TEXTS) {
    const value: unknown = fields[name];
    if (typeof value === 'string' || typeof value === 'number') into[name] = redactPersonalNumbers(String(value));
  }
  for (const name of LOG_NUMBERS) {
    const value: unknown = fields[name];
    if (typeof value === 'number') into[name] = value;
  }
  if (fields.error !== undefined) into['error'] = reduceError(fields.error);
  return into;
}

/** Truncates a text and redacts what has the format of a personal number (IDNP). */
export function redactPersonalNumbers(text: string): string {
  const short = text.length > 300 ? `${text.slice(0, 300)}…` : text;
  return short.replace(/(?<!\d)[02]\d{12}(?!\d)/g, '[number]');
}

/** An error as logged: class, code and code locations. */
export interface ReducedError {
  name: string;
  code?: string;
  /** The failed operation, if the error names it: `cases.update` of the store. */
  operation?: string;
  /** `file:line:column` of up to eight frames, nearest first. */
  at?: string[];
  cause?: ReducedError;
}

/** Reduces an error to its logged form, without its text: drivers put field values into it (E11000, CastError). */
export function reduceError(error: unknown, depth = 0): ReducedError {
  if (!(error instanceof Error)) return { name: `thrown ${error === null ? 'null' : typeof error}` };
  const toIdentifier = (value: unknown) => (/^[\w.-]{1,64}$/.test(String(value)) ? String(value) : undefined);
  const { code, operation, cause } = error as Error & { code?: unknown; operation?: unknown };
  const reduced: ReducedError = { name: toIdentifier(error.name) ?? 'Error' };
  const codeText = code === undefined ? undefined : toIdentifier(code);
  if (codeText) reduced.code = codeText;
  const operationText = operation === undefined ? undefined : toIdentifier(operation);
  if (operationText) reduced.operation = operationText;
  const at = parseStackFrames(error);
  if (at.length > 0) reduced.at = at;
  if (cause instanceof Error && depth < 3) reduced.cause = reduceError(cause, depth + 1);
  return reduced;
}

function parseStackFrames(error: Error): string[] {
  const stack = error.stack ?? '';
  // The text may contain lines that resemble frames, so only what follows it is parsed.
  const start = stack.indexOf(error.message);
  if (start < 0) return [];
  const found: string[] = [];
  for (const line of stack.slice(start + error.message.length).split('\n')) {
    const frame = /^\s+at .*?((?:node:|file:\/\/|\/)[^\s()]+:\d+:\d+)\)?$/.exec(line);
    if (frame && found.length < 8)
      found.push((frame[1] as string).replace(/^file:\/\//, '').replace(`${process.cwd()}/`, ''));
  }
  return found;
}
