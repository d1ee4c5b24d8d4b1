import { KAFKA_SETTINGS, STORED_BACKEND_SETTINGS } from '@cups/backend/settings';
import type { KafkaAccess } from '@cups/events';
import type { LocalPart } from '@cups/local';
import { readSettings } from '@cups/process/settings';
import type { ServiceName } from './services.ts';
import { administratorAccess, kafkaSignInSettings, storeAuthority, storeAuthorityFile } from './access.ts';
import type { LocalAccess } from './access.ts';

/** A platform's connections to its store and Kafka: embedded ones with their own keys, others from the environment. */
export interface PlatformConnections {
  mongoUri: string;
  kafkaBrokers: string;
  /** The administrator's access, when Kafka is embedded and has users. */
  kafkaAccess: KafkaAccess | undefined;
  /** TLS options of the store's driver. */
  mongoTls: { tls?: true; ca?: string };
  /** Folder of Kafka passwords, when the platform manages the users. */
  usersDir: string | undefined;
  /** Connection settings of a service. */
  settingsOf: (service: ServiceName) => Record<string, string>;
}

/** Parts that already run. */
export type ExistingParts = ReturnType<typeof readExistingParts>;

/** Returns the store URI of MONGODB_URI or MONGODB_URI_FILE. */
function readStoreUri(): string | undefined {
  const { MONGODB_URI: uri, MONGODB_URI_FILE: file } = process.env;
  return (uri || file) && readSettings(STORED_BACKEND_SETTINGS, process.env).mongoUri;
}

/** Returns the running parts of the caller, or else of the environment. */
export function readExistingParts(parts: { mongoUri: string; kafkaBrokers: string } | undefined) {
  return {
    mongo: parts?.mongoUri ?? readStoreUri(),
    kafka: parts?.kafkaBrokers ?? process.env['KAFKA_BROKERS'],
    access: readSettings(KAFKA_SETTINGS, process.env),
    ca: readSettings({ ca: STORED_BACKEND_SETTINGS.mongoCa }, process.env).ca,
    /** Whether their topics and users exist. */
    isMade: parts !== undefined,
  };
}

/** Returns the parts to start. */
export const findMissingParts = ({ kafka, mongo }: ExistingParts): LocalPart[] => [
  ...(kafka ? [] : (['kafka'] as const)),
  ...(mongo ? [] : (['store'] as const)),
];

/** Services that sign in to Kafka as themselves. */
const KAFKA_SERVICES: readonly ServiceName[] = [
  'identity',
  'intake',
  'documents',
  'agency-bridge',
  'notifications',
  'journal',
  'agency-simulator',
];

/** @param embedded access to the started parts */
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
      // A caller that may create users also creates the topics.
      ...(given.isMade ? {} : { CREATE_TOPICS: 'false' }),
      ...(caFile ? { MONGODB_TLS_CA_FILE: caFile } : {}),
      ...(kafka && KAFKA_SERVICES.includes(service) ? kafkaSignInSettings(kafka, kafka.prefix + service) : {}),
    }),
  };
}
