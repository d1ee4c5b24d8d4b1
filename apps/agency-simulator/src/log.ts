import type { Log } from 'cups-agency/log';

/**
 * Creates a log that writes JSON lines to standard output.
 * @param quiet logs only warnings and errors
 */
export const createLog =
  (quiet: boolean): Log =>
  (level, event, fields) => {
    if (quiet && level === 'info') return;
    const line = { time: new Date().toISOString(), level, service: 'agency-simulator', event, ...fields };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  };
