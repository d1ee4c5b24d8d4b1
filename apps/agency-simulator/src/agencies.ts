import { readdirSync } from 'node:fs';
import type { Log } from 'cups-agency/log';

/** How often the folder is looked at. */
const POLL_INTERVAL_MS = 1_000;

/** Codes of the agencies that a folder holds: one YAML file for each, named after the code. */
function listAgencyCodes(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => /^([a-z][a-z0-9-]*)\.yaml$/.exec(name)?.[1] ?? []);
}

/**
 * Calls `add` for each agency of a folder, once: those that are there now and those that come. A file that vanished takes no agency
 * away.
 * @returns ends the watching
 */
export function watchAgencies(folder: string, add: (code: string) => void, log: Log): () => void {
  const known = new Set<string>();
  let readable = true;
  const poll = (): void => {
    try {
      const added = listAgencyCodes(folder).filter((code) => !known.has(code));
      for (const code of added) {
        known.add(code);
        add(code);
      }
      readable = true;
    } catch {
      // A mounted folder is away for a moment while it is exchanged.
      if (readable) log('warn', 'the folder of agencies cannot be read');
      readable = false;
    }
  };
  poll();
  const timer = setInterval(poll, POLL_INTERVAL_MS);
  return () => clearInterval(timer);
}
