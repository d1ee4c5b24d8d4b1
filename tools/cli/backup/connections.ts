import { STORED_BACKEND_SETTINGS } from '@cups/backend/settings';
import type { KafkaAccess } from '@cups/events';
import { findRunningProcess } from '@cups/local';
import { readSettings } from '@cups/process/settings';
import { administratorAccess, readAccess, storeAuthority } from '../../platform/access.ts';
import type { LocalAccess } from '../../platform/access.ts';
import { startEmbeddedParts } from '../../platform/parts.ts';

/** Store and Kafka of a backup or restore. */
export interface BackupConnections {
  mongoUri: string;
  /** CA certificates of the store. @default those of the URI */
  mongoCa?: (() => string) | undefined;
  brokers: string[];
  /** User that may read all topics and move all groups. @default none */
  access?: KafkaAccess;
  prefix: string;
}

/**
 * Runs `work` with the store and Kafka of the environment, or else those of the local platform, which it starts if needed.
 * @throws Error, one sentence for the user
 */
export async function withConnections<T>(
  dataDir: string,
  onProgress: (line: string) => void,
  work: (parts: BackupConnections) => Promise<T>,
): Promise<T> {
  const settings = readSettings(STORED_BACKEND_SETTINGS, process.env);
  const { mongoUri, mongoCa, kafkaBrokers: brokers, kafkaAccess: access, prefix } = settings;
  if (hasExternalParts()) return work({ mongoUri, mongoCa, brokers, access, prefix });
  if ((await findRunningProcess(dataDir)) !== undefined)
    return work(Object.assign(connectionsOfRunning(dataDir), { prefix }));
  const { local, access: ways } = await startEmbeddedParts({ dataDir, onProgress, prefix });
  try {
    return await work(Object.assign(toConnections(ways), { prefix }));
  } finally {
    await local.stop();
  }
}

/** Whether the environment names the store and Kafka. @throws Error when it names only one */
export function hasExternalParts(): boolean {
  const { MONGODB_URI, MONGODB_URI_FILE, KAFKA_BROKERS } = process.env;
  const store = Boolean(MONGODB_URI || MONGODB_URI_FILE);
  if (store === Boolean(KAFKA_BROKERS)) return store;
  throw new Error('Set both MONGODB_URI (or MONGODB_URI_FILE) and KAFKA_BROKERS, or neither for the local platform.');
}

/** Returns the connections of the local platform that runs on this folder. @throws Error when it has no access file */
export function connectionsOfRunning(dataDir: string): Omit<BackupConnections, 'prefix'> {
  const access = readAccess(dataDir);
  if (!access) throw new Error(`The platform on ${dataDir} has no access file: start it with \`npm start\`.`);
  return toConnections(access);
}

function toConnections(ways: LocalAccess): Omit<BackupConnections, 'prefix'> {
  const { mongoUri, brokers } = ways;
  const access = administratorAccess(ways);
  return Object.assign({ mongoUri, brokers, mongoCa: storeAuthority(ways) }, access && { access });
}
