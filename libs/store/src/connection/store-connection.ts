import { backoff, type Log, type LogFields } from '@cups/contracts';
import mongoose, { type Connection, type mongo } from 'mongoose';
import { explainDenial, storeUnavailable } from './store-errors.ts';
import { StoreBlockedError, type MigrationGate } from '../migrations/gate.ts';
import { boundCalls } from './bounded-collection.ts';
import type { LostCallCounter } from './bounded-collection.ts';
import { IndexCreationError, isAmong, createIndexes, type Index } from './indexes.ts';

/** Address and credentials of the store. */
export interface ConnectionOptions {
  /** URI without a database. */
  uri: string;
  /** Returns the trusted authorities (PEM), read again at each start of the driver. Enables TLS. */
  ca?: (() => string) | undefined;
  /** `<prefix>cups-<service>` */
  database: string;
  /** Maximum number of connections. Default 32. */
  poolSize?: number;
  log: Log;
  /** Counts calls that the driver never settled. */
  lostCalls?: LostCallCounter | undefined;
  /** Decides whether this process may use the form in which the documents are stored. */
  gate?: MigrationGate | undefined;
}

/** A collection, and whether its indexes are known to exist on the current connection. */
type CollectionIndexes = { name: string; indexes: Index[]; hasIndexes: boolean };

/** Whether another registration of the collection already has these indexes. */
const isCovered = (one: CollectionIndexes, name: string, indexes: Index[]): boolean =>
  one.hasIndexes && one.name === name && indexes.every((index) => isAmong(index, one.indexes));

/** Interval at which a persistent failure is logged again. */
const WARNING_INTERVAL_MS = 60_000;
/** The driver reconnects itself but can fail to: after this time it is restarted. */
const DRIVER_RESTART_AFTER_MS = 15_000;

function openConnection(connection: Connection, { uri, ca, database, poolSize = 32 }: ConnectionOptions) {
  return connection.openUri(uri, {
    dbName: database,
    maxPoolSize: poolSize,
    maxIdleTimeMS: 60_000,
    waitQueueTimeoutMS: 5_000,
    serverSelectionTimeoutMS: 2_500,
    connectTimeoutMS: 2_500,
    socketTimeoutMS: 15_000,
    autoIndex: false,
    autoCreate: false,
    bufferCommands: false,
    ignoreUndefined: true,
    promoteBuffers: true,
    ...(ca && { tls: true, ca: ca() }),
    ...(/[?&]w=/.test(uri) ? {} : { writeConcern: { w: 'majority' as const } }),
  });
}

type ConnectionState = {
  closed: boolean;
  connected: boolean;
  working: boolean;
  losses: number;
  unavailableSince: number;
};

/** Connects the first time, and restarts a driver that did not reconnect. */
async function ensureConnected(
  connection: Connection,
  options: ConnectionOptions,
  state: ConnectionState,
): Promise<void> {
  if (state.connected && Date.now() - state.unavailableSince > DRIVER_RESTART_AFTER_MS) {
    // The driver's monitor can stop polling for good although the server is reachable.
    state.connected = false;
    options.log.warn({ event: 'store-driver-restarted' });
    await connection.close().catch(() => {});
  }
  if (state.connected) return;
  await openConnection(connection, options);
  state.connected = true;
  options.log.info({ event: 'store-connected' });
}

function describeFailure(error: unknown): LogFields {
  if (error instanceof IndexCreationError) {
    return { event: 'store-indexes-missing', resource: error.index, code: error.code };
  }
  if (error instanceof StoreBlockedError) {
    const resource = error.migration;
    return error.reason === 'newer'
      ? { event: 'migrations-newer', resource }
      : { event: 'migrations-pending', resource };
  }
  const denial = explainDenial(error);
  return denial === undefined
    ? { event: 'store-unavailable' }
    : { event: 'store-authorization-denied', reason: denial };
}

/** Logs a failure when it starts, when it changes, and once a minute while it persists. */
function createFailureReporter(log: Log) {
  let last = '';
  let until = 0;
  return {
    report(error: unknown): void {
      const fields = describeFailure(error);
      const text = Object.values(fields).join(' ');
      if (text === last && Date.now() < until) return;
      last = text;
      until = Date.now() + WARNING_INTERVAL_MS;
      log.warn(fields);
    },
    clear(): void {
      last = '';
    },
  };
}

function databaseOf({ db }: Connection): mongo.Db {
  if (!db) throw storeUnavailable();
  return db;
}

async function createMissingIndexes(
  connection: Connection,
  collections: CollectionIndexes[],
  losses: () => number,
): Promise<void> {
  for (let one; (one = collections.find(({ hasIndexes }) => !hasIndexes));) {
    const before = losses();
    await createIndexes(databaseOf(connection).collection(one.name), one.indexes);
    // Indexes created before a connection loss must be created again.
    one.hasIndexes = losses() === before;
  }
}

/** The only access to the driver's collections. */
export interface StoreConnection {
  readonly connection: Connection;
  /** Whether the store is connected and all indexes exist. */
  isOpen(): boolean;
  /** @throws Problem STORE_UNAVAILABLE until `isOpen()` */
  collection<T extends mongo.Document>(name: string): mongo.Collection<T>;
  /** Name of any added collection, for the probe. */
  anyCollectionName(): string | undefined;
  /** Adds a collection. The connection is not open until its indexes exist. */
  addCollection(name: string, indexes: Index[]): void;
  /** Records a lost connection. The next server may lack the indexes. */
  markLost(): void;
  close(): Promise<void>;
}

/**
 * Connects in the background, creates missing indexes, and retries until `close()`. Backs off from 0.2 to 5 s, or to
 * 1 s once connected, because every call depends on it. Checks the indexes again after each detected loss.
 */
export function openStoreConnection(options: ConnectionOptions, onOpen: () => void): StoreConnection {
  const connection = mongoose.createConnection();
  const collections: CollectionIndexes[] = [];
  const failureReporter = createFailureReporter(options.log);
  const state: ConnectionState = {
    closed: false,
    connected: false,
    working: false,
    losses: 0,
    unavailableSince: Infinity,
  };
  const wait = backoff({ initialMs: 200, maxMs: 5_000 });
  let timer: NodeJS.Timeout | undefined;

  const { gate } = options;
  const attempt = async (): Promise<void> => {
    await ensureConnected(connection, options, state);
    if (gate && !gate.isAdmitted()) await gate.admit(databaseOf(connection), () => void prepare());
    await createMissingIndexes(connection, collections, () => state.losses);
    state.unavailableSince = Infinity;
    wait.reset();
    failureReporter.clear();
    onOpen();
  };
  const prepare = async (): Promise<void> => {
    if (state.working || state.closed) return;
    state.working = true;
    clearTimeout(timer);
    const failure: unknown = await attempt().catch((error: unknown) => error);
    state.working = false;
    if (state.closed) return;
    // The connection may have been lost during the attempt.
    if (failure === undefined) return collections.every(({ hasIndexes }) => hasIndexes) ? undefined : prepare();
    failureReporter.report(failure);
    const isServerUp = failure instanceof IndexCreationError || failure instanceof StoreBlockedError;
    if (!isServerUp) state.unavailableSince = Math.min(state.unavailableSince, Date.now());
    timer = setTimeout(() => void prepare(), Math.min(state.connected ? 1_000 : 5_000, wait.next()));
  };
  const markLost = (): void => {
    state.losses += 1;
    for (const one of collections) one.hasIndexes = false;
    gate?.expire();
    if (state.connected) void prepare();
  };
  const isOpen = () =>
    connection.readyState === mongoose.ConnectionStates.connected &&
    collections.every(({ hasIndexes }) => hasIndexes) &&
    (gate?.isAdmitted() ?? true);
  connection.on('error', () => {});
  connection.on('disconnected', markLost);
  void prepare();

  return {
    connection,
    isOpen,
    collection<T extends mongo.Document>(name: string) {
      if (!connection.db || !isOpen()) throw storeUnavailable();
      return boundCalls(connection.db.collection<T>(name), options);
    },
    anyCollectionName: () => collections[0]?.name,
    addCollection(name, indexes) {
      collections.push({ name, indexes, hasIndexes: collections.some((one) => isCovered(one, name, indexes)) });
      if (state.connected) void prepare();
    },
    markLost,
    async close() {
      state.closed = true;
      clearTimeout(timer);
      await gate?.leave();
      await connection.close().catch(() => {});
    },
  };
}
