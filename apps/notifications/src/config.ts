import { join } from 'node:path';
import { env } from '@cups/process';

export interface Config {
  /** Whole URI of the store, without a database; this service's database is `<prefix>cups-notifications`. */
  mongoUri: string;
  kafkaBrokers: string[];
  /** Before every topic, group and database, so that environments and tests share one broker and store. */
  prefix: string;
  /** Where gRPC and the operations port listen. */
  host: string;
  grpcPort: number;
  /** Health, readiness and metrics. */
  httpPort: number;
  /** Folder of keys: our private one and everybody's public ones. */
  keysDir: string;
  intakeAddress: string;
  /** Where mail goes: smtp:// or smtps://, read again for each connection; undefined writes .eml files into mailDir. */
  smtpUrl: (() => string) | undefined;
  /** Sender of all mail. */
  mailFrom: string;
  /** Folder of the .eml files; they hold personal data. */
  mailDir: string;
  /** An older event causes no notice, and a notice that could not go out for so long is given up, in milliseconds. */
  maxAgeMs: number;
  /** A notice later than this is dropped when its application has moved on, in milliseconds. */
  overtakenAfterMs: number;
  /** How often due timers are looked for, in milliseconds. */
  timerPollMs: number;
  /** After this time a claimed mail whose sending left no mark is sent again, in milliseconds. */
  claimMs: number;
  /** Wait before the second try; it doubles up to a minute, in milliseconds. */
  retryMs: number;
  maxInFlight: number;
  logLevel: string;
}

/** The settings of notifications; the only reader of the environment. */
export function readConfig(source: NodeJS.ProcessEnv): Config {
  const read = env(source);
  const smtpUrl = read.text('SMTP_URL', '');
  return {
    mongoUri: read.storeUri(),
    kafkaBrokers: read.list('KAFKA_BROKERS', ['127.0.0.1:9092']),
    prefix: read.text('CUPS_PREFIX', ''),
    host: read.listenHost(),
    grpcPort: read.port('GRPC_PORT', 7005),
    httpPort: read.port('HTTP_PORT', 7105),
    keysDir: read.path('CUPS_KEYS', '.cups/keys'),
    intakeAddress: read.address('INTAKE_ADDRESS', '127.0.0.1:7003'),
    smtpUrl: source['SMTP_URL_FILE'] ? read.file('SMTP_URL_FILE') : smtpUrl ? () => smtpUrl : undefined,
    mailFrom: read.text('MAIL_FROM', 'CUPS <no-reply@cups.example>'),
    mailDir: join(read.path('CUPS_STATE', '.cups'), 'mail'),
    maxAgeMs: read.number('NOTICE_MAX_AGE_DAYS', 7, { min: 1, max: 365 }) * 86_400_000,
    overtakenAfterMs: read.number('NOTICE_OVERTAKEN_AFTER_MINUTES', 60, { min: 1, max: 10_080 }) * 60_000,
    timerPollMs: read.number('TIMER_POLL_MS', 2_000, { min: 50, max: 600_000 }),
    claimMs: read.number('MAIL_CLAIM_MS', 120_000, { min: 1_000, max: 3_600_000 }),
    retryMs: read.number('MAIL_RETRY_MS', 30_000, { min: 50, max: 60_000 }),
    maxInFlight: read.number('MAX_IN_FLIGHT', 64, { min: 1, max: 1000 }),
    logLevel: read.text('LOG_LEVEL', 'info'),
  };
}
