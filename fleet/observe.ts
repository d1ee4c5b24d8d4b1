import mongoose from 'mongoose';
import type { Platform } from '@cups/tools/platform';
import type { FleetRecord, FoundAction, FoundApplication, FoundChains, FoundDocument } from './fleet-record.ts';
import { withPatience } from './line.ts';
import type { SimulatedLine } from './line.ts';

/** Reads what the platform has after a run: causes of the history in the store, all else at the desks. */

/** Where a platform keeps what it has. */
export type FleetStore = Pick<Platform, 'mongoUri' | 'prefix'>;

interface StoredApplication {
  _id: string;
  createRequest?: string;
  history: {
    kind: string;
    cause: string;
    recordTime: Date;
    deskTime?: { sequence: number; isBounded: boolean };
  }[];
}

interface Details {
  application: {
    state: string;
    trackingNumber: string;
    contact?: { phone?: string };
    notes?: { text: string }[];
    evidence?: { copy?: string }[];
  };
}

/**
 * Reads the applications that writes or receipts name, each at the desk that took it. Of what a full disk refused and the
 * platform answered, only the receipt is in the books.
 */
export async function readApplications(
  platform: FleetStore,
  { taken, receipts }: Pick<FleetRecord, 'taken' | 'receipts'>,
  lines: readonly SimulatedLine[],
): Promise<FoundApplication[]> {
  const stored = new Map((await readStored(platform)).map((one) => [one._id, one]));
  const deskOf = new Map([...taken, ...receipts].map(({ application, desk }) => [application, desk]));
  const found: FoundApplication[] = [];
  for (const [id, desk] of deskOf) {
    const document = stored.get(id);
    if (!document) continue;
    const path = `/api/v1/applications/${id}/details`;
    const { application } = await withPatience(() => lines[desk]!.request<Details>('get', path));
    found.push({
      id,
      state: application.state,
      trackingNumber: application.trackingNumber,
      createdBy: document.createRequest?.split('|').at(-1) ?? '',
      contact: (application.contact?.phone ?? '').replaceAll(' ', ''),
      history: document.history.map(toFoundAction),
      notes: (application.notes ?? []).map(({ text }) => text),
      copies: (application.evidence ?? []).flatMap(({ copy }) => copy ?? []),
    });
  }
  return found;
}

const toFoundAction = ({ kind, cause, recordTime, deskTime }: StoredApplication['history'][number]): FoundAction =>
  Object.assign(
    { kind, cause, recordTime: recordTime.getTime() },
    deskTime && { deskTime: { sequence: deskTime.sequence, isBounded: deskTime.isBounded } },
  );

const readStored = (platform: FleetStore): Promise<StoredApplication[]> =>
  withDatabase(platform, 'intake', async (database) => {
    const applications = database.collection<StoredApplication>('applications');
    return (await applications
      .find({}, { projection: { createRequest: 1, history: 1 } })
      .toArray()) as unknown as StoredApplication[];
  });

/** Reads the names of all mandates. */
export const readMandates = (platform: FleetStore): Promise<ReadonlySet<string>> =>
  withDatabase(platform, 'identity', async (database) => {
    const mandates = database.collection<{ _id: string }>('mandates');
    const found = await mandates.find({}, { projection: { _id: 1 } }).toArray();
    return new Set(found.map(({ _id }) => `mandates/${_id}`));
  });

/** Reads the scans of all applications. */
export const readDocuments = (platform: FleetStore): Promise<FoundDocument[]> =>
  withDatabase(platform, 'documents', async (database) => {
    const documents = database.collection<StoredDocument>('documents');
    const projection = { application: 1, uploadSha256: 1, state: 1 };
    const found = await documents.find({}, { projection }).toArray();
    return found.map(({ _id, application, uploadSha256: sha256, state }) => ({
      name: `documents/${_id}`,
      application: application.replace('applications/', ''),
      sha256,
      state,
    }));
  });

interface StoredDocument {
  _id: string;
  application: string;
  uploadSha256: string;
  state: string;
}

/**
 * Reads what intake found in the chains of acts. No fault of a run contradicts a chain.
 * @param ids of devices @default all
 */
export const readChains = (platform: FleetStore, ids?: readonly string[]): Promise<FoundChains> =>
  withDatabase(platform, 'intake', async (database) => {
    const chains = database.collection<{ device: string; breaks: { kind: string }[] }>('deskChains');
    const ofDevices = ids ? { device: { $in: ids.map((id) => `devices/${id}`) } } : {};
    const ofActs = ids ? { chain: { $regex: `^(${ids.join('|')})/` } } : {};
    const broken = await chains.find({ breakTime: { $exists: true }, ...ofDevices }).toArray();
    return {
      acts: await database.collection('deskActs').countDocuments(ofActs),
      breaks: broken.flatMap(({ device, breaks }) => breaks.map(({ kind }) => `${device}: ${kind}`)),
    };
  });

async function withDatabase<T>(
  { mongoUri, prefix }: FleetStore,
  service: 'intake' | 'identity' | 'documents',
  read: (database: mongoose.Connection) => Promise<T>,
): Promise<T> {
  const connection = await mongoose.createConnection(mongoUri, { serverSelectionTimeoutMS: 5_000 }).asPromise();
  try {
    return await read(connection.useDb(`${prefix}cups-${service}`));
  } finally {
    await connection.close();
  }
}

/** Looks up the number of each receipt, as the person's page and the search of the desk do. */
export async function trackReceipts(
  { receipts }: Pick<FleetRecord, 'receipts'>,
  lines: readonly SimulatedLine[],
): Promise<FleetRecord['tracked']> {
  const tracked: FleetRecord['tracked'] = [];
  for (const { desk, trackingNumber } of receipts) {
    const line = lines[desk]!;
    const search = { trackingNumber };
    const ask = <T extends object>(path: string) =>
      withPatience(() => line.request<T>('post', `/api/v1/${path}`, {}, search));
    const rows = await ask<{ applications: { id: string }[] }>('applications/search');
    const state = await ask('tracking').catch(() => undefined);
    tracked.push({ trackingNumber, application: state && rows.applications[0]?.id });
  }
  return tracked;
}
