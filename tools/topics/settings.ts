import { dataDir, STORED, TOPIC_PARTITIONS } from '@cups/backend/settings';
import type { Settings } from '@cups/process/settings';

/** The settings of `topics`, which creates what the services write to and read from. */
export const settings = {
  brokers: STORED.kafkaBrokers,
  prefix: STORED.prefix,
  dataDir: dataDir('each agency of its folder `agencies` has topics of its own.'),
  partitions: TOPIC_PARTITIONS,
  replication: {
    name: 'TOPIC_REPLICATION',
    type: 'number',
    min: 0,
    max: 10,
    default: 0,
    meaning: "Copies of a topic that is created, each on a broker of its own; 0 is the brokers' own default.",
  },
  timeoutMs: {
    name: 'TOPIC_TIMEOUT_MS',
    type: 'number',
    unit: 'ms',
    min: 1000,
    max: 600_000,
    default: 60_000,
    meaning: 'How long brokers that are away are waited for.',
  },
} as const satisfies Settings;
