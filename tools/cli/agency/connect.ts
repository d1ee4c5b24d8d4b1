import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { STORED_BACKEND_SETTINGS } from '@cups/backend/settings';
import type { KafkaAccess } from '@cups/events';
import { findRunningProcess } from '@cups/local';
import { readSettings } from '@cups/process/settings';
import { administratorAccess, readAccess, storeAuthority } from '../../platform/access.ts';
import type { ProvisionOptions } from '../../platform/provision-kafka.ts';
import { selectSimulatedAgencies } from '../topics/agencies.ts';
import { TOPIC_SETTINGS } from '../topics/settings.ts';

/** Administrator's connection to the Kafka that serves an agency. */
export interface KafkaConnection {
  /** Description for messages. */
  what: string;
  brokers: string[];
  access: KafkaAccess | undefined;
  prefix: string;
  /** Folder of the users' passwords; undefined if Kafka has no users or the folder is unknown. */
  usersDir: string | undefined;
  /** CA file that an agency must trust. */
  caFile: string | undefined;
  /** Whether the Kafka belongs to a local platform. */
  isLocal: boolean;
  /** Settings of the topics job; absent for a local platform. */
  settings?: Pick<ProvisionOptions, 'partitions' | 'replicationFactor' | 'simulated'>;
  mongo?: { mongoUri: string; mongoCa: (() => string) | undefined };
}

const root = join(import.meta.dirname, '../../..');

/** Returns the data folder of the platform that `npm start` runs here. */
function findLocalDataDir(): string {
  const file = join(root, '.cups', 'running.json');
  const running = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { data?: string }) : {};
  return running.data ?? join(root, '.cups', 'data');
}

/**
 * Connects to the Kafka in KAFKA_BROKERS, or else to that of the local platform.
 * @param folder data folder of a local platform. @default that of `npm start`
 * @returns undefined when there is neither
 * @throws Error, one sentence, when a setting is invalid
 */
export async function connect(folder: string | undefined): Promise<KafkaConnection | undefined> {
  if (!folder && process.env['KAFKA_BROKERS']) return readEnvironment();
  const dataDir = folder ?? findLocalDataDir();
  const ways = (await findRunningProcess(dataDir)) === undefined ? undefined : readAccess(dataDir);
  if (!ways) return undefined;
  const { brokers, prefix, mongoUri, closed } = ways;
  return {
    what: `the platform that runs on ${dataDir}`,
    brokers,
    access: administratorAccess(ways),
    prefix,
    usersDir: closed?.usersDir,
    caFile: closed?.caFile,
    isLocal: true,
    mongo: { mongoUri, mongoCa: storeAuthority(ways) },
  };
}

function readEnvironment(): KafkaConnection {
  const config = readSettings(TOPIC_SETTINGS, process.env);
  const { brokers, access, prefix, usersDir, partitions, replication } = config;
  const { MONGODB_URI, MONGODB_URI_FILE } = process.env;
  const store = MONGODB_URI || MONGODB_URI_FILE ? readSettings(STORED_BACKEND_SETTINGS, process.env) : undefined;
  return {
    what: `Kafka at ${brokers.join()}`,
    brokers,
    access: access.password ? access : undefined,
    prefix,
    usersDir: usersDir || undefined,
    caFile: process.env['KAFKA_TLS_CA_FILE'],
    isLocal: false,
    settings: {
      partitions,
      replicationFactor: replication || -1,
      simulated: (agencies) => selectSimulatedAgencies(config, agencies),
    },
    ...(store && { mongo: { mongoUri: store.mongoUri, mongoCa: store.mongoCa } }),
  };
}
