import { env } from '@cups/process';

export interface Config {
  /** Whole URI of the store, without a database; this service's database is `<prefix>cups-intake`. */
  mongoUri: string;
  kafkaBrokers: string[];
  /** Before every topic, group and database, so that environments and tests share one broker and store. */
  prefix: string;
  /** Where gRPC and the operations port listen. */
  host: string;
  grpcPort: number;
  /** Health, readiness and metrics. */
  httpPort: number;
  /** Folder of keys: our private one and everybody's public ones, re-read when they change. */
  keysDir: string;
  /** Folder of data files; the calendars are read from it. */
  dataDir: string;
  catalogAddress: string;
  identityAddress: string;
  /** Secret of the fingerprints of requests, read again when the file changes. */
  requestSecret: () => string;
  logLevel: string;
  /** Calls that are worked on at once; more are refused with OVERLOADED. */
  maxInFlight: number;
  /** How often due timers are looked for, in milliseconds. */
  timerPollMs: number;
}

/** The settings of intake; the only reader of the environment. */
export function readConfig(source: NodeJS.ProcessEnv): Config {
  const read = env(source);
  return {
    mongoUri: read.storeUri(),
    kafkaBrokers: read.list('KAFKA_BROKERS', ['127.0.0.1:9092']),
    prefix: read.text('CUPS_PREFIX', ''),
    host: read.listenHost(),
    grpcPort: read.port('GRPC_PORT', 7003),
    httpPort: read.port('HTTP_PORT', 7103),
    keysDir: read.text('CUPS_KEYS', '.cups/keys'),
    dataDir: read.text('CUPS_DATA', 'data'),
    catalogAddress: read.text('CATALOG_ADDRESS', '127.0.0.1:7001'),
    identityAddress: read.text('IDENTITY_ADDRESS', '127.0.0.1:7002'),
    requestSecret: read.file('REQUEST_SECRET_FILE', '.cups/keys/intake.secret'),
    logLevel: read.text('LOG_LEVEL', 'info'),
    maxInFlight: read.number('MAX_IN_FLIGHT', 64, { min: 1, max: 1000 }),
    timerPollMs: read.number('TIMER_POLL_MS', 15_000, { min: 50, max: 600_000 }),
  };
}
