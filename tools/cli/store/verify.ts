import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { STORED_BACKEND_SETTINGS } from '@cups/backend/settings';
import { findRunningProcess, startLocal } from '@cups/local';
import { readSettings } from '@cups/process/settings';
import mongoose from 'mongoose';
import { connectionsOfRunning } from '../backup/connections.ts';
import type { BackupConnections } from '../backup/connections.ts';

export interface VerifyOptions {
  data: string;
}

/** What a store found in its own files. */
export interface Verification {
  documents: number;
  entries: number;
  /** Index entries that a document lacks. */
  missingEntries: number;
  /** Index entries without a document. */
  orphanEntries: number;
  milliseconds: number;
  /** The first fault of the files and those of each collection; empty without damage. */
  faults: string[];
}

type StoreConnection = Pick<BackupConnections, 'mongoUri' | 'mongoCa'>;

const root = join(import.meta.dirname, '../../..');
/** MongoDB's code for a command that it lacks. */
const COMMAND_NOT_FOUND = 59;

/**
 * Verifies the store of the environment, or else that of the local platform, which it starts if needed.
 * @throws Error, one sentence for the user, also if the store refuses its data
 */
export async function verifyStore({ data }: VerifyOptions, onProgress: (line: string) => void): Promise<Verification> {
  const { MONGODB_URI, MONGODB_URI_FILE } = process.env;
  if (MONGODB_URI || MONGODB_URI_FILE) return requestVerification(readSettings(STORED_BACKEND_SETTINGS, process.env));
  const dataDir = resolve(root, data);
  if ((await findRunningProcess(dataDir)) !== undefined) return requestVerification(connectionsOfRunning(dataDir));
  if (!existsSync(join(dataDir, 'store'))) throw new Error(`${dataDir} has no store.`);
  const local = await startLocal({ dataDir, parts: ['store'], onProgress });
  try {
    return await requestVerification({ mongoUri: local.mongoUri });
  } finally {
    await local.stop();
  }
}

async function requestVerification({ mongoUri, mongoCa }: StoreConnection): Promise<Verification> {
  const tls = mongoCa && { tls: true, ca: mongoCa() };
  const client = new mongoose.mongo.MongoClient(mongoUri, { serverSelectionTimeoutMS: 5_000, ...tls });
  try {
    await client.connect().catch(() => {
      throw new Error('The store does not respond.');
    });
    const answer = await client.db('admin').command({ cupsVerify: 1 });
    const { documents, entries, missingEntries, orphanEntries, milliseconds, faults } =
      answer as unknown as Verification;
    return { documents, entries, missingEntries, orphanEntries, milliseconds, faults };
  } catch (error) {
    if (!(error instanceof mongoose.mongo.MongoServerError) || error.code !== COMMAND_NOT_FOUND) throw error;
    throw new Error('MONGODB_URI names a MongoDB server: use its command `validate`.', { cause: error });
  } finally {
    await client.close();
  }
}

export function formatVerification({ documents, entries, milliseconds, faults }: Verification): string {
  const numbers = [documents, entries].map((number) => number.toLocaleString('en-GB'));
  const seconds = (milliseconds / 1000).toFixed(1);
  const result = faults.length === 0 ? 'No damage.' : 'Damaged.';
  return `${numbers[0]} documents and ${numbers[1]} index entries read in ${seconds} s. ${result}`;
}

export const formatFault = (fault: string): string =>
  `The data is damaged (${fault}): restore a backup with \`npm run cups -- restore\`.`;
