import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from 'cups-agency/log';

/** Interval between two reads of the folder. */
const POLL_INTERVAL_MS = 1_000;

/** How the system of an agency reads and answers. Agencies with a page have no system to simulate. */
export type SystemChannel = 'kafka' | 'pull';

/** Matches the channel in the file of an agency. The line is at the top level, so that it needs no YAML parser. */
const CHANNEL = /^channel: *['"]?([a-z]+)/m;

interface FoundAgency {
  code: string;
  channel: SystemChannel;
}

/**
 * Returns the agencies with a system in a folder, which has a YAML file per agency, named after the code.
 * @param known codes whose files are not read again
 */
function listAgencies(folder: string, known: ReadonlySet<string>): FoundAgency[] {
  const codes = readdirSync(folder).flatMap((name) => /^([a-z][a-z0-9-]*)\.yaml$/.exec(name)?.[1] ?? []);
  return codes
    .filter((code) => !known.has(code))
    .flatMap((code) => {
      const channel = CHANNEL.exec(readFileSync(join(folder, `${code}.yaml`), 'utf8'))?.[1] ?? 'kafka';
      return channel === 'kafka' || channel === 'pull' ? [{ code, channel }] : [];
    });
}

/**
 * Calls `add` once for each agency of a folder that has a system, including those added later. Deleted files and a changed
 * channel have no effect.
 * @returns a function that stops watching
 */
export function watchAgencies(
  folder: string,
  add: (code: string, channel: SystemChannel) => void,
  log: Log,
): () => void {
  const added = new Set<string>();
  let isReadable = true;
  const poll = (): void => {
    try {
      for (const { code, channel } of listAgencies(folder, added)) {
        added.add(code);
        add(code, channel);
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
