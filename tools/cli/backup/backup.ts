import { join, relative, resolve } from 'node:path';
import { DATABASES, dump, openStores, STORED_SERVICES } from './documents.ts';
import { copyKeys, makeFolder, writeManifest } from './folder.ts';
import type { Manifest } from './folder.ts';
import { hasExternalParts, withConnections } from './connections.ts';
import { readPositions } from './positions.ts';
import { copyObjects, EXCLUDED_OBJECTS, objectFolder, OBJECTS_ELSEWHERE } from './objects.ts';
import { copyLog, EXCLUDED_LOG } from './journal-log.ts';
import { createProgress } from '../program.ts';
import { DATA_VERSION } from '../../platform/data-version.ts';
import { journalFolder } from '../../platform/journal-folder.ts';

export interface BackupOptions {
  data: string;
  keys?: string;
  /** Folder of the objects of documents. */
  documents?: string;
}

const root = join(import.meta.dirname, '../../..');

/** Saves documents, keys and consumer positions while the platform runs. */
export async function backup(given: string, options: BackupOptions): Promise<void> {
  const progress = createProgress();
  const folder = resolve(root, given);
  const dataDir = resolve(root, options.data);
  makeFolder(folder);
  await withConnections(dataDir, progress, async (parts) => {
    // Positions come first: what a store holds beyond them is a duplicate, never a gap.
    const start = new Date().toISOString();
    const kafka = await readPositions(parts, STORED_SERVICES);
    const documents: Manifest['documents'] = {};
    const stores = await openStores(parts);
    try {
      for (const service of DATABASES) {
        documents[service] = await dump(stores, service, folder);
        const count = Object.values(documents[service]).reduce((sum, one) => sum + one.count, 0);
        progress(`${service}: ${count} documents`);
      }
    } finally {
      await stores.close();
    }
    const keys = options.keys ?? (hasExternalParts() ? undefined : join(dataDir, 'keys'));
    if (keys && copyKeys(resolve(root, keys), join(folder, 'keys'))) progress('keys');
    // After the records: what they name exists, or was erased meanwhile.
    const objects = objectFolder(dataDir, options.documents);
    if (objects === undefined) progress(OBJECTS_ELSEWHERE);
    else if (copyObjects(objects, join(folder, 'objects'))) progress('objects of documents');
    if (hasExternalParts()) progress('log of the journal: not included');
    else if (copyLog(journalFolder(dataDir), join(folder, 'journal'))) progress('log of the journal');
    const ended = new Date().toISOString();
    const excluded = [
      ...(objects === undefined ? [EXCLUDED_OBJECTS] : []),
      ...(hasExternalParts() ? [EXCLUDED_LOG] : []),
      ...(keys === undefined
        ? ['The keys, such as documents.jwks and intake.jwks: without them nothing that they protect can be read.']
        : []),
    ];
    const { prefix } = parts;
    writeManifest(folder, { shape: DATA_VERSION, began: start, ended, prefix, kafka, documents, excluded });
  });
  console.log(`The backup is in ${relative(process.cwd(), folder) || '.'}.`);
}
