import { STORED } from '@cups/backend/settings';
import type { KafkaAccess } from '@cups/events';
import { runsOn } from '@cups/local';
import { readSettings } from '@cups/process/settings';
import { asAdministrator, readAccess, storeAuthority } from '../platform/access.ts';
import type { Access } from '../platform/access.ts';
import { startParts } from '../platform/parts.ts';

/** The store and Kafka that a backup is taken of, or restored into. */
export interface Parts {
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
export async function withParts(
  dataDir: string,
  onProgress: (line: string) => void,
  work: (parts: Parts) => Promise<void>,
): Promise<void> {
  const settings = readSettings(STORED, process.env);
  const { mongoUri, mongoCa, kafkaBrokers: brokers, kafkaAccess: access, prefix } = settings;
  if (isGiven()) return work({ mongoUri, mongoCa, brokers, access, prefix });
  if ((await runsOn(dataDir)) !== undefined) return work(Object.assign(runningOn(dataDir), { prefix }));
  const { local, access: ways } = await startParts({ dataDir, onProgress, prefix });
  try {
    await work(Object.assign(partsOf(ways), { prefix }));
  } finally {
    await local.stop();
  }
}

/** Whether the environment names the store and Kafka. @throws Error when it names only one of them */
export function isGiven(): boolean {
  const { MONGODB_URI, MONGODB_URI_FILE, KAFKA_BROKERS } = process.env;
  const store = Boolean(MONGODB_URI || MONGODB_URI_FILE);
  if (store === Boolean(KAFKA_BROKERS)) return store;
  throw new Error('Name both, MONGODB_URI (or MONGODB_URI_FILE) and KAFKA_BROKERS, or none for the local platform.');
}

/** Those of the local platform that runs on this folder. @throws Error when it does not say how one comes in */
export function runningOn(dataDir: string): Omit<Parts, 'prefix'> {
  const access = readAccess(dataDir);
  if (!access) throw new Error(`What runs on ${dataDir} does not say how one comes in: start it with \`npm start\`.`);
  return partsOf(access);
}

function partsOf(ways: Access): Omit<Parts, 'prefix'> {
  const { mongoUri, brokers } = ways;
  const access = asAdministrator(ways);
  return Object.assign({ mongoUri, brokers, mongoCa: storeAuthority(ways) }, access && { access });
}
