import { backoff, type Log, type LogFields } from '@cups/contracts';
import mongoose, { type Connection, type mongo } from 'mongoose';
import { denialOf, unavailable } from './failures.ts';
import { IndexMissing, isAmong, makeIndexes, type Index } from './indexes.ts';

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
type Known = { name: string; indexes: Index[]; made: boolean };

/** Whether the indexes of a new one are among those that `one` has made already. */
const covers = (one: Known, name: string, indexes: Index[]): boolean =>
  one.made && one.name === name && indexes.every((index) => isAmong(index, one.indexes));

/** A trouble that stays is told again this often. */
const tellAgainMs = 60_000;
/** The driver reconnects by itself, and has been seen not to: after so long it is begun anew. */
const giveUpDriverMs = 15_000;

function connect(connection: Connection, { uri, ca, database, poolSize = 32 }: ConnectionOptions) {
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

type State = { closed: boolean; connected: boolean; working: boolean; losses: number; awaySince: number };

/** Connects when that was never done, and begins the driver anew when it has not come back by itself. */
async function connectAnew(connection: Connection, options: ConnectionOptions, state: State): Promise<void> {
  if (state.connected && Date.now() - state.awaySince > giveUpDriverMs) {
    // Its monitor of the server can stop asking for good while the server is there and others reach it.
    state.connected = false;
    options.log.warn({ event: 'store-driver-begun-anew' });
    await connection.close().catch(() => {});
  }
  if (state.connected) return;
  await connect(connection, options);
  state.connected = true;
  options.log.info({ event: 'store-connected' });
}

function troubleOf(error: unknown): LogFields {
  if (error instanceof IndexMissing) {
    return { event: 'store-indexes-missing', resource: error.index, code: error.code };
  }
  const denial = denialOf(error);
  return denial === undefined ? { event: 'store-away' } : { event: 'store-denies', reason: denial };
}

/** Tells of a trouble when it comes, when it becomes another, and once a minute while it stays. */
function tellsTrouble(log: Log) {
  let last = '';
  let until = 0;
  return {
    tell(error: unknown): void {
      const fields = troubleOf(error);
      const words = Object.values(fields).join(' ');
      if (words === last && Date.now() < until) return;
      last = words;
      until = Date.now() + tellAgainMs;
      log.warn(fields);
    },
    over(): void {
      last = '';
    },
  };
}

async function makeMissing(connection: Connection, known: Known[], losses: () => number): Promise<void> {
  for (let one; (one = known.find(({ made }) => !made));) {
    if (!connection.db) throw unavailable();
    const before = losses();
    await makeIndexes(connection.db.collection(one.name), one.indexes);
    // Made before the connection was lost, it is to be made again.
    one.made = losses() === before;
  }
}

/** The only way to the driver's collections. */
export interface Gate {
  readonly connection: Connection;
  /** Connected, and all indexes are made. */
  isOpen(): boolean;
  /** @throws Problem STORE_UNAVAILABLE while the gate is shut */
  collection<T extends mongo.Document>(name: string): mongo.Collection<T>;
  /** Any collection that was added; undefined when there is none. */
  someName(): string | undefined;
  /** From now on the gate is shut until these indexes are made. */
  add(name: string, indexes: Index[]): void;
  /** The connection was lost: what was made says nothing about the server that comes next. */
  lost(): void;
  close(): Promise<void>;
}

/**
 * Connects in the background, makes the indexes that are not made, and tries again until `close()`, backing off from 0.2
 * to 5 s (1 s once it was there, because every call waits for it). The driver reconnects by itself; the indexes are asked
 * for again after each loss that was noticed.
 */
export function openGate(options: ConnectionOptions, opened: () => void): Gate {
  const connection = mongoose.createConnection();
  const known: Known[] = [];
  const trouble = tellsTrouble(options.log);
  const state: State = { closed: false, connected: false, working: false, losses: 0, awaySince: Infinity };
  const wait = backoff({ first: 200, most: 5_000 });
  let timer: NodeJS.Timeout | undefined;

  const attempt = async (): Promise<void> => {
    await connectAnew(connection, options, state);
    await makeMissing(connection, known, () => state.losses);
    state.awaySince = Infinity;
    wait.reset();
    trouble.over();
    opened();
  };
  const prepare = async (): Promise<void> => {
    if (state.working || state.closed) return;
    state.working = true;
    clearTimeout(timer);
    const failure: unknown = await attempt().catch((error: unknown) => error);
    state.working = false;
    if (state.closed) return;
    // A loss may have come just at the end.
    if (failure === undefined) return known.every(({ made }) => made) ? undefined : prepare();
    trouble.tell(failure);
    if (!(failure instanceof IndexMissing)) state.awaySince = Math.min(state.awaySince, Date.now());
    timer = setTimeout(() => void prepare(), Math.min(state.connected ? 1_000 : 5_000, wait.next()));
  };
  const lost = (): void => {
    state.losses += 1;
    for (const one of known) one.made = false;
    if (state.connected) void prepare();
  };
  const isOpen = () => connection.readyState === mongoose.ConnectionStates.connected && known.every(({ made }) => made);
  connection.on('error', () => {});
  connection.on('disconnected', lost);
  void prepare();

  return {
    connection,
    isOpen,
    collection<T extends mongo.Document>(name: string) {
      if (!connection.db || !isOpen()) throw unavailable();
      return connection.db.collection<T>(name);
    },
    someName: () => known[0]?.name,
    add(name, indexes) {
      known.push({ name, indexes, made: known.some((one) => covers(one, name, indexes)) });
      if (state.connected) void prepare();
    },
    lost,
    async close() {
      state.closed = true;
      clearTimeout(timer);
      await connection.close().catch(() => {});
    },
  };
}
