import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { STORED } from '@cups/backend/settings';
import type { KafkaAccess } from '@cups/events';
import { runsOn, startLocal } from '@cups/local';
import { readSettings } from '@cups/process/settings';

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
  const local = await startLocal({ dataDir, onProgress });
  try {
    await work({ mongoUri: local.mongoUri, brokers: local.kafkaBrokers.split(','), prefix });
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

/** Those of the local platform that runs on this folder. */
export function runningOn(dataDir: string): Pick<Parts, 'mongoUri' | 'brokers'> {
  const { kafka, store } = JSON.parse(readFileSync(join(dataDir, 'ports.json'), 'utf8')) as Record<string, number>;
  return { mongoUri: `mongodb://127.0.0.1:${store}`, brokers: [`127.0.0.1:${kafka}`] };
}
