import type { Setting, Settings } from '@cups/process/settings';

/** Settings that services share, each declared here once; the `config.ts` of a service takes what it needs. */

/** Of every process of the platform: where it runs and serves, its keys, its log. */
export const PROCESS_SETTINGS = {
  environment: {
    name: 'CUPS_ENV',
    type: 'environment',
    meaning:
      'Where the process runs. It has no default: development allows what production refuses, such as plain connections, and a forgotten setting must not allow it.',
  },
  host: {
    name: 'LISTEN_HOST',
    type: 'ip',
    default: '127.0.0.1',
    meaning:
      'Where gRPC and the operations port listen. Loopback unless it is set, so that a process started by hand opens no port to its network; `::`, as in a pod, is every address of IPv4 and IPv6.',
  },
  keysDir: {
    name: 'CUPS_KEYS',
    type: 'path',
    default: '.cups/keys',
    meaning: "Folder of keys: the service's own private one and everybody's public ones, read again when they change.",
  },
  tlsDir: {
    name: 'GRPC_TLS_DIR',
    type: 'path',
    optional: true,
    requiredInProduction: true,
    meaning:
      "Folder with the service's own certificate `tls.crt` (its SPIFFE id `spiffe://cups/<service>`), its key `tls.key` and the authorities that count `ca.crt`, read again when they change. With it calls between services are mutual TLS; without it they are plain.",
  },
  logLevel: {
    name: 'LOG_LEVEL',
    type: 'choice',
    choices: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
    default: 'info',
    meaning: 'The least level of lines that are logged.',
  },
  release: {
    name: 'CUPS_RELEASE',
    type: 'text',
    default: 'unnamed',
    meaning: 'What was built; an image brings the name of its own. Seen as `cups_build_info`.',
  },
} as const satisfies Settings;

/** How one signs in to Kafka; a missing setting means that it is spoken to in the open, by nobody in particular. */
export const KAFKA_SETTINGS = {
  ca: {
    name: 'KAFKA_TLS_CA_FILE',
    type: 'file',
    optional: true,
    requiredInProduction: true,
    meaning:
      'File of the authorities (PEM) that the certificates of the brokers must be from; with it Kafka is spoken to over TLS. Read again for each connection.',
  },
  username: {
    name: 'KAFKA_SASL_USERNAME',
    type: 'text',
    default: '',
    meaning: 'User of Kafka that the service signs in as (SCRAM-SHA-512), over TLS only; empty: it does not sign in.',
  },
  password: {
    name: 'KAFKA_SASL_PASSWORD_FILE',
    type: 'secret-file',
    optional: true,
    secret: true,
    meaning: 'File with the password of that user, read again for each connection.',
  },
} as const satisfies Settings;

/** Of every service with a store and Kafka. */
export const STORED_BACKEND_SETTINGS = {
  mongoUri: {
    name: 'MONGODB_URI',
    file: 'MONGODB_URI_FILE',
    type: 'store-uri',
    default: 'mongodb://127.0.0.1:27017',
    secret: true,
    meaning: 'The whole URI of the store, without a database; the database is `<CUPS_PREFIX>cups-<service>`.',
  },
  mongoCa: {
    name: 'MONGODB_TLS_CA_FILE',
    type: 'file',
    optional: true,
    meaning:
      'File of the authorities (PEM) that the certificate of the store must be from; with it the store is spoken to over TLS. Read again when the connection is made anew. Production takes no store without TLS: it needs this file, or a URI with `tls=true`.',
  },
  kafkaBrokers: {
    name: 'KAFKA_BROKERS',
    type: 'list',
    default: ['127.0.0.1:9092'],
    meaning: 'Where Kafka is found, each host:port.',
  },
  kafkaAccess: KAFKA_SETTINGS,
  prefix: {
    name: 'CUPS_PREFIX',
    type: 'text',
    default: '',
    meaning: 'Before every topic, group and database, so that environments and tests share one broker and store.',
  },
} as const satisfies Settings;

/** Of every service that serves gRPC. */
export const GRPC_SETTINGS = {
  maxInFlight: {
    name: 'MAX_IN_FLIGHT',
    type: 'number',
    min: 1,
    max: 1000,
    default: 64,
    meaning:
      'Calls that are worked on at once; more are refused with OVERLOADED. Calls of services for themselves have as many places of their own.',
  },
} as const satisfies Settings;

/** The port of gRPC, with the one that a process started by hand takes. */
export const grpcPortSetting = <const Port extends number>(port: Port) =>
  ({ name: 'GRPC_PORT', type: 'port', default: port, meaning: 'Port of gRPC; 0 takes any free one.' }) as const;

/** The port for operators of the platform, with the one that a process started by hand takes. */
export const httpPortSetting = <const Port extends number>(port: Port) =>
  ({
    name: 'HTTP_PORT',
    type: 'port',
    default: port,
    meaning: 'Port of health (`/healthz`, `/readyz`) and `/metrics`, for the inside only; 0 takes any free one.',
  }) as const;

/** Of identity and intake, who alone have these keys. */
export const PERSON_HASH_KEYS_SETTING = {
  name: 'PERSON_HASH_KEYS_FILE',
  type: 'text',
  default: '',
  meaning:
    "File of the keys by which intake sees that an application is the operator's own, a JWK set of keys of 256 bits of `use: sig`: the first hashes the personal number, all are compared by. Read again when it changes; empty: `person-hash.jwks` in CUPS_KEYS. Without it, which production refuses, nothing is compared.",
} as const satisfies Setting;

/** Where a neighbour is called. */
export const addressSetting = <const Name extends string>(upstream: string, name: Name, address: string) =>
  ({ name, type: 'address', default: address, meaning: `Where ${upstream} is called.` }) as const;

/** Folder of data files. */
export const dataDirSetting = (what: string) =>
  ({ name: 'CUPS_DATA', type: 'path', default: 'data', meaning: `Folder of data files; ${what}` }) as const;

/** Of whoever creates topics. */
export const TOPIC_PARTITIONS_SETTING = {
  name: 'TOPIC_PARTITIONS',
  type: 'number',
  min: 1,
  max: 1_000,
  default: 3,
  meaning:
    'Partitions of a topic that is created; so many replicas can share its messages. Topics that exist keep what they have.',
} as const satisfies Setting;

/** How often durable timers are looked for. */
export const timerPollSetting = <const Ms extends number>(ms: Ms) =>
  ({
    name: 'TIMER_POLL_MS',
    type: 'number',
    unit: 'ms',
    min: 50,
    max: 600_000,
    default: ms,
    meaning: 'How often due timers, also those of other processes, are looked for.',
  }) as const;
