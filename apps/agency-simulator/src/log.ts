/** One line of the log: fields from a closed list, never content. */
export type Log = (level: 'info' | 'warn' | 'error', event: string, fields?: LogFields) => void;
export type LogFields = { reason?: string; topics?: string[]; agencies?: string[]; httpPort?: number };

/** Writes JSON lines to standard output; quiet: warnings and errors only. */
export const createLog =
  (quiet: boolean): Log =>
  (level, event, fields) => {
    if (quiet && level === 'info') return;
    const line = { time: new Date().toISOString(), level, service: 'agency-simulator', event, ...fields };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  };
