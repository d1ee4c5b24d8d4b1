import type { Metrics } from '@cups/contracts';
import type { mongo } from 'mongoose';
import { createDocuments } from './documents/documents.ts';
import type { Documents } from './documents/documents.ts';
import type { StoredDocument } from './documents/document.ts';
import type { CollectionOptions } from './documents/options.ts';
import { isConnectionLost, toStoreError } from './connection/store-errors.ts';
import { openStoreConnection, type ConnectionOptions } from './connection/store-connection.ts';
import { startProbe } from './connection/probe.ts';

export interface StoreOptions extends ConnectionOptions {
  /** Gauge `store_ready`: 1 while `ready()`. */
  metrics?: Metrics;
  /** ce_source of events that name none. Default `/cups/<service>`, read from the database's name. */
  source?: string;
}

export interface Store {
  /** All indexes are made, and a light read of the own database was answered within the last seconds. */
  ready(): boolean;
  documents<D extends StoredDocument>(options: CollectionOptions<D>): Documents<D>;
  /**
   * The driver's collection, for what needs no documents of ours.
   * @throws Problem STORE_UNAVAILABLE while not connected, and until the indexes of all collections are made
   */
  collection<T extends mongo.Document = mongo.Document>(name: string): mongo.Collection<T>;
  /** What a failed call on `collection` becomes: STORE_UNAVAILABLE, or an error with operation and code only. */
  failure(error: unknown, operation: string): Error;
  close(): Promise<void>;
}

/** How old the answer of `ready()` may be, and how long a read may take to count. */
const PROBE_INTERVAL_MS = 1_000;
const PROBE_TIMEOUT_MS = 2_000;

/**
 * Opens the store of a service, at once: it connects in the background and keeps trying until `close()`. Every
 * call is refused with STORE_UNAVAILABLE until it is connected and the indexes of all its collections are made: what a
 * unique index forbids must not come in before it. So it is after a loss of the connection again, because what comes back
 * may be another, empty server.
 */
export function openStore(options: StoreOptions): Store {
  const { log, metrics, database } = options;
  const gauge = metrics?.gauge('store_ready', '1 while the store answers and all indexes are there', []);
  let closed = false;
  gauge?.set({}, 0);

  const gate = openStoreConnection(options, () => probe.confirm());
  const probe = startProbe({
    async read() {
      const some = gate.collection<{ _id: string }>(gate.anyCollectionName() ?? 'documents');
      await some.findOne({ _id: '' }, { projection: { _id: 1 } }).catch((error: unknown) => {
        if (isConnectionLost(error)) gate.markLost();
        throw error;
      });
    },
    onChange(answers) {
      gauge?.set({}, answers ? 1 : 0);
      if (answers) log.info({ event: 'store-ready' });
      else if (!closed) log.warn({ event: 'store-not-answering' });
    },
    intervalMs: PROBE_INTERVAL_MS,
    timeoutMs: PROBE_TIMEOUT_MS,
  });

  const source = options.source ?? `/cups/${/cups-(.+)$/.exec(database)?.[1] ?? database}`;
  return {
    ready: () => gate.isOpen() && probe.isAvailable(),
    documents<D extends StoredDocument>(given: CollectionOptions<D>) {
      const { connection, collection } = gate;
      const documents = createDocuments<D>(given, { connection, collection, source, log });
      gate.addCollection(given.collection, given.indexes);
      return documents;
    },
    collection: gate.collection,
    failure: (error, operation) => toStoreError(error, operation, log),
    async close() {
      closed = true;
      probe.stop();
      await gate.close();
    },
  };
}
