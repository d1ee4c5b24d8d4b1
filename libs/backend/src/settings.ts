import { NO_LEGAL_SOURCE, RETENTION_RULES } from '@cups/contracts/retention';
import type { RetentionCategory } from '@cups/contracts/retention';
import type { Setting, Settings } from '@cups/process/settings';

/** Settings that services share. The `config.ts` of a service selects what it needs. */

/** Settings of every process: environment, address, keys, log. */
export const PROCESS_SETTINGS = {
  environment: {
    name: 'CUPS_ENV',
    type: 'environment',
    meaning:
      'Environment of the process. It has no default, because development allows plain connections, and a forgotten setting must not allow them.',
  },
  host: {
    name: 'LISTEN_HOST',
    type: 'ip',
    default: '127.0.0.1',
    meaning:
      'Listen address of gRPC and the operations port. The default is loopback, so that a process started by hand opens no port to its network. `::`, as in a pod, is every IPv4 and IPv6 address.',
  },
  keysDir: {
    name: 'KEYS_DIR',
    type: 'path',
    default: '.cups/keys',
    meaning:
      'Folder with the private key of the service and the public keys of all services. Changes are read without a restart.',
  },
  tlsDir: {
    name: 'GRPC_TLS_DIR',
    type: 'path',
    optional: true,
    requiredInProduction: true,
    meaning:
      'Folder with the certificate of the service `tls.crt` (SPIFFE ID `spiffe://cups/<service>`), its key `tls.key` and the trusted authorities `ca.crt`. Changes are read without a restart. It enables mutual TLS between services; without it calls are plain.',
  },
  logLevel: {
    name: 'LOG_LEVEL',
    type: 'choice',
    choices: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
    default: 'info',
    meaning: 'Lowest level of logged lines.',
  },
  release: {
    name: 'CUPS_RELEASE',
    type: 'text',
    default: 'unnamed',
    meaning: 'Name of the build, shown as `cups_build_info`. An image sets it.',
  },
  tracing: {
    endpoint: {
      name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
      type: 'origin',
      default: '',
      meaning:
        'OpenTelemetry collector that receives spans by OTLP/HTTP, such as http://collector:4318. Empty: no spans.',
    },
    ratio: {
      name: 'OTEL_TRACES_SAMPLER_ARG',
      type: 'ratio',
      default: 0.1,
      meaning: 'Share of traces that are recorded. The service where a trace begins decides for all services.',
    },
  },
} as const satisfies Settings;

/** Kafka access; without these settings connections are unencrypted and anonymous. */
export const KAFKA_SETTINGS = {
  ca: {
    name: 'KAFKA_TLS_CA_FILE',
    type: 'file',
    optional: true,
    requiredInProduction: true,
    meaning:
      'File with the authorities (PEM) of the broker certificates. It enables TLS to Kafka. Read for each connection.',
  },
  username: {
    name: 'KAFKA_SASL_USERNAME',
    type: 'text',
    default: '',
    meaning: 'Kafka user of the service (SCRAM-SHA-512), over TLS only; empty: no sign-in.',
  },
  password: {
    name: 'KAFKA_SASL_PASSWORD_FILE',
    type: 'secret-file',
    optional: true,
    secret: true,
    meaning: 'File with the password of the Kafka user. Read for each connection.',
  },
} as const satisfies Settings;

/** Settings of every service with a store and Kafka. */
export const STORED_BACKEND_SETTINGS = {
  mongoUri: {
    name: 'MONGODB_URI',
    file: 'MONGODB_URI_FILE',
    type: 'store-uri',
    default: 'mongodb://127.0.0.1:27017',
    secret: true,
    meaning: 'Complete URI of the store, without a database. The database is `<CUPS_PREFIX>cups-<service>`.',
  },
  mongoCa: {
    name: 'MONGODB_TLS_CA_FILE',
    type: 'file',
    optional: true,
    meaning:
      'File with the authorities (PEM) of the store certificate. It enables TLS to the store. Read for each new connection. Production requires TLS: this file, or a URI with `tls=true`.',
  },
  kafkaBrokers: {
    name: 'KAFKA_BROKERS',
    type: 'list',
    default: ['127.0.0.1:9092'],
    meaning: 'Kafka brokers, each host:port.',
  },
  kafkaAccess: KAFKA_SETTINGS,
  prefix: {
    name: 'CUPS_PREFIX',
    type: 'text',
    default: '',
    meaning:
      'Prefix of every topic, group and database, so that environments and tests can share one broker and store.',
  },
  commitsEntries: {
    name: 'JOURNAL_ENTRIES',
    type: 'flag',
    default: true,
    meaning:
      'Whether entries for the journal are committed. `false` measures what they cost, and production refuses it.',
  },
} as const satisfies Settings;

/** Settings of every gRPC service. */
export const GRPC_SETTINGS = {
  maxInFlight: {
    name: 'MAX_IN_FLIGHT',
    type: 'number',
    min: 1,
    max: 1000,
    default: 64,
    meaning:
      'Maximum number of running calls; further calls are refused with OVERLOADED. Calls that services make for themselves have the same number of slots of their own.',
  },
} as const satisfies Settings;

/** Port of gRPC, with its default for local use. */
export const grpcPortSetting = <const Port extends number>(port: Port) =>
  ({ name: 'GRPC_PORT', type: 'port', default: port, meaning: 'gRPC port; 0 takes any free port.' }) as const;

/** Operations port, with its default for local use. */
export const httpPortSetting = <const Port extends number>(port: Port) =>
  ({
    name: 'HTTP_PORT',
    type: 'port',
    default: port,
    meaning:
      'Operations port: health (`/healthz`, `/readyz`) and `/metrics`, for internal use only; 0 takes any free port.',
  }) as const;

/** For identity and intake, the only services with these keys. */
export const PERSON_HASH_KEYS_SETTING = {
  name: 'PERSON_HASH_KEYS_FILE',
  type: 'text',
  default: '',
  meaning:
    'File with the keys that detect own applications of operators: a JWK set of 256-bit keys of `use: sig`. The first key hashes the personal number; all are used to compare. Changes are read without a restart. Empty: `person-hash.jwks` in KEYS_DIR. Without the file nothing is compared; production refuses that.',
} as const satisfies Setting;

/** Address of an upstream service. */
export const addressSetting = <const Name extends string>(upstream: string, name: Name, address: string) =>
  ({ name, type: 'address', default: address, meaning: `Address of ${upstream}.` }) as const;

export const dataDirSetting = (what: string) =>
  ({ name: 'REGISTRY_DIR', type: 'path', default: 'data', meaning: `Folder of data files; ${what}` }) as const;

/** For processes that create topics. */
export const TOPIC_PARTITIONS_SETTING = {
  name: 'TOPIC_PARTITIONS',
  type: 'number',
  min: 1,
  max: 1_000,
  default: 3,
  meaning:
    'Number of partitions of a new topic, which limits the number of consuming replicas. Existing topics keep their number.',
} as const satisfies Setting;

/** Polling interval of durable timers. */
export const timerPollSetting = <const Ms extends number>(ms: Ms) =>
  ({
    name: 'TIMER_POLL_INTERVAL_MS',
    type: 'number',
    unit: 'ms',
    min: 50,
    max: 600_000,
    default: ms,
    meaning: 'Interval of the search for due timers, including those of other processes.',
  }) as const;

/** The categories whose term is a setting. */
type RetentionTerm = {
  [C in RetentionCategory]: (typeof RETENTION_RULES)[C] extends { setting: string } ? C : never;
}[RetentionCategory];

/** Returns the setting of a term of retention, in days, which the service reads in ms. */
export function retentionSetting<const C extends RetentionTerm>(category: C) {
  const { setting, range, days, data, starts, source } = RETENTION_RULES[category];
  return {
    name: setting,
    type: 'number',
    unit: 'days',
    min: range[0],
    max: range[1],
    default: days,
    meaning: `Time until these data are erased: ${lowerFirst(data)}. It starts: ${lowerFirst(starts)}. ${
      source === NO_LEGAL_SOURCE ? 'Project default, no legal source.' : source
    }`,
  } as const;
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** Whether data are erased at the end of their terms. */
export const RETENTION_CONFIRMED_SETTING = {
  name: 'RETENTION_CONFIRMED',
  type: 'flag',
  default: true,
  inProduction: false,
  meaning:
    'Whether an administrator confirmed the terms of erasure, which are project defaults without a legal source. Until then nothing is erased at the end of its term; deletion on request and abandoned uploads are not affected.',
} as const;
