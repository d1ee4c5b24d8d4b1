import type { Metrics, Tracer } from '@cups/contracts';
import type { mongo } from 'mongoose';
import { createDocuments } from './documents/documents.ts';
import { openJournalNumbers } from './documents/journal-numbers.ts';
import type { Documents } from './documents/documents.ts';
import type { StoredDocument } from './documents/document.ts';
import type { CollectionOptions } from './documents/options.ts';
import { STORE_INDEXES, type Index } from './connection/indexes.ts';
import { isConnectionLost, toStoreError } from './connection/store-errors.ts';
import { createMigrationGate } from './migrations/gate.ts';
import type { Migration } from './migrations/migration.ts';
import { openStoreConnection, type ConnectionOptions } from './connection/store-connection.ts';
import { startProbe } from './connection/probe.ts';

export interface StoreOptions extends Omit<ConnectionOptions, 'gate' | 'lostCalls'> {
  /** Migrations of the service. The store opens only in the form that they lead to. Default: no check. */
  migrations?: readonly Migration[] | undefined;
  /** Name of the build, for administrators. */
  release?: string;
  /** Registers gauge `store_ready`: 1 while `ready()` is true, and counter `store_calls_lost_total`. */
  metrics?: Metrics;
  /** @default no spans */
  tracer?: Tracer | undefined;
  /** ce_source of events without their own. Default `/cups/<service>`, derived from the database name. */
  source?: string;
  /** Whether writes commit their entries for the journal. `false` is for measurements. @default true */
  commitsEntries?: boolean | undefined;
  /** Interval between two probes, ms. @default 1,000 */
  probeIntervalMs?: number;
}

export interface Store {
  /** Whether all indexes exist and the last light read, at most a probe interval and 2 s ago, was answered. */
  ready(): boolean;
  documents<D extends StoredDocument>(options: CollectionOptions<D>): Documents<D>;
  /** Adds indexes of a collection of other data. The store opens when they exist. */
  addIndexes(collection: string, indexes: Index[]): void;
  /**
   * Returns the driver's collection, for data that is not a `StoredDocument`.
   * @throws Problem STORE_UNAVAILABLE while disconnected or until the indexes of all collections exist
   */
  collection<T extends mongo.Document = mongo.Document>(name: string): mongo.Collection<T>;
  /** Maps a failed call on `collection` to STORE_UNAVAILABLE, or to an error with operation and code only. */
  failure(error: unknown, operation: string): Error;
  close(): Promise<void>;
}

/** Interval between probe reads, and the time after which a read counts as failed. */
const PROBE_INTERVAL_MS = 1_000;
const PROBE_TIMEOUT_MS = 2_000;

/**
 * Opens the store of a service and returns immediately. It connects in the background and retries until `close()`.
 * Calls fail with STORE_UNAVAILABLE until it is connected and all indexes exist: without a unique index, duplicates
 * could enter. The same applies after a lost connection, because the next server may be another, empty one.
 */
export function openStore(options: StoreOptions): Store {
  const { log, metrics, tracer, database, migrations, release = 'unnamed', commitsEntries = true } = options;
  const gauge = metrics?.gauge('store_ready', '1 while the store answers and all indexes exist', []);
  let closed = false;
  gauge?.set({}, 0);

  const gate = migrations && createMigrationGate({ migrations, release, log, metrics, now: () => new Date() });
  const lostCalls = metrics?.counter('store_calls_lost_total', 'Calls that the driver did not settle within 50 s', []);
  const connection = openStoreConnection({ ...options, gate, lostCalls }, () => probe.confirm());
  const probe = startProbe({
    async read() {
      const anyCollection = connection.collection<{ _id: string }>(connection.anyCollectionName() ?? 'documents');
      await anyCollection.findOne({ _id: '' }, { projection: { _id: 1 } }).catch((error: unknown) => {
        if (isConnectionLost(error)) connection.markLost();
        throw error;
      });
    },
    onChange(answers) {
      gauge?.set({}, answers ? 1 : 0);
      if (answers) log.info({ event: 'store-ready' });
      else if (!closed) log.warn({ event: 'store-unresponsive' });
    },
    intervalMs: options.probeIntervalMs ?? PROBE_INTERVAL_MS,
    timeoutMs: PROBE_TIMEOUT_MS,
  });

  const readJournalNumbers = openJournalNumbers(connection.collection);
  const source = options.source ?? `/cups/${/cups-(.+)$/.exec(database)?.[1] ?? database}`;
  return {
    ready: () => connection.isOpen() && probe.isAvailable(),
    documents<D extends StoredDocument>(given: CollectionOptions<D>) {
      const { connection: driver, collection } = connection;
      const context = { connection: driver, collection, source, commitsEntries, readJournalNumbers, log, tracer };
      const documents = createDocuments<D>(given, context);
      connection.addCollection(given.collection, [...STORE_INDEXES, ...given.indexes]);
      return documents;
    },
    addIndexes: (collection, indexes) => connection.addCollection(collection, indexes),
    collection: connection.collection,
    failure: (error, operation) => toStoreError(error, operation, log),
    async close() {
      closed = true;
      probe.stop();
      await connection.close();
    },
  };
}
