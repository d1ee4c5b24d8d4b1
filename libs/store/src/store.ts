import mongoose, { type mongo } from 'mongoose';
import { makeDocuments } from './documents.ts';
import type { CollectionOptions, Documents, StoredDocument } from './documents.ts';
import { unavailable } from './failures.ts';

/** What the store writes its lines to; the Logger of @cups/service fits. Fields hold names, codes and numbers. */
export interface Log {
  info(fields: LogFields): void;
  warn(fields: LogFields): void;
  error(fields: LogFields): void;
}
type LogFields = { event: string; resource?: string; reason?: string; count?: number; error?: unknown };

export interface StoreOptions {
  /** The whole URI without a database. */
  uri: string;
  /** `<prefix>cups-<service>` */
  database: string;
  log: Log;
  /** ce_source of events that name none. Default `/cups/<service>`, read from the database's name. */
  source?: string;
  /** Connections at most. Default 32. */
  poolSize?: number;
}

export interface Store {
  /** Connected, and all indexes are made. */
  ready(): boolean;
  documents<D extends StoredDocument>(options: CollectionOptions<D>): Documents<D>;
  /** The driver's collection, for what needs no documents of ours. @throws Problem STORE_UNAVAILABLE while not connected */
  collection<T extends mongo.Document = mongo.Document>(name: string): mongo.Collection<T>;
  close(): Promise<void>;
}

/**
 * Opens the store of a service and resolves at once: it connects in the background, backing off from 0.2 to 5 s, and
 * keeps trying until `close()`. Until then every call is refused with STORE_UNAVAILABLE.
 */
export function openStore(options: StoreOptions): Promise<Store> {
  const { log, uri, database } = options;
  const connection = mongoose.createConnection();
  connection.on('error', () => {});
  const known: { make: () => Promise<void>; made: boolean }[] = [];
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let opened = false;
  let working = false;
  let failures = 0;

  const collection = <T extends mongo.Document>(name: string): mongo.Collection<T> => {
    if (!connection.db || connection.readyState !== mongoose.ConnectionStates.connected) throw unavailable();
    return connection.db.collection<T>(name);
  };
  const connect = () =>
    connection.openUri(uri, {
      dbName: database,
      ...{ maxPoolSize: options.poolSize ?? 32, maxIdleTimeMS: 60_000, waitQueueTimeoutMS: 5_000 },
      ...{ serverSelectionTimeoutMS: 2_500, connectTimeoutMS: 2_500, socketTimeoutMS: 15_000 },
      ...{ autoIndex: false, autoCreate: false, bufferCommands: false },
      ...{ ignoreUndefined: true, promoteBuffers: true },
      ...(/[?&]w=/.test(uri) ? {} : { writeConcern: { w: 'majority' as const } }),
    });
  /** Connects once, then makes the indexes that are not made; the driver reconnects by itself. */
  const prepare = async (): Promise<void> => {
    if (working || closed) return;
    working = true;
    clearTimeout(timer);
    try {
      if (!opened) await connect();
      if (!opened) log.info({ event: 'store-connected' });
      opened = true;
      for (let one; (one = known.find(({ made }) => !made)); one.made = true) await one.make();
      failures = 0;
    } catch {
      if (failures === 0 && !closed) log.warn({ event: opened ? 'store-indexes-missing' : 'store-away' });
      const delay = Math.min(5_000, 200 * 2 ** failures) * (0.75 + Math.random() / 2);
      failures += 1;
      if (!closed) timer = setTimeout(() => void prepare(), delay);
    } finally {
      working = false;
    }
  };
  void prepare();

  const source = options.source ?? `/cups/${/cups-(.+)$/.exec(database)?.[1] ?? database}`;
  return Promise.resolve({
    ready: () => connection.readyState === mongoose.ConnectionStates.connected && known.every(({ made }) => made),
    documents<D extends StoredDocument>(given: CollectionOptions<D>) {
      const documents = makeDocuments<D>(given, { connection, collection, source });
      known.push({ make: documents.internals.makeIndexes, made: false });
      if (opened) void prepare();
      return documents;
    },
    collection,
    async close() {
      closed = true;
      clearTimeout(timer);
      await connection.close().catch(() => {});
    },
  });
}
