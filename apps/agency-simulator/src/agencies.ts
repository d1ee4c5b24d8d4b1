import { readdirSync } from 'node:fs';
import type { Log } from 'cups-agency/log';

/** Interval between two reads of the folder. */
const POLL_INTERVAL_MS = 1_000;

/** Returns the agency codes in a folder, which has a YAML file per agency, named after the code. */
function listAgencyCodes(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => /^([a-z][a-z0-9-]*)\.yaml$/.exec(name)?.[1] ?? []);
}

/**
 * Calls `add` once for each agency of a folder, including those added later. Deleted files have no effect.
 * @returns a function that stops watching
 */
export function watchAgencies(folder: string, add: (code: string) => void, log: Log): () => void {
  const added = new Set<string>();
  let isReadable = true;
  const poll = (): void => {
    try {
      const newCodes = listAgencyCodes(folder).filter((code) => !added.has(code));
      for (const code of newCodes) {
        added.add(code);
        add(code);
      }
      isReadable = true;
    } catch {
      // A mounted folder is briefly missing while it is replaced.
      if (isReadable) log('warn', 'the folder of agencies cannot be read');
      isReadable = false;
    }
  };
  poll();
  const timer = setInterval(poll, POLL_INTERVAL_MS);
  return () => clearInterval(timer);
}
