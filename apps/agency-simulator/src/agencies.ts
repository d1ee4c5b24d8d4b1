import { readdirSync } from 'node:fs';
import type { Log } from 'cups-agency/log';

/** How often the folder is looked at. */
const LOOK_MS = 1_000;

/** Codes of the agencies that a folder holds: one YAML file for each, named after the code. */
function codesIn(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => /^([a-z][a-z0-9-]*)\.yaml$/.exec(name)?.[1] ?? []);
}

/**
 * Calls `add` for each agency of a folder, once: those that are there now and those that come. A file that vanished takes no agency
 * away.
 * @returns ends the watching
 */
export function followAgencies(folder: string, add: (code: string) => void, log: Log): () => void {
  const known = new Set<string>();
  let readable = true;
  const look = (): void => {
    try {
      const fresh = codesIn(folder).filter((code) => !known.has(code));
      for (const code of fresh) {
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
  look();
  const timer = setInterval(look, LOOK_MS);
  return () => clearInterval(timer);
}
