import { existsSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { findRunningProcess } from '@cups/local';
import { describeLostActs, readLostActs } from '../backup/acts.ts';
import { applyMandateEnds, describeMandates, findMandates } from '../backup/mandates.ts';
import { describeAbsences, findAbsences, requestTopicsOf } from '../backup/absences.ts';
import { describeMissingLog } from '../backup/empty-stores.ts';
import { readAheadApplications, checkConsistency } from '../backup/check.ts';
import { findRequestedSubmissions } from '../backup/compare.ts';
import type { AheadApplication } from '../backup/compare.ts';
import { deleteMarkedKeys, readErasures, repeatErasures } from '../backup/erasures.ts';
import { databasesOf, isEmpty, load, openStores, STORED_SERVICES } from '../backup/documents.ts';
import type { StoredService, Stores } from '../backup/documents.ts';
import { copyKeys, readManifest } from '../backup/folder.ts';
import { copyObjects, findUnreadable, objectFolder, OBJECTS_ELSEWHERE, replayErasures } from '../backup/objects.ts';
import type { Manifest } from '../backup/folder.ts';
import { rollForwardApplications, rollForwardDeliveries } from '../backup/roll-forward.ts';
import { repair } from '../backup/repair.ts';
import type { RepairPlan } from '../backup/repair.ts';
import { hasExternalParts, withConnections } from '../backup/connections.ts';
import type { BackupConnections } from '../backup/connections.ts';
import { assertAtRest, isSameCluster, readEvents, readGroupPositions, rewind } from '../backup/positions.ts';
import { copyLog } from '../backup/journal-log.ts';
import { rollForwardJournal } from '../backup/journal-sequences.ts';
import {
  applyStandingActs,
  describeUnappliable,
  describeUnapplied,
  findStandingActs,
} from '../backup/standing-acts.ts';
import { createProgress } from '../program.ts';
import { claimDataVersion, DATA_VERSION } from '../../platform/data-version.ts';
import { journalFolder } from '../../platform/journal-folder.ts';
import { migrateStores } from '../../platform/migrate-stores.ts';

export interface RestoreOptions {
  data: string;
  only?: string[];
  /** Folder of the objects of documents. */
  documents?: string;
}

const root = join(import.meta.dirname, '../../..');
const progress = createProgress();

/** Loads a backup into an empty store and advances it to the state of Kafka. */
export async function restoreBackup(given: string, { data, only = [], documents }: RestoreOptions): Promise<void> {
  const dataDir = resolve(root, data);
  const folder = resolve(root, given);
  const manifest = readManifest(folder);
  const services = servicesOf(only);
  const isLocal = !hasExternalParts();
  if (isLocal) await assertNotRunning(dataDir);
  await withConnections(dataDir, progress, (given) => {
    const parts = Object.assign({}, given, { prefix: manifest.prefix });
    const objects = objectFolder(dataDir, documents);
    return withStores(parts, (stores) => restore(parts, stores, { folder, manifest, services, objects }));
  });
  if (isLocal && copyKeys(join(folder, 'keys'), join(dataDir, 'keys'))) progress('keys');
  if (isLocal) restoreLog(join(folder, 'journal'), journalFolder(dataDir));
  console.log('The services can start now.');
}

/**
 * Applies the ends of mandates, suspensions, revocations of devices and holds that the stores lack, and names the acts that
 * nothing repeats, before the numbers of documents hide both. @returns the number of lines about what is lost
 */
async function restoreActs(parts: BackupConnections, stores: Stores): Promise<number> {
  const { published, ...mandates } = await findMandates(parts, stores);
  const standing = await findStandingActs(parts, stores, new Date());
  const acts = [...describeLostActs(await readLostActs(parts, stores)), ...describeUnappliable(standing)];
  await applyMandateEnds(stores, mandates.unapplied, published.actors);
  await applyStandingActs(stores, standing);
  for (const line of [...describeMandates(mandates, true), ...describeUnapplied(standing, true)]) console.log(line);
  printActs(acts);
  return acts.length + mandates.missing.length;
}

function printActs(acts: readonly string[]): void {
  for (const line of acts) console.log(line);
  if (acts.length > 0) console.log(`${acts.length} documents lack acts that were acknowledged: do them again`);
}

async function advanceJournal(parts: BackupConnections, stores: Stores): Promise<void> {
  const count = await rollForwardJournal(parts, stores);
  if (count > 0) progress(`${count} documents continue after their last entry in the journal`);
}

/** A log that exists is newer than its backup, and stays. */
function restoreLog(from: string, to: string): void {
  const draft = `${to}.draft`;
  rmSync(draft, { recursive: true, force: true });
  if (existsSync(to)) progress('the log of the journal exists and stays');
  else if (copyLog(from, draft)) {
    renameSync(draft, to);
    progress('log of the journal; the journal refuses it if a newer one was published');
  }
}

/** Compares the stores with Kafka. @returns exit code 1 when something is missing */
export async function checkStores({ data }: RestoreOptions): Promise<number> {
  return withConnections(resolve(root, data), progress, (parts) =>
    withStores(parts, async (stores) => {
      const missingLog = await describeMissingLog(parts, resolve(root, data));
      for (const line of missingLog) console.log(line);
      const code = await printFindings(parts, stores);
      return missingLog.length > 0 ? 1 : code;
    }),
  );
}

/** @returns exit code 1 when anything is named as lost, blocked, empty or in no topic */
export async function repairStores({ data }: RestoreOptions): Promise<number> {
  const dataDir = resolve(root, data);
  if (!hasExternalParts()) await assertNotRunning(dataDir);
  const code = await withConnections(dataDir, progress, (parts) =>
    withStores(parts, async (stores) => {
      await assertAtRest(parts, STORED_SERVICES);
      const missingLog = await describeMissingLog(parts, dataDir);
      for (const line of missingLog) console.log(line);
      // Before the numbers of applications go on.
      const ahead = await readAheadApplications(parts, stores);
      const actCount = await restoreActs(parts, stores);
      const aheadCount = ahead.length > 0 ? printAhead(ahead) : 0;
      const isComplete = await repairAndPrint(parts, stores, missingLog.length + actCount + aheadCount);
      await advanceJournal(parts, stores);
      return isComplete ? 0 : 1;
    }),
  );
  console.log('The services can start now.');
  return code;
}

function servicesOf(only: readonly string[]): readonly StoredService[] {
  const unknown = only.filter((name) => !STORED_SERVICES.some((service) => service === name));
  if (unknown.length > 0) {
    throw new Error(`No service named ${unknown.join(', ')} has a store: ${STORED_SERVICES.join(', ')}.`);
  }
  return only.length === 0 ? STORED_SERVICES : STORED_SERVICES.filter((service) => only.includes(service));
}

async function assertNotRunning(dataDir: string): Promise<void> {
  const pid = await findRunningProcess(dataDir);
  if (pid !== undefined) throw new Error(`The platform runs (process ${pid}): stop it first. Nothing was changed.`);
  if (claimDataVersion(dataDir, root) === 'older') {
    throw new Error('The data is from an earlier release: run `npm run cups -- migrate` first. Nothing was changed.');
  }
}

async function withStores<T>(parts: BackupConnections, work: (stores: Stores) => Promise<T>): Promise<T> {
  const stores = await openStores(parts);
  try {
    return await work(stores);
  } finally {
    await stores.close();
  }
}

interface Backup {
  folder: string;
  manifest: Manifest;
  services: readonly StoredService[];
  /** Folder of the objects of documents, if they are in one. */
  objects: string | undefined;
}

async function restore(parts: BackupConnections, stores: Stores, backup: Backup): Promise<void> {
  const { folder, manifest, services } = backup;
  await assertAtRest(parts, STORED_SERVICES);
  for (const sentence of manifest.excluded ?? []) progress(`not in the backup: ${sentence}`);
  for (const service of databasesOf(services)) {
    if (await isEmpty(stores, service)) continue;
    throw new Error(`The store of ${service} is not empty and is not overwritten. Nothing was changed.`);
  }
  for (const service of databasesOf(services)) {
    const count = await load(stores, service, folder, Object.keys(manifest.documents[service] ?? {}));
    progress(`${service}: ${count} documents`);
  }
  if (manifest.shape < DATA_VERSION) await migrateStores(parts, {}, progress);
  await restoreErasures(parts, stores, services);
  let named = services.includes('documents') ? await restoreDocuments(parts, stores, backup) : 0;
  if (!(await isSameCluster(parts, manifest.kafka))) {
    console.log('This Kafka does not know what was erased after the backup: erase what your own list names.');
  }
  named += await restoreActs(parts, stores);
  await advanceJournal(parts, stores);
  const { ends } = manifest.kafka;
  if (!(await rewind(parts, manifest.kafka, services))) {
    console.log(
      'This is another Kafka cluster than that of the backup: consumers start at its beginning and cannot catch up.',
    );
    await repairAndPrint(parts, stores, named);
    return;
  }
  progress('consumers are at the positions of the backup');
  if (services.includes('agency-bridge')) {
    const topics = requestTopicsOf(await readGroupPositions(parts));
    const count = await rollForwardDeliveries(stores, findRequestedSubmissions(await readEvents(parts, topics, ends)));
    progress(`${count} deliveries that agencies have received since`);
  }
  if (services.includes('intake')) {
    named += printAhead(await rollForwardApplications(stores, await readAheadApplications(parts, stores, ends)));
  }
  await repairAndPrint(parts, stores, named);
}

/**
 * Repairs, and ends with a verdict.
 * @param named number of lines that have named something as lost before
 * @returns whether nothing is lost, blocked or absent
 */
async function repairAndPrint(parts: BackupConnections, stores: Stores, named: number): Promise<boolean> {
  const plan = await repair(parts, stores);
  const absent = describeAbsences(await findAbsences(parts, stores, Date.now()));
  printRepairPlan(plan, absent);
  const count = named + absent.length + plan.lost.length + plan.blocked.length;
  if (count === 0) console.log('Complete: every uncounted event is still to come');
  else console.log(`Not complete: ${count} lines above name what is lost, blocked or absent`);
  return count === 0;
}

/** Erases again what was erased after the backup, apart from documents. */
async function restoreErasures(
  parts: BackupConnections,
  stores: Stores,
  services: readonly StoredService[],
): Promise<void> {
  const marked = await deleteMarkedKeys(stores, databasesOf(services));
  if (marked > 0) progress(`${marked} data keys were destroyed during the backup`);
  const { applications, threads, mandates, requests } = await repeatErasures(
    stores,
    services,
    await readErasures(parts),
  );
  progress(`${applications} applications, ${threads} threads of notices and ${mandates} mandates erased again`);
  if (requests > 0) progress(`${requests} erasures requested again`);
}

/**
 * Restores the objects, and erases again what was erased after the backup: the erasures are on the topic of documents, which
 * keeps them longer than backups of keys may live.
 * @returns the number of documents that are lost
 */
async function restoreDocuments(
  parts: BackupConnections,
  stores: Stores,
  { folder, objects }: Backup,
): Promise<number> {
  if (objects === undefined) progress(OBJECTS_ELSEWHERE);
  else if (copyObjects(join(folder, 'objects'), objects)) progress('objects of documents');
  const events = await readEvents(parts, [`${parts.prefix}cups.documents`]);
  progress(`${await replayErasures(stores, objects, events)} documents erased again`);
  const { unreadable, orphans } = await findUnreadable(stores, objects);
  for (const { document, application, reason } of unreadable) {
    console.log(`unreadable  documents/${document}  ${application}  ${reason}`);
  }
  if (orphans.length > 0)
    console.log(`${orphans.length} documents have objects and no record: the service removes them`);
  if (unreadable.length > 0)
    console.log(`${unreadable.length} documents are lost: ask their centres to upload them again`);
  return unreadable.length;
}

/** Prints names, codes and numbers only. */
function printRepairPlan({ back, lost, behind, blocked, outboxes }: RepairPlan, absent: readonly string[]): void {
  for (const line of absent) console.log(line);
  for (const { consumer, subject, sequences } of lost) {
    console.log(`lost  ${subject}  ${consumer}  events ${sequences.join(', ')} are in no store and no topic`);
  }
  for (const { service, document, cause } of blocked) console.log(`blocked  ${document}  ${service}  ${cause}`);
  for (const { group, topic, partition, offset } of back) {
    console.log(`again  ${group}  ${topic}/${partition} from ${offset}`);
  }
  if (behind.length > 0) console.log(`${behind.length} documents continue after the counted sequence`);
  for (const [service, count] of Object.entries(outboxes)) {
    if (count > 0) console.log(`${service}: ${count} documents have events to publish when it starts`);
  }
  if (blocked.length > 0) console.log('Unblock outboxes with `npm run cups -- outbox unblock`');
  const waits = 'later events are blocked: lost events cannot be reconstructed, ask the centres';
  if (lost.length > 0) console.log(`${lost.length} subjects have lost events; ${waits}`);
}

async function printFindings(parts: BackupConnections, stores: Stores): Promise<number> {
  const { ahead, uncounted, disagreeing, lag, parked } = await checkConsistency(parts, stores);
  const absent = describeAbsences(await findAbsences(parts, stores, Date.now()));
  for (const line of absent) console.log(line);
  const standing = await findStandingActs(parts, stores, new Date());
  const unapplied = [
    ...describeMandates(await findMandates(parts, stores), false),
    ...describeUnapplied(standing, false),
  ];
  for (const line of unapplied) console.log(line);
  const acts = [...describeLostActs(await readLostActs(parts, stores)), ...describeUnappliable(standing)];
  printActs(acts);
  for (const [service, count] of Object.entries(lag))
    if (count > 0) console.log(`${service}: ${count} messages to read`);
  for (const { document, consumer, counted, of } of uncounted) {
    console.log(`uncounted  ${document}  ${consumer} has counted ${counted} of ${of} events`);
  }
  for (const { document, application, reference, record } of disagreeing) {
    console.log(
      `disagrees  documents/${document}  applications/${application}  intake ${reference}, documents ${record}`,
    );
  }
  for (const [service, count] of Object.entries(parked)) {
    if (count > 0) console.log(`parked  ${service}  ${count} events: npm run cups -- parked list`);
  }
  printAhead(ahead);
  const isAside = Object.values(parked).some((count) => count > 0);
  const isLost = absent.length + unapplied.length + acts.length > 0;
  return isAside || isLost || ahead.length + uncounted.length + disagreeing.length > 0 ? 1 : 0;
}

/** Prints names and codes only. @returns the number of applications that somebody must open or continue again */
function printAhead(ahead: readonly AheadApplication[]): number {
  const line = (one: AheadApplication) =>
    `${one.kind}  ${one.application}  ${one.centre}  ${one.agency}  ${one.publicService}  ${one.acts.join(', ')}  ${one.time.toISOString()}`;
  const missing = ahead.filter(({ kind }) => kind === 'missing');
  const again = ahead.filter(({ kind, acts }) => kind === 'behind' && acts.length > 0);
  const catchingUp = ahead.length - missing.length - again.length;
  for (const one of [...missing, ...again]) console.log(line(one));
  console.log(
    `${missing.length} applications that were accepted after the backup are missing: open them again at their centre`,
  );
  console.log(`${again.length} applications have the state of the backup: repeat the listed actions`);
  console.log(`${catchingUp} applications catch up automatically`);
  return missing.length + again.length;
}
