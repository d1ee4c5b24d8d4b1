import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureTopics, lookAfterTopics, topicsFor } from '@cups/events';
import { readSettings } from '@cups/process/settings';
import { agenciesIn } from './topics/agencies.ts';
import { settings } from './topics/settings.ts';

/** `npm run topics`, and a job of a cluster: the topics of the platform and of every agency. */

const HELP = `npm run topics [-- options]

Creates the topics of the platform and of each agency that has a file; those that exist are left as they are. Settings come
from the environment: KAFKA_BROKERS, CUPS_PREFIX, CUPS_DATA, TOPIC_PARTITIONS, TOPIC_REPLICATION, TOPIC_TIMEOUT_MS
(docs/settings.md).

  --check   create nothing; say what is missing, and end with code 1 when something is
  --help    this text
`;

try {
  const { values } = parseArgs({
    options: { check: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
  });
  if (values.help) console.log(HELP);
  else process.exitCode = await (values.check ? check : create)();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

/** What the environment asks for. @throws Error, one sentence for a person */
function wanted() {
  const config = readSettings(settings, process.env);
  const { dataDir, partitions } = config;
  let agencies: string[];
  try {
    agencies = agenciesIn(dataDir);
  } catch {
    throw new Error(`There is no folder of agencies: ${join(dataDir, 'agencies')} (CUPS_DATA).`);
  }
  return { config, agencies, topics: topicsFor(config.prefix, { partitions, agencies }) };
}

async function create(): Promise<number> {
  const { config, agencies, topics } = wanted();
  const { brokers, prefix, partitions, replication, timeoutMs } = config;
  await ensureTopics({ brokers, prefix, partitions, agencies, timeoutMs, replicationFactor: replication || -1 });
  console.log(`${topics.length} topics are there: ${topics.map(({ name }) => name).join(', ')}`);
  return 0;
}

async function check(): Promise<number> {
  const { config, topics } = wanted();
  const looked = await lookAfterTopics({ brokers: config.brokers, topics, create: false }).catch(() => {
    throw new Error(`Kafka does not answer at ${config.brokers.join(', ')}.`);
  });
  for (const { name } of looked.missing) console.log(`missing: ${name}`);
  console.log(`${topics.length - looked.missing.length} of ${topics.length} topics are there`);
  return looked.missing.length > 0 ? 1 : 0;
}
