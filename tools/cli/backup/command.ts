import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { dump, openStores, STORED_SERVICES } from './documents.ts';
import { copyKeys, makeFolder, writeManifest } from './folder.ts';
import type { Manifest } from './folder.ts';
import { hasExternalParts, withConnections } from './connections.ts';
import { readPositions } from './positions.ts';
import { DATA_VERSION } from '../../platform/data-version.ts';

/** `npm run backup`: saves documents, keys and consumer positions while the platform runs. */

const HELP = `npm run backup -- <folder> [options]

Writes a backup of the local platform to a folder, which must be empty or absent: the documents of every service, the
keys, and the positions of Kafka consumers. All services can keep running. The folder holds personal data and private
keys, and only its owner can read it. \`npm run restore -- <folder>\` restores it.

The backup holds no Kafka messages: a restored store catches up from Kafka (docs/how-to/back-up-and-restore.md).

  --data <folder>  data of the local platform (default .cups/data)
  --keys <folder>  keys to copy (default: those of the local platform)
  --help           prints this text

MONGODB_URI (or MONGODB_URI_FILE), KAFKA_BROKERS and CUPS_PREFIX select another store and Kafka.
`;
const root = join(import.meta.dirname, '../../..');
const began = performance.now();
const progress = (line: string) => console.log(`  ${((performance.now() - began) / 1000).toFixed(1)} s  ${line}`);

try {
  await main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      data: { type: 'string', default: '.cups/data' },
      keys: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(HELP);
  const [given, ...more] = positionals;
  if (!given || more.length > 0) throw new Error('Name one folder: npm run backup -- <folder>.');
  const folder = resolve(root, given);
  const dataDir = resolve(root, values.data);
  makeFolder(folder);
  await withConnections(dataDir, progress, async (parts) => {
    // Positions come first: what a store holds beyond them is a duplicate, never a gap.
    const start = new Date().toISOString();
    const kafka = await readPositions(parts, STORED_SERVICES);
    const documents: Manifest['documents'] = {};
    const stores = await openStores(parts);
    try {
      for (const service of STORED_SERVICES) {
        documents[service] = await dump(stores, service, folder);
        const count = Object.values(documents[service]).reduce((sum, one) => sum + one.count, 0);
        progress(`${service}: ${count} documents`);
      }
    } finally {
      await stores.close();
    }
    const keys = values.keys ?? (hasExternalParts() ? undefined : join(dataDir, 'keys'));
    if (keys && copyKeys(resolve(root, keys), join(folder, 'keys'))) progress('keys');
    const ended = new Date().toISOString();
    writeManifest(folder, { shape: DATA_VERSION, began: start, ended, prefix: parts.prefix, kafka, documents });
  });
  console.log(`The backup is in ${relative(process.cwd(), folder) || '.'}.`);
}
