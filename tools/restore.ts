import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runsOn } from '@cups/local';
import { applicationsAhead, check } from './backup/check.ts';
import { requestedIn } from './backup/compare.ts';
import type { Ahead } from './backup/compare.ts';
import { isEmpty, load, openStores, STORED_SERVICES } from './backup/documents.ts';
import type { StoredService, Stores } from './backup/documents.ts';
import { copyKeys, readManifest } from './backup/folder.ts';
import type { Manifest } from './backup/folder.ts';
import { mendApplications, mendDeliveries } from './backup/mend.ts';
import { isGiven, withParts } from './backup/parts.ts';
import type { Parts } from './backup/parts.ts';
import { mustBeAtRest, readEvents, rewind } from './backup/positions.ts';
import { claimShape } from './shape.ts';

/** `npm run restore`: documents of a backup into an empty store, made fit for a Kafka that knows more. */

const HELP = `npm run restore -- <folder> [options]
npm run restore -- check [options]

Brings the documents of a backup back into stores that are empty, while no service runs. Consumers are set back to where
they stood, so that they catch up from Kafka; what agencies have got already is not sent again. Says by name what was
accepted after the backup and cannot be brought back: its persons must be asked again.

check compares the stores with Kafka at any time and changes nothing; it ends with code 1 when something is missing.

  --only <service>  only that store was lost: ${STORED_SERVICES.join(', ')} (may be repeated)
  --data <folder>   data of the local platform (default .cups/data)
  --help            this text

MONGODB_URI (or MONGODB_URI_FILE), KAFKA_BROKERS and CUPS_PREFIX name another store and Kafka.
`;
const root = join(import.meta.dirname, '..');
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
      only: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(HELP);
  const [what, ...more] = positionals;
  if (!what || more.length > 0) throw new Error('Say from where, one folder, or check: npm run restore -- <folder>.');
  const dataDir = resolve(root, values.data);
  if (what === 'check') {
    await withParts(dataDir, progress, (parts) => withStores(parts, (stores) => sayFindings(parts, stores)));
    return;
  }
  const folder = resolve(root, what);
  const manifest = readManifest(folder);
  const services = servicesOf(values.only);
  const isLocal = !isGiven();
  if (isLocal) await mustNotRun(dataDir);
  await withParts(dataDir, progress, (given) => {
    const parts = Object.assign({}, given, { prefix: manifest.prefix });
    return withStores(parts, (stores) => restore(parts, stores, { folder, manifest, services }));
  });
  if (isLocal && copyKeys(join(folder, 'keys'), join(dataDir, 'keys'))) progress('keys');
  console.log('The services may be started.');
}

function servicesOf(only: readonly string[]): readonly StoredService[] {
  const unknown = only.filter((name) => !STORED_SERVICES.some((service) => service === name));
  if (unknown.length > 0) {
    throw new Error(`No service named ${unknown.join(', ')} has a store: ${STORED_SERVICES.join(', ')}.`);
  }
  return only.length === 0 ? STORED_SERVICES : STORED_SERVICES.filter((service) => only.includes(service));
}

async function mustNotRun(dataDir: string): Promise<void> {
  const pid = await runsOn(dataDir);
  if (pid !== undefined) throw new Error(`The platform runs (process ${pid}): stop it first. Nothing was changed.`);
  claimShape(dataDir, root);
}

async function withStores(parts: Parts, work: (stores: Stores) => Promise<void>): Promise<void> {
  const stores = await openStores(parts);
  try {
    await work(stores);
  } finally {
    await stores.close();
  }
}

interface Backup {
  folder: string;
  manifest: Manifest;
  services: readonly StoredService[];
}

async function restore(parts: Parts, stores: Stores, { folder, manifest, services }: Backup): Promise<void> {
  await mustBeAtRest(parts, STORED_SERVICES);
  for (const service of services) {
    if (await isEmpty(stores, service)) continue;
    throw new Error(`The store of ${service} is not empty: what is there is not overwritten. Nothing was changed.`);
  }
  for (const service of services) {
    const count = await load(stores, service, folder, Object.keys(manifest.documents[service] ?? {}));
    progress(`${service}: ${count} documents`);
  }
  const { ends } = manifest.kafka;
  if (!(await rewind(parts, manifest.kafka, services))) {
    console.log(
      'Kafka is another one than at the backup: consumers begin with what it has, and nothing can be caught up.',
    );
    return;
  }
  progress('consumers stand where they stood at the backup');
  if (services.includes('agency-bridge')) {
    const topics = Object.keys(ends).filter((topic) => /(agency\..+|training)\.requests$/.test(topic));
    const count = await mendDeliveries(stores, requestedIn(await readEvents(parts, topics, ends)));
    progress(`${count} deliveries that agencies have got since`);
  }
  if (services.includes('intake')) {
    sayAhead(await mendApplications(stores, await applicationsAhead(parts, stores, ends)));
  }
}

async function sayFindings(parts: Parts, stores: Stores): Promise<void> {
  const { ahead, uncounted, lag } = await check(parts, stores);
  for (const [service, count] of Object.entries(lag))
    if (count > 0) console.log(`${service}: ${count} messages to read`);
  for (const { application, consumer, counted, of } of uncounted) {
    console.log(`uncounted  ${application}  ${consumer} has counted ${counted} of ${of} events`);
  }
  sayAhead(ahead);
  if (ahead.length + uncounted.length > 0) process.exitCode = 1;
}

/** Names and codes only. */
function sayAhead(ahead: readonly Ahead[]): void {
  const line = (one: Ahead) =>
    `${one.kind}  ${one.application}  ${one.centre}  ${one.agency}  ${one.publicService}  ${one.acts.join(', ')}  ${one.time.toISOString()}`;
  const missing = ahead.filter(({ kind }) => kind === 'missing');
  const again = ahead.filter(({ kind, acts }) => kind === 'behind' && acts.length > 0);
  const catchingUp = ahead.length - missing.length - again.length;
  for (const one of [...missing, ...again]) console.log(line(one));
  console.log(
    `${missing.length} applications that were accepted after the backup are missing: open them again at their centre`,
  );
  console.log(`${again.length} applications stand where they stood at the backup: do again what is named`);
  console.log(`${catchingUp} applications catch up by themselves`);
}
