import { join } from 'node:path';
import {
  explainKafkaError,
  ensureTopics,
  ensureUsers,
  reconcileTopics,
  buildPrincipals,
  buildTopics,
} from '@cups/events';
import { readSettings } from '@cups/process/settings';
import type { ConfigOf } from '@cups/process/settings';
import { agenciesIn, readQuotas, selectSimulatedAgencies } from './agencies.ts';
import { TOPIC_SETTINGS } from './settings.ts';
import { readPasswords, formatUserChanges } from './users.ts';

/** Returns the desired state from the environment. @throws Error, one sentence for the user */
function readDesiredTopics() {
  const config = readSettings(TOPIC_SETTINGS, process.env);
  const { dataDir, partitions } = config;
  let agencies: string[];
  try {
    agencies = agenciesIn(dataDir);
  } catch {
    throw new Error(`There is no folder of agencies: ${join(dataDir, 'agencies')} (REGISTRY_DIR).`);
  }
  return { config, agencies, topics: buildTopics(config.prefix, { partitions, agencies }) };
}

type Config = ConfigOf<typeof TOPIC_SETTINGS>;

export async function createTopics(): Promise<void> {
  const { config, agencies, topics } = readDesiredTopics();
  const { brokers, access, prefix, partitions, replication, timeoutMs } = config;
  await ensureTopics({
    brokers,
    access,
    prefix,
    partitions,
    agencies,
    timeoutMs,
    replicationFactor: replication || -1,
  });
  console.log(`${topics.length} topics are there: ${topics.map(({ name }) => name).join(', ')}`);
  if (config.usersDir) await createUsers(config, agencies);
}

async function createUsers(config: Config, agencies: string[]): Promise<void> {
  const { brokers, access, prefix, usersDir } = config;
  if (!access.password)
    throw new Error('KAFKA_USERS_DIR is set without KAFKA_SASL_USERNAME: an administrator makes users.');
  const passwords = readPasswords(usersDir);
  const principals = buildPrincipals(prefix, {
    agencies,
    simulated: selectSimulatedAgencies(config, agencies),
    quotas: readQuotas(config.dataDir),
  });
  const strangers = [...passwords.keys()].filter((name) => !principals.some(({ user }) => user === name));
  for (const name of strangers) console.log(`user ${name}: not one of ours, its password is passed over`);
  const passwordOf = (user: string) => passwords.get(user);
  for (const made of await ensureUsers({ brokers, access, principals, passwordOf }))
    console.log(formatUserChanges(made));
}

/** @returns exit code 1 when a topic is missing */
export async function checkTopics(): Promise<number> {
  const { config, topics } = readDesiredTopics();
  const { brokers, access } = config;
  const looked = await reconcileTopics({ brokers, access, topics, create: false }).catch((error: unknown) => {
    const denial = explainKafkaError(error, { brokers, access, operation: 'administer' });
    throw new Error(denial ?? `Kafka does not respond at ${brokers.join(', ')}.`);
  });
  for (const { name } of looked.missing) console.log(`missing: ${name}`);
  console.log(`${topics.length - looked.missing.length} of ${topics.length} topics are there`);
  return looked.missing.length > 0 ? 1 : 0;
}
