/** What contradicts a log: its own files, what was published of it, or what was indexed. */
export type RefusalCode =
  | 'KEY_UNKNOWN'
  | 'KEY_REPLACED'
  | 'TILES_ALTERED'
  | 'RECORDS_ALTERED'
  | 'ROLLED_BACK'
  | 'FORKED'
  | 'INDEX_AHEAD'
  | 'PUBLISHED_KEY_UNKNOWN';

/** A log that this process must not continue: why, in one sentence that says what to do. */
export class LogRefused extends Error {
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Entries whose record is absent, or is not that of its leaf: they are neither served nor indexed. */
export class EntriesAltered extends Error {
  /** Positions, from 0. */
  readonly positions: readonly number[];

  constructor(positions: readonly number[]) {
    super(`Entries of the log were altered; the first is ${positions[0]}.`);
    this.positions = positions;
  }
}

export const EXIT =
  'restore the newest copy of JOURNAL_DIR, or begin a new log with another JOURNAL_ORIGIN, an empty JOURNAL_DIR and an empty database';
