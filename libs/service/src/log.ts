import { checkIdnp } from '@cups/contracts';
import pino from 'pino';

/** The closed list: whatever else is given is dropped (law 11), so that a careless line cannot carry personal data. */
const TEXTS = [
  'event',
  'method',
  'requestId',
  'caller',
  'operator',
  'code',
  'reason',
  'resource',
  'errorId',
  'topic',
  'offset',
  'group',
  'messageType',
  'centre',
  'agency',
  'neighbour',
  'state',
  'outcome',
  'file',
  'field',
  'signal',
  'open',
] as const;
const NUMBERS = [
  'durationMs',
  'partition',
  'count',
  'port',
  'status',
  'attempt',
  'delayMs',
  'generation',
  'version',
  'lag',
  'skewMs',
] as const;

/** What a line may hold. `event` is a constant kebab-case word; texts are names and codes, never content. */
export type LogFields = { event?: string; error?: unknown } & {
  [Field in (typeof TEXTS)[number]]?: string | undefined;
} & {
  [Field in (typeof NUMBERS)[number]]?: number | undefined;
};

/** A log that takes fields from the closed list, and no free text. */
export interface Logger {
  debug(fields: LogFields): void;
  info(fields: LogFields): void;
  warn(fields: LogFields): void;
  error(fields: LogFields): void;
  /** A log whose lines also hold `fields`. */
  child(fields: LogFields): Logger;
  /** Writes what is buffered, at once. */
  flush(): void;
}

/** Where lines go; given in tests. */
export interface LogDestination {
  write(line: string): void;
  flushSync?(): void;
}

/** A log of JSON lines on standard output, written asynchronously; flushed at exit. */
export function createLog(options: { service: string; level?: string; destination?: LogDestination }): Logger {
  const destination: LogDestination = options.destination ?? pino.destination({ fd: 1, sync: false });
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
      // Not yet open, or already closed: there is nothing to write to.
    }
  };
  return bind(out, {}, flush);
}

function bind(out: pino.Logger, bound: Record<string, unknown>, flush: () => void): Logger {
  const line = (level: 'debug' | 'info' | 'warn' | 'error') => (fields: LogFields) => {
    if (out.isLevelEnabled(level)) out[level](pick(fields, { ...bound }));
  };
  return {
    debug: line('debug'),
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    child: (fields) => bind(out, pick(fields, { ...bound }), flush),
    flush,
  };
}

function pick(fields: LogFields, into: Record<string, unknown>): Record<string, unknown> {
  for (const name of TEXTS) {
    const value: unknown = fields[name];
    if (typeof value === 'string' || typeof value === 'number') into[name] = clean(String(value));
  }
  for (const name of NUMBERS) {
    const value: unknown = fields[name];
    if (typeof value === 'number') into[name] = value;
  }
  if (fields.error !== undefined) into['error'] = reduceError(fields.error);
  return into;
}

/** A personal number that came into a name by mistake does not go further. */
function clean(text: string): string {
  const short = text.length > 300 ? `${text.slice(0, 300)}…` : text;
  return short.replace(/(?<!\d)[02]\d{12}(?!\d)/g, (digits) => (checkIdnp(digits) ? '[number]' : digits));
}

/** What a log may know about an error: class, code, and where it was thrown. */
export interface ReducedError {
  name: string;
  code?: string;
  /** `file:line:column` of up to eight frames, nearest first. */
  at?: string[];
  cause?: ReducedError;
}

/** An error without its text: drivers write values of fields into texts (E11000, CastError), so a text never reaches a log. */
export function reduceError(error: unknown, depth = 0): ReducedError {
  if (!(error instanceof Error)) return { name: `thrown ${error === null ? 'null' : typeof error}` };
  const word = (value: unknown) => (/^[\w.-]{1,64}$/.test(String(value)) ? String(value) : undefined);
  const { code, cause } = error as Error & { code?: unknown };
  const reduced: ReducedError = { name: word(error.name) ?? 'Error' };
  const codeWord = code === undefined ? undefined : word(code);
  if (codeWord) reduced.code = codeWord;
  const at = frames(error);
  if (at.length > 0) reduced.at = at;
  if (cause instanceof Error && depth < 3) reduced.cause = reduceError(cause, depth + 1);
  return reduced;
}

function frames(error: Error): string[] {
  const stack = error.stack ?? '';
  // The text may hold lines that look like frames, so it is taken out first; where it cannot be found nothing is shown.
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
