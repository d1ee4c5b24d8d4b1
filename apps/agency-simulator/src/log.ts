import type { Log } from 'cups-agency/log';

/** Writes JSON lines to standard output; quiet: warnings and errors only. */
export const createLog =
  (quiet: boolean): Log =>
  (level, event, fields) => {
    if (quiet && level === 'info') return;
    const line = { time: new Date().toISOString(), level, service: 'agency-simulator', event, ...fields };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  };
