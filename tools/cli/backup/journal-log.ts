import { copyFileSync, cpSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** The log of the journal in a backup: a copy of its folder, without its index, which the journal builds from it. */

const CHECKPOINT = 'checkpoint';
const INDEX = 'index';

/** What a backup lacks whose log is elsewhere, for its manifest. */
export const EXCLUDED_LOG =
  'The log of the journal, which is on a volume of its own. Back up that volume, and never restore an older copy while a newer one exists.';

/**
 * Copies the log while the journal appends to it. Its files only grow, so everything that the checkpoint covers exists when
 * the checkpoint is copied first; what comes after it is dropped at the next start, and read again from Kafka.
 * @returns whether there was a log
 */
export function copyLog(from: string, to: string): boolean {
  if (!existsSync(join(from, CHECKPOINT))) return false;
  mkdirSync(to, { recursive: true, mode: 0o700 });
  copyFileSync(join(from, CHECKPOINT), join(to, CHECKPOINT));
  const apart = [CHECKPOINT, INDEX].map((name) => join(from, name));
  cpSync(from, to, { recursive: true, preserveTimestamps: true, filter: (file) => !apart.includes(file) });
  return true;
}
