import { env } from '@cups/process';

export interface Config {
  /** Whole URI of the store, without a database; this service's database is `<prefix>cups-identity`. */
  mongoUri: string;
  kafkaBrokers: string[];
  /** Before every topic, group and database, so that environments and tests share one broker and store. */
  prefix: string;
  /** Where gRPC and the operations port listen. */
  host: string;
  grpcPort: number;
  /** Health, readiness and metrics. */
  httpPort: number;
  /** Folder of keys: our private one, which signs sessions, and everybody's public ones. */
  keysDir: string;
  /** Folder of data files; the centres are in its folder centres. */
  dataDir: string;
  /** Production refuses the local provider. */
  environment: 'development' | 'production';
  /** Who may say who signs in. Each is named: without any, nobody signs in. */
  providers: string[];
  /** Life of a session in milliseconds, at most 8 hours. */
  sessionMs: number;
  /** Sessions of one operator at once; of more, the oldest end. */
  sessionsPerOperator: number;
  /** How often sessions whose time has passed are deleted, in milliseconds. */
  sessionSweepMs: number;
  /** How often the centres are compared with the store, for what other replicas wrote, in milliseconds. */
  syncMs: number;
  /** Calls that are worked on at once; more are refused with OVERLOADED. */
  maxInFlight: number;
  logLevel: string;
}

/** The settings of identity; the only reader of the environment. */
export function readConfig(source: NodeJS.ProcessEnv): Config {
  const read = env(source);
  return {
    mongoUri: read.storeUri(),
    kafkaBrokers: read.list('KAFKA_BROKERS', ['127.0.0.1:9092']),
    prefix: read.text('CUPS_PREFIX', ''),
    host: read.listenHost(),
    grpcPort: read.port('GRPC_PORT', 7002),
    httpPort: read.port('HTTP_PORT', 7102),
    keysDir: read.path('CUPS_KEYS', '.cups/keys'),
    dataDir: read.path('CUPS_DATA', 'data'),
    environment: read.environment(),
    providers: read.list('CUPS_IDENTITY_PROVIDERS', []),
    sessionMs: read.number('CUPS_SESSION_MINUTES', 480, { min: 1, max: 480 }) * 60_000,
    sessionsPerOperator: read.number('CUPS_SESSIONS_PER_OPERATOR', 5, { min: 1, max: 100 }),
    sessionSweepMs: read.number('CUPS_SESSION_SWEEP_MS', 60_000, { min: 50, max: 3_600_000 }),
    syncMs: read.number('CUPS_CENTRES_SYNC_MS', 30_000, { min: 50, max: 3_600_000 }),
    maxInFlight: read.number('MAX_IN_FLIGHT', 64, { min: 1, max: 1000 }),
    logLevel: read.text('LOG_LEVEL', 'info'),
  };
}
