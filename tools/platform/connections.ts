import { KAFKA_SETTINGS, STORED_BACKEND_SETTINGS } from '@cups/backend/settings';
import type { KafkaAccess } from '@cups/events';
import type { LocalPart } from '@cups/local';
import { readSettings } from '@cups/process/settings';
import type { ServiceName } from '../services.ts';
import { administratorAccess, kafkaSignInSettings, storeAuthority, storeAuthorityFile } from './access.ts';
import type { LocalAccess } from './access.ts';

/** The ways of a platform to its store and its Kafka: to what is embedded by its own keys, to what is given as the environment says. */
export interface PlatformConnections {
  mongoUri: string;
  kafkaBrokers: string;
  /** Of the administrator, when Kafka is embedded and closed. */
  kafkaAccess: KafkaAccess | undefined;
  /** What a driver of the store is to be told beside the URI. */
  mongoTls: { tls?: true; ca?: string };
  /** Folder of the passwords of Kafka's users, when they are ours to make. */
  usersDir: string | undefined;
  /** The settings of a service that say how it comes in. */
  settingsOf: (service: ServiceName) => Record<string, string>;
}

/** What runs already. */
export type ExistingParts = ReturnType<typeof readExistingParts>;

/** The store that is named by MONGODB_URI, or by the file of MONGODB_URI_FILE. */
function readStoreUri(): string | undefined {
  const { MONGODB_URI: uri, MONGODB_URI_FILE: file } = process.env;
  return (uri || file) && readSettings(STORED_BACKEND_SETTINGS, process.env).mongoUri;
}

/** What runs already: of the caller, else of the environment; and how it is reached. */
export function readExistingParts(parts: { mongoUri: string; kafkaBrokers: string } | undefined) {
  return {
    mongo: parts?.mongoUri ?? readStoreUri(),
    kafka: parts?.kafkaBrokers ?? process.env['KAFKA_BROKERS'],
    access: readSettings(KAFKA_SETTINGS, process.env),
    ca: readSettings({ ca: STORED_BACKEND_SETTINGS.mongoCa }, process.env).ca,
    /** Whether somebody else has made its topics and users. */
    isMade: parts !== undefined,
  };
}

/** What must be started. */
export const findMissingParts = ({ kafka, mongo }: ExistingParts): LocalPart[] => [
  ...(kafka ? [] : (['kafka'] as const)),
  ...(mongo ? [] : (['store'] as const)),
];

/** Services that sign in to Kafka, each as itself. */
const KAFKA_SERVICES: readonly ServiceName[] = [
  'identity',
  'intake',
  'agency-bridge',
  'notifications',
  'agency-simulator',
];

/** @param embedded the ways into what was started */
export function resolveConnections(embedded: LocalAccess | undefined, given: ExistingParts): PlatformConnections {
  const kafka = given.kafka ? undefined : embedded;
  const store = given.mongo ? undefined : embedded;
  const ca = (store ? storeAuthority(store) : given.ca)?.();
  const caFile = store && storeAuthorityFile(store);
  return {
    mongoUri: given.mongo ?? store?.mongoUri ?? '',
    kafkaBrokers: given.kafka ?? kafka?.brokers.join() ?? '',
    kafkaAccess: kafka ? administratorAccess(kafka) : given.access,
    mongoTls: ca === undefined ? {} : { tls: true, ca },
    usersDir: kafka?.closed?.usersDir,
    settingsOf: (service) => ({
      // Topics are made by whoever may make users as well.
      ...(given.isMade ? {} : { CREATE_TOPICS: 'false' }),
      ...(caFile ? { MONGODB_TLS_CA_FILE: caFile } : {}),
      ...(kafka && KAFKA_SERVICES.includes(service) ? kafkaSignInSettings(kafka, kafka.prefix + service) : {}),
    }),
  };
}
