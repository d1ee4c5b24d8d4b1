import { existsSync, renameSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { findRunningProcess } from '@cups/local';
import { hasExternalParts, withConnections } from '../backup/connections.ts';
import { openStores } from '../backup/documents.ts';
import { deleteGroup } from '../backup/positions.ts';
import { createProgress } from '../program.ts';
import { journalFolder, originOf, writeOrigin } from '../../platform/journal-folder.ts';

/** The way out when the journal refuses a log that was rolled back and no newer copy of it exists. */

const root = join(import.meta.dirname, '../../..');

export interface AcceptRestoreOptions {
  /** Data folder of the local platform, relative to the root of the checkout. */
  data: string;
  /** Name of the new log. */
  origin: string;
}

/**
 * Begins a new log under another name. The refused folder stays beside it as evidence. The journal reads the entries of
 * the last 40 days again, and builds its index from the new log. An interrupted run can be repeated.
 * @throws Error, one sentence, before any change
 */
export async function acceptRestore({ data, origin }: AcceptRestoreOptions): Promise<void> {
  const dataDir = resolve(root, data);
  const progress = createProgress();
  if (!/^[^\s+]{1,100}$/.test(origin))
    throw new Error('The name has 1 to 100 characters without spaces and plus signs.');
  if (origin === originOf(dataDir))
    throw new Error('The refused log has this name: choose another, such as cups.md/journal-2.');
  const isLocal = !hasExternalParts();
  const pid = isLocal ? await findRunningProcess(dataDir) : undefined;
  if (pid !== undefined) throw new Error(`The platform runs (process ${pid}): stop it first. Nothing was changed.`);
  if (isLocal) setAside(dataDir, progress);
  await withConnections(dataDir, progress, async (parts) => {
    const stores = await openStores(parts);
    try {
      await stores.database('journal').dropDatabase();
      progress('the database of the journal is empty');
    } finally {
      await stores.close();
    }
    await deleteGroup(parts, `${parts.prefix}journal`);
    progress('the journal reads the entries of the last 40 days again');
  });
  if (isLocal) writeOrigin(dataDir, origin);
  else progress(`keep the claim of the refused log, give journal an empty one, and set JOURNAL_ORIGIN to ${origin}`);
  console.log(`The next start begins the log ${origin}. Tell all readers of checkpoints why the former one ended.`);
}

function setAside(dataDir: string, progress: (line: string) => void): void {
  const folder = journalFolder(dataDir);
  if (!existsSync(folder)) return;
  const aside = `${folder}-refused-${new Date().toISOString().replaceAll(/[:.]/g, '')}`;
  renameSync(folder, aside);
  progress(`the refused log is in ${aside}`);
}
