import { STORED_BACKEND_SETTINGS } from '@cups/backend/settings';
import type { KafkaAccess } from '@cups/events';
import { findRunningProcess } from '@cups/local';
import { readSettings } from '@cups/process/settings';
import { administratorAccess, readAccess, storeAuthority } from '../platform/access.ts';
import type { LocalAccess } from '../platform/access.ts';
import { startEmbeddedParts } from '../platform/parts.ts';

/** The store and Kafka that a backup is taken of, or restored into. */
export interface BackupConnections {
  mongoUri: string;
  /** The authorities of its certificate. @default as the URI says */
  mongoCa?: (() => string) | undefined;
  brokers: string[];
  /** Of a user that may read all topics and move all groups. @default in the open, as nobody */
  access?: KafkaAccess;
  prefix: string;
}

/**
 * Runs `work` with the store and Kafka that the environment names, else with those of a local platform: the ones that run on its
 * data folder, or, when none do, ones that are started for it.
 * @throws Error, one sentence for a person
 */
export async function withConnections(
  dataDir: string,
  onProgress: (line: string) => void,
  work: (parts: BackupConnections) => Promise<void>,
): Promise<void> {
  const settings = readSettings(STORED_BACKEND_SETTINGS, process.env);
  const { mongoUri, mongoCa, kafkaBrokers: brokers, kafkaAccess: access, prefix } = settings;
  if (hasExternalParts()) return work({ mongoUri, mongoCa, brokers, access, prefix });
  if ((await findRunningProcess(dataDir)) !== undefined)
    return work(Object.assign(connectionsOfRunning(dataDir), { prefix }));
  const { local, access: ways } = await startEmbeddedParts({ dataDir, onProgress, prefix });
  try {
    await work(Object.assign(toConnections(ways), { prefix }));
  } finally {
    await local.stop();
  }
}

/** Whether the environment names the store and Kafka. @throws Error when it names only one of them */
export function hasExternalParts(): boolean {
  const { MONGODB_URI, MONGODB_URI_FILE, KAFKA_BROKERS } = process.env;
  const store = Boolean(MONGODB_URI || MONGODB_URI_FILE);
  if (store === Boolean(KAFKA_BROKERS)) return store;
  throw new Error('Name both, MONGODB_URI (or MONGODB_URI_FILE) and KAFKA_BROKERS, or none for the local platform.');
}

/** Those of the local platform that runs on this folder. @throws Error when it does not say how one comes in */
export function connectionsOfRunning(dataDir: string): Omit<BackupConnections, 'prefix'> {
  const access = readAccess(dataDir);
  if (!access) throw new Error(`What runs on ${dataDir} does not say how one comes in: start it with \`npm start\`.`);
  return toConnections(access);
}

function toConnections(ways: LocalAccess): Omit<BackupConnections, 'prefix'> {
  const { mongoUri, brokers } = ways;
  const access = administratorAccess(ways);
  return Object.assign({ mongoUri, brokers, mongoCa: storeAuthority(ways) }, access && { access });
}
