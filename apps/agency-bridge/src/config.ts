import { env } from '@cups/process';

export interface Config {
  /** Whole URI of the store, without a database; this service's database is `<prefix>cups-agency-bridge`. */
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
  /** Where frozen submissions are fetched. */
  intakeAddress: string;
  /** Milliseconds that a fetch may take before the delivery is stored without content. */
  intakeTimeoutMs: number;
  /** Codes of the agencies: whose topics are read and written. */
  agencies: string[];
  /** Events of different subjects that are worked on at once. */
  concurrency: number;
  /** How often due timers of other processes are looked for, in milliseconds. */
  timerPollMs: number;
  /** Calls that are worked on at once; more are refused with OVERLOADED. */
  maxInFlight: number;
  logLevel: string;
}

/** The settings of the bridge; the only reader of the environment. */
export function readConfig(source: NodeJS.ProcessEnv): Config {
  const read = env(source);
  return {
    mongoUri: read.storeUri(),
    kafkaBrokers: read.list('KAFKA_BROKERS', ['127.0.0.1:9092']),
    prefix: read.text('CUPS_PREFIX', ''),
    host: read.listenHost(),
    grpcPort: read.port('GRPC_PORT', 7004),
    httpPort: read.port('HTTP_PORT', 7104),
    keysDir: read.text('CUPS_KEYS', '.cups/keys'),
    intakeAddress: read.text('INTAKE_ADDRESS', '127.0.0.1:7003'),
    intakeTimeoutMs: read.number('INTAKE_TIMEOUT_MS', 3_000, { min: 100, max: 60_000 }),
    agencies: read.list('AGENCIES', ['asp', 'cnas', 'cadastru', 'mai']),
    concurrency: read.number('CONSUMER_CONCURRENCY', 32, { min: 1, max: 256 }),
    timerPollMs: read.number('TIMER_POLL_MS', 2_000, { min: 50, max: 600_000 }),
    maxInFlight: read.number('MAX_IN_FLIGHT', 64, { min: 1, max: 1000 }),
    logLevel: read.text('LOG_LEVEL', 'info'),
  };
}
