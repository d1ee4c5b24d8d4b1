import fs from 'node:fs';
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
/** After an error of the disk the lines are written again. */
const RETRY_INTERVAL_MS = 1_000;
/** How long lines are collected at most, ms and bytes: a write passes through a thread, and costs more than a line. */
const COLLECT_MS = 20;
const MAX_COLLECTED_BYTES = 1 << 13;

/**
 * Creates a log of JSON lines on standard output, written asynchronously after at most 20 ms and flushed at exit. A
 * slow reader or a full disk never blocks or ends the process: lines are dropped instead, and written again once they can be.
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
    minLength: MAX_COLLECTED_BYTES,
    maxLength: MAX_BUFFERED_CHARACTERS,
    retryEAGAIN: () => Date.now() < giveUpAt,
  });
  let unwrittenBytes = 0;
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    timer = undefined;
    if (unwrittenBytes > 0) stream.flush();
  };
  const flushIn = (delayMs: number): void => {
    timer ??= setTimeout(flush, delayMs).unref();
  };
  const flushSoon = (): void => flushIn(COLLECT_MS);
  // Without a listener a full disk would end the process. The stream keeps the lines that it could not write.
  stream.on('error', () => flushIn(RETRY_INTERVAL_MS));
  stream.on('close', () => clearTimeout(timer));
  stream.on('write', (bytes) => (unwrittenBytes -= bytes));
  stream.on('drop', (line) => {
    unwrittenBytes -= Buffer.byteLength(line);
    onDrop();
  });
  // A flush does nothing while the stream writes.
  stream.on('drain', () => unwrittenBytes > 0 && flushSoon());
  return {
    write(line) {
      unwrittenBytes += Buffer.byteLength(line);
      stream.write(line);
      flushSoon();
    },
    flushSync() {
      giveUpAt = Date.now() + FLUSH_TIMEOUT_MS;
      try {
        withBoundedWrites(() => stream.flushSync());
      } catch {
        // Nobody reads, or the disk is full. Without this the buffer would be flushed again at exit.
        stream.destroy();
      }
    },
  };
}

/**
 * Lets the synchronous flush of the stream end: sonic-boom 4 asks `retryEAGAIN` after EAGAIN only, and repeats a write that
 * fails for another reason, such as a full disk, for ever.
 */
function withBoundedWrites(flush: () => void): void {
  const { writeSync } = fs;
  const boundedWrite = (...given: Parameters<typeof writeSync>): number => {
    try {
      return writeSync(...given);
    } catch (error) {
      throw Object.assign(error as Error, { code: 'EAGAIN' });
    }
  };
  fs.writeSync = boundedWrite as typeof writeSync;
  try {
    flush();
  } finally {
    fs.writeSync = writeSync;
  }
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
