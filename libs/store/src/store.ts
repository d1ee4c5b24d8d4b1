import mongoose, { type Connection, type mongo } from 'mongoose';
import { makeDocuments, type CollectionOptions, type Documents, type StoredDocument } from './documents.ts';
import type { OutboxEntry } from './documents.ts';
import { unavailable } from './failures.ts';

/** What the store writes its lines to; the Logger of @cups/service fits. Fields hold names, codes and numbers. */
export interface Log {
  info(fields: LogFields): void;
  warn(fields: LogFields): void;
  error(fields: LogFields): void;
}
interface LogFields {
  event: string;
  resource?: string;
  reason?: string;
  count?: number;
  error?: unknown;
}

export interface StoreOptions {
  /** The whole URI without a database. */
  uri: string;
  /** `<prefix>cups-<service>`. */
  database: string;
  log: Log;
  /** ce_source of events that name none. Default `/cups/<service>`, read from the database's name. */
  source?: string;
  /** Connections at most. Default 32. */
  poolSize?: number;
  /** Told of each commit that left events in an outbox; relays need no wiring, they listen by themselves. */
  onDirty?: (collection: string, id: string, entries: OutboxEntry[]) => void;
}

export interface Store {
  /** Connected, and all indexes are made. */
  ready(): boolean;
  documents<D extends StoredDocument>(options: CollectionOptions<D>): Documents<D>;
  /** A collection of the driver, for what needs no documents of ours; STORE_UNAVAILABLE while not connected. */
  collection<T extends mongo.Document = mongo.Document>(name: string): mongo.Collection<T>;
  close(): Promise<void>;
}

/**
 * Opens the store of a service and resolves at once: it connects in the background, backing off from 0.2 to 5 s, and
 * keeps trying until `close()`. Until then every call is refused with STORE_UNAVAILABLE.
 */
export function openStore(options: StoreOptions): Promise<Store> {
  const { log } = options;
  const connection: Connection = mongoose.createConnection();
  const known: {
    name: string;
    make: (collection: mongo.Collection<mongo.Document>) => Promise<void>;
    made: boolean;
  }[] = [];
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let attempt = 0;
  let making: Promise<void> | undefined;

  const collection = <T extends mongo.Document>(name: string): mongo.Collection<T> => {
    const { db } = connection;
    if (!db || connection.readyState !== mongoose.ConnectionStates.connected) throw unavailable();
    return db.collection<T>(name);
  };

  const later = (work: () => Promise<void>): void => {
    if (closed) return;
    const delay = Math.min(5_000, 200 * 2 ** attempt) * (0.75 + Math.random() / 2);
    attempt += 1;
    timer = setTimeout(() => void work(), delay);
  };

  const makeIndexes = (): Promise<void> => {
    making ??= (async () => {
      try {
        for (const one of known.filter(({ made }) => !made)) {
          await one.make(collection(one.name) as unknown as mongo.Collection<mongo.Document>);
          one.made = true;
        }
        attempt = 0;
      } catch {
        if (!closed) log.warn({ event: 'store-indexes-missing' });
        later(makeIndexes);
      } finally {
        making = undefined;
      }
      if (!closed && attempt === 0 && known.some(({ made }) => !made)) await makeIndexes();
    })();
    return making;
  };

  const connect = async (): Promise<void> => {
    if (closed) return;
    try {
      await connection.openUri(options.uri, {
        dbName: options.database,
        maxPoolSize: options.poolSize ?? 32,
        maxIdleTimeMS: 60_000,
        serverSelectionTimeoutMS: 2_500,
        connectTimeoutMS: 2_500,
        socketTimeoutMS: 15_000,
        waitQueueTimeoutMS: 5_000,
        ...(/[?&]w=/.test(options.uri) ? {} : { writeConcern: { w: 'majority' as const } }),
        autoIndex: false,
        autoCreate: false,
        bufferCommands: false,
        ignoreUndefined: true,
        promoteBuffers: true,
      });
      attempt = 0;
      log.info({ event: 'store-connected' });
      await makeIndexes();
    } catch {
      if (closed) return;
      if (attempt === 0) log.warn({ event: 'store-away' });
      later(connect);
    }
  };
  connection.on('error', () => {});
  void connect();

  const source = options.source ?? `/cups/${/cups-(.+)$/.exec(options.database)?.[1] ?? options.database}`;
  return Promise.resolve({
    ready: () => connection.readyState === mongoose.ConnectionStates.connected && known.every(({ made }) => made),
    documents<D extends StoredDocument>(given: CollectionOptions<D>): Documents<D> {
      const onCommit = (id: string, entries: OutboxEntry[]) => options.onDirty?.(given.collection, id, entries);
      const made = makeDocuments<D>(given, { connection, collection, source, onCommit });
      known.push({ name: given.collection, make: made.internals.makeIndexes, made: false });
      if (connection.readyState === mongoose.ConnectionStates.connected) void makeIndexes();
      return made;
    },
    collection,
    async close() {
      closed = true;
      clearTimeout(timer);
      await connection.close().catch(() => {});
    },
  });
}
