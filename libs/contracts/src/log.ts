/** Fields of a log line that hold texts: names and codes, never content. */
export const LOG_TEXTS = [
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

/** Fields of a log line that hold numbers. */
export const LOG_NUMBERS = [
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

/**
 * What a line may hold: a closed list, because whatever else is given is dropped, so that a careless line cannot carry personal
 * data. `event` is a constant kebab-case word; of an error only class, code and place are written.
 */
export type LogFields = { error?: unknown } & {
  [Field in (typeof LOG_TEXTS)[number]]?: string | undefined;
} & {
  [Field in (typeof LOG_NUMBERS)[number]]?: number | undefined;
};

/** Where a library writes its lines: fields of the closed list, and no free text. */
export interface Log {
  debug(fields: LogFields): void;
  info(fields: LogFields): void;
  warn(fields: LogFields): void;
  error(fields: LogFields): void;
  /** A log whose lines also hold `fields`. */
  child(fields: LogFields): Log;
}
