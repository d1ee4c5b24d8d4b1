import { AGENCY_QUOTA } from '@cups/events';
import { flag, integer, matchingPattern, objectName } from './schema.ts';
import type { Value } from './schema.ts';
import { value } from './values.ts';

/** The values of the chart of agencies. It is installed beside Kafka and shares no values with the platform. */
export const AGENCIES: Value[] = [
  value('cluster', objectName, 'kafka', 'Name of the Strimzi Kafka.'),
  value('prefix', matchingPattern('^[a-z0-9.-]*$'), '', 'Prefix of every topic, group and user.'),
  value('topics.partitions', integer(1, 1000), 24, 'Number of partitions of each topic; it can only grow.'),
  value('topics.replicas', integer(1, 10), 3, 'Replication factor of each topic.'),
  value('topics.minInSyncReplicas', integer(1, 10), 2, 'Minimum number of in-sync replicas of a written message.'),
  value('topics.retentionDays', integer(1, 3650), 90, 'Days that a message is kept.'),
  value('users.enabled', flag, true, 'Creates a user for each agency, with a password and its rights.'),
  ...(
    [
      ['producerBytesPerSecond', integer(1024, 1_000_000_000), 'Bytes that an agency may write per second and broker'],
      ['consumerBytesPerSecond', integer(1024, 1_000_000_000), 'Bytes that an agency may read per second and broker'],
      ['requestPercent', integer(1, 100), 'Percentage of a broker thread that an agency may use'],
    ] as const
  ).map(([name, schema, meaning]) =>
    value(`users.${name}`, schema, AGENCY_QUOTA[name], `${meaning}, unless \`quota\` of its file sets another value.`),
  ),
  value('training.enabled', flag, true, 'Creates the training topics, and a user for the simulator.'),
];
