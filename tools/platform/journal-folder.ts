import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The log of a local platform, and its name where it is not the default one. */

/** Returns the folder of the log. */
export const journalFolder = (dataDir: string): string => join(dataDir, 'journal');

/** Holds the name of a log that replaced another one (`cups journal accept-restore`). */
const originFile = (dataDir: string): string => join(dataDir, 'journal-origin');

/** Returns the settings of the journal for a data folder. */
export function journalSettings(dataDir: string): Record<string, string> {
  const origin = readOrigin(dataDir);
  return { JOURNAL_DIR: journalFolder(dataDir), ...(origin === undefined ? {} : { JOURNAL_ORIGIN: origin }) };
}

/** Returns the name of the log if it is not the default one. */
function readOrigin(dataDir: string): string | undefined {
  const file = originFile(dataDir);
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}

/** Returns the name of the log. */
export const originOf = (dataDir: string): string => readOrigin(dataDir) ?? 'cups.md/journal';

/** Names the log that the next start begins or continues. */
export const writeOrigin = (dataDir: string, origin: string): void =>
  writeFileSync(originFile(dataDir), `${origin}\n`, { mode: 0o600 });
