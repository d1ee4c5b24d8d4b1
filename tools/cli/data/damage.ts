import { resolve } from 'node:path';
import { withConnections } from '../backup/connections.ts';
import { openStores } from '../backup/documents.ts';
import type { Stores } from '../backup/documents.ts';
import { idOf } from '../backup/names.ts';
import { createProgress, printResult } from '../program.ts';

/**
 * Finds what faults of earlier releases left in applications. Reads codes and names of the stores only, never content, and
 * changes nothing: a supervisor decides about each one.
 */

export interface DamageOptions {
  data: string;
  json: boolean;
}

/** An application that has acts of another centre than its own. */
interface StrayedApplication {
  application: string;
  state: string;
  /** Code of the application's centre. */
  centre: string;
  /** Codes of the centres at which the acts were done. */
  actCentres: string[];
  acts: number;
  /** Of the last one. */
  time: Date;
}

/** A scan that a desk deleted although a submission had frozen it. */
interface DeletedScan {
  document: string;
  application: string;
  /** Code of the application's centre. */
  centre: string;
  /** A code of the catalog. */
  kind: string;
  deleteTime: Date;
}

/** An act that a desk did without a line. */
interface DeskAct {
  application: string;
  /** Of the grant. */
  centre: string;
  deskTime: Date;
}

interface DamagedApplication {
  _id: string;
  state: string;
  centre: string;
  collectionCentre?: string;
  submitTime?: Date;
  erasure?: { startTime?: Date };
  documents?: { name: string; kind: string }[];
  detachedDocuments?: string[];
}

/** Codes of the centres that continue the applications of closed ones, by code. */
type CentreTransfers = ReadonlyMap<string, string>;

/** A deletion at the same time as the submission counts: its time is that of its beginning. */
const RACE_MS = 60_000;

/** Pure. */
function findStrayed(
  acts: readonly DeskAct[],
  applications: readonly DamagedApplication[],
  transfers: CentreTransfers,
): StrayedApplication[] {
  const byApplication = Map.groupBy(acts, ({ application }) => application);
  return applications.flatMap((app) => {
    const { _id: application, state, centre, collectionCentre = '' } = app;
    const allowed = [...findHeirs(idOf(centre), transfers), ...findHeirs(idOf(collectionCentre), transfers)];
    const others = (byApplication.get(application) ?? []).filter((act) => !allowed.includes(idOf(act.centre)));
    if (others.length === 0) return [];
    const actCentres = [...new Set(others.map((act) => idOf(act.centre)))].sort();
    const time = new Date(Math.max(...others.map(({ deskTime }) => deskTime.getTime())));
    return [{ application, state, centre: idOf(centre), actCentres, acts: others.length, time }];
  });
}

/** Returns a centre and those that continue its applications. */
function findHeirs(code: string, transfers: CentreTransfers): Set<string> {
  const heirs = new Set<string>();
  for (let at: string | undefined = code; at && !heirs.has(at); at = transfers.get(at)) heirs.add(at);
  return heirs;
}

/**
 * Returns the scans that a desk deleted at or after the submission, without those that intake had detached before: no
 * submission has these. Pure.
 * @param deleted time of the deletion by a desk, by document ID
 */
function findDeletedScans(
  applications: readonly DamagedApplication[],
  deleted: ReadonlyMap<string, Date>,
): DeletedScan[] {
  return applications.flatMap(({ _id: application, centre, submitTime, erasure, documents, detachedDocuments }) => {
    if (!submitTime || erasure?.startTime) return [];
    return (documents ?? []).flatMap(({ name, kind }) => {
      const deleteTime = deleted.get(idOf(name));
      const isFrozen = deleteTime && deleteTime.getTime() > submitTime.getTime() - RACE_MS;
      if (!isFrozen || detachedDocuments?.includes(name)) return [];
      return [{ document: idOf(name), application, centre: idOf(centre), kind, deleteTime }];
    });
  });
}

/** Reads both kinds of damage. Reads only. */
async function readDamage(stores: Stores): Promise<{ strayed: StrayedApplication[]; scans: DeletedScan[] }> {
  const intake = stores.database('intake');
  const acts = await intake
    .collection<DeskAct>('deskActs')
    .find({}, { projection: { application: 1, centre: 1, deskTime: 1 } })
    .toArray();
  const records = await stores
    .database('documents')
    .collection<{ _id: string; deleteTime: Date }>('documents')
    .find({ purpose: 'evidence', deleteTime: { $exists: true } }, { projection: { deleteTime: 1 } })
    .toArray();
  const centres = await stores
    .database('identity')
    .collection<{ _id: string; transferTo: string }>('centres')
    .find({ transferTo: { $exists: true }, status: 'closed' }, { projection: { transferTo: 1 } })
    .toArray();
  const names = ['state', 'centre', 'collectionCentre', 'submitTime', 'erasure.startTime', 'detachedDocuments'];
  const fields = [...names, 'documents.name', 'documents.kind'];
  const applications = await intake
    .collection<DamagedApplication>('applications')
    .find({}, { projection: Object.fromEntries(fields.map((field) => [field, 1])) })
    .toArray();
  const transfers = new Map(centres.map(({ _id, transferTo }) => [_id, idOf(transferTo)]));
  return {
    strayed: findStrayed(acts, applications, transfers),
    scans: findDeletedScans(applications, new Map(records.map(({ _id, deleteTime }) => [_id, deleteTime]))),
  };
}

/** Returns one line for each finding, of names and codes only. */
const describeDamage = ({ strayed, scans }: Awaited<ReturnType<typeof readDamage>>): string[] => [
  ...strayed.map(
    ({ application, state, centre, actCentres, acts, time }) =>
      `strayed  applications/${application}  ${state}  at ${centre}, ${acts} acts at ${actCentres.join(', ')}, last ${time.toISOString()}: ` +
      'a supervisor decides with both centres which one continues it',
  ),
  ...scans.map(
    ({ document, application, centre, kind, deleteTime }) =>
      `deleted  documents/${document}  applications/${application}  ${centre}  ${kind}  ${deleteTime.toISOString()}: ` +
      'its key is destroyed; the desk asks the person for the document again',
  ),
];

/** Prints what the faults left. */
export async function printDamage({ data, json }: DamageOptions): Promise<void> {
  const progress = createProgress((line) => json || console.log(line));
  await withConnections(resolve(import.meta.dirname, '../../..', data), progress, async (parts) => {
    const stores = await openStores(parts);
    try {
      const found = await readDamage(stores);
      const lines = describeDamage(found);
      printResult(json, found, lines.length > 0 ? lines.join('\n') : 'No application is damaged.');
    } finally {
      await stores.close();
    }
  });
}
