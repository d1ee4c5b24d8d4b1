import mongoose, { type mongo } from 'mongoose';
import { explainDenial, storeUnavailable } from './store-errors.ts';

/** A database for work outside a service, which fails instead of waiting for the store. */
export interface DatabaseConnection {
  readonly db: mongo.Db;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** Without a database. */
  uri: string;
  ca?: (() => string) | undefined;
  database: string;
}

const SERVER_SELECTION_TIMEOUT_MS = 10_000;

/** @throws Error, one sentence; Problem STORE_UNAVAILABLE */
export async function connectDatabase({ uri, ca, database }: DatabaseOptions): Promise<DatabaseConnection> {
  const connection = mongoose.createConnection();
  try {
    await connection.openUri(uri, {
      dbName: database,
      serverSelectionTimeoutMS: SERVER_SELECTION_TIMEOUT_MS,
      autoIndex: false,
      autoCreate: false,
      promoteBuffers: true,
      ...(ca && { tls: true, ca: ca() }),
      ...(/[?&]w=/.test(uri) ? {} : { writeConcern: { w: 'majority' as const } }),
    });
  } catch (error) {
    const denial = explainDenial(error);
    throw denial === undefined ? storeUnavailable() : new Error(denial);
  }
  if (!connection.db) throw storeUnavailable();
  return { db: connection.db, close: () => connection.close() };
}
