import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from 'cups-agency/log';

/** Interval between two reads of the folder. */
const POLL_INTERVAL_MS = 1_000;

/** Matches the file of an agency without topics. The line is at the top level, so that it needs no YAML parser. */
const OTHER_CHANNEL = /^channel: *(?!['"]?kafka\b)\S/m;

/**
 * Returns the codes of the agencies with topics in a folder, which has a YAML file per agency, named after the code.
 * @param known codes whose files are not read again
 */
function listAgencyCodes(folder: string, known: ReadonlySet<string>): string[] {
  const codes = readdirSync(folder).flatMap((name) => /^([a-z][a-z0-9-]*)\.yaml$/.exec(name)?.[1] ?? []);
  const others = codes.filter((code) => !known.has(code));
  return others.filter((code) => !OTHER_CHANNEL.test(readFileSync(join(folder, `${code}.yaml`), 'utf8')));
}

/**
 * Calls `add` once for each agency of a folder that uses Kafka, including those added later. Deleted files have no
 * effect.
 * @returns a function that stops watching
 */
export function watchAgencies(folder: string, add: (code: string) => void, log: Log): () => void {
  const added = new Set<string>();
  let isReadable = true;
  const poll = (): void => {
    try {
      for (const code of listAgencyCodes(folder, added)) {
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
