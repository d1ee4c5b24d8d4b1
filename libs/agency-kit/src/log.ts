/** Takes one line of a log: fields from a closed list, never content. */
export type Log = (level: 'info' | 'warn' | 'error', event: string, fields?: LogFields) => void;
export type LogFields = { reason?: string; topics?: string[]; agencies?: string[]; httpPort?: number };
