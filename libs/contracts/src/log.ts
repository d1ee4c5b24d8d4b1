/** Text fields of a log line: names and codes, never content. */
export const LOG_TEXTS = [
  'event',
  'method',
  'requestId',
  'caller',
  'operator',
  'code',
  'reason',
  'resource',
  'collection',
  'errorId',
  'topic',
  'offset',
  'group',
  'messageType',
  'centre',
  'agency',
  'upstream',
  'state',
  'outcome',
  'file',
  'field',
  'signal',
  'open',
] as const;

/** Numeric fields of a log line. */
export const LOG_NUMBERS = [
  'durationMs',
  'partition',
  'count',
  'total',
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
 * A closed list of fields. Other fields are dropped, so that no line carries personal data by mistake. `event` is a
 * constant in kebab case; only class, code and location of an error are logged.
 */
export type LogFields = { error?: unknown } & {
  [Field in (typeof LOG_TEXTS)[number]]?: string | undefined;
} & {
  [Field in (typeof LOG_NUMBERS)[number]]?: number | undefined;
};

/** The log of a library: fields of the closed list, no free text. */
export interface Log {
  debug(fields: LogFields): void;
  info(fields: LogFields): void;
  warn(fields: LogFields): void;
  error(fields: LogFields): void;
  /** Returns a log that adds `fields` to each line. */
  child(fields: LogFields): Log;
}
