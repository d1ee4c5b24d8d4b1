import { backoff, type Log, type LogFields } from '@cups/contracts';
import mongoose, { type Connection, type mongo } from 'mongoose';
import { explainDenial, storeUnavailable } from './store-errors.ts';
import { IndexCreationError, isAmong, createIndexes, type Index } from './indexes.ts';

/** Where the store is and how it is reached. */
export interface ConnectionOptions {
  /** The whole URI without a database. */
  uri: string;
  /** The authorities (PEM) that its certificate must be from, asked for each time that the driver is begun; with them TLS. */
  ca?: (() => string) | undefined;
  /** `<prefix>cups-<service>` */
  database: string;
  /** Connections at most. Default 32. */
  poolSize?: number;
  log: Log;
}

/** A collection of documents, and whether its indexes are known to be there since we are connected. */
type CollectionIndexes = { name: string; indexes: Index[]; hasIndexes: boolean };

/** Whether the indexes of a new one are among those that `one` has made already. */
const isCovered = (one: CollectionIndexes, name: string, indexes: Index[]): boolean =>
  one.hasIndexes && one.name === name && indexes.every((index) => isAmong(index, one.indexes));

/** A trouble that stays is told again this often. */
const WARNING_INTERVAL_MS = 60_000;
/** The driver reconnects by itself, and has been seen not to: after so long it is begun anew. */
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

/** Connects when that was never done, and begins the driver anew when it has not come back by itself. */
async function ensureConnected(
  connection: Connection,
  options: ConnectionOptions,
  state: ConnectionState,
): Promise<void> {
  if (state.connected && Date.now() - state.unavailableSince > DRIVER_RESTART_AFTER_MS) {
    // Its monitor of the server can stop asking for good while the server is there and others reach it.
    state.connected = false;
    options.log.warn({ event: 'store-driver-begun-anew' });
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
  const denial = explainDenial(error);
  return denial === undefined ? { event: 'store-away' } : { event: 'store-denies', reason: denial };
}

/** Tells of a trouble when it comes, when it becomes another, and once a minute while it stays. */
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

async function createMissingIndexes(
  connection: Connection,
  collections: CollectionIndexes[],
  losses: () => number,
): Promise<void> {
  for (let one; (one = collections.find(({ hasIndexes }) => !hasIndexes));) {
    if (!connection.db) throw storeUnavailable();
    const before = losses();
    await createIndexes(connection.db.collection(one.name), one.indexes);
    // Made before the connection was lost, it is to be made again.
    one.hasIndexes = losses() === before;
  }
}

/** The only way to the driver's collections. */
export interface StoreConnection {
  readonly connection: Connection;
  /** Connected, and all indexes are made. */
  isOpen(): boolean;
  /** @throws Problem STORE_UNAVAILABLE while the gate is shut */
  collection<T extends mongo.Document>(name: string): mongo.Collection<T>;
  /** Any collection that was added; undefined when there is none. */
  anyCollectionName(): string | undefined;
  /** From now on the gate is shut until these indexes are made. */
  addCollection(name: string, indexes: Index[]): void;
  /** The connection was lost: what was made says nothing about the server that comes next. */
  markLost(): void;
  close(): Promise<void>;
}

/**
 * Connects in the background, makes the indexes that are not made, and tries again until `close()`, backing off from 0.2
 * to 5 s (1 s once it was there, because every call waits for it). The driver reconnects by itself; the indexes are asked
 * for again after each loss that was noticed.
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

  const attempt = async (): Promise<void> => {
    await ensureConnected(connection, options, state);
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
    // A loss may have come just at the end.
    if (failure === undefined) return collections.every(({ hasIndexes }) => hasIndexes) ? undefined : prepare();
    failureReporter.report(failure);
    if (!(failure instanceof IndexCreationError)) state.unavailableSince = Math.min(state.unavailableSince, Date.now());
    timer = setTimeout(() => void prepare(), Math.min(state.connected ? 1_000 : 5_000, wait.next()));
  };
  const markLost = (): void => {
    state.losses += 1;
    for (const one of collections) one.hasIndexes = false;
    if (state.connected) void prepare();
  };
  const isOpen = () =>
    connection.readyState === mongoose.ConnectionStates.connected && collections.every(({ hasIndexes }) => hasIndexes);
  connection.on('error', () => {});
  connection.on('disconnected', markLost);
  void prepare();

  return {
    connection,
    isOpen,
    collection<T extends mongo.Document>(name: string) {
      if (!connection.db || !isOpen()) throw storeUnavailable();
      return connection.db.collection<T>(name);
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
      await connection.close().catch(() => {});
    },
  };
}
