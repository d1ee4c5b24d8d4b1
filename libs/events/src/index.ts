export type { KafkaAccess } from './access.ts';
export { ensureAdministrator } from './administrator.ts';
export type { Consumer, ConsumerOptions } from './consume/consumer.ts';
export { createConsumer } from './consume/consumer.ts';
export { decode, encode } from './envelope.ts';
export type { RawMessage } from './envelope.ts';
export { TOPIC_EXPECTATIONS } from './expectations.ts';
export { connectKafka, explainKafkaError, getErrorCode } from './kafka.ts';
export { createPublisher } from './publisher.ts';
export { AGENCY_QUOTA, resolveQuota } from './quotas.ts';
export type { Quota } from './quotas.ts';
export { buildPrincipals, agencyUserName } from './acls.ts';
export type { Principal, AclRule } from './acls.ts';
export {
  ensureTopics,
  reconcileTopics,
  buildTopics,
  buildAgencyTopics,
  buildTrainingTopics,
  CHECKPOINTS_TOPIC,
  JOURNAL_SOURCES,
  journalTopic,
  AGENCY_RETENTION_DAYS,
  JOURNAL_RETENTION_DAYS,
  TRAINING_RETENTION_DAYS,
} from './topics.ts';
export type { LagWatch, StuckPartition } from './consume/lag-watch.ts';
export { openLagWatch } from './consume/lag-watch.ts';
export { readTail } from './read-tail.ts';
export type { ReadTailOptions } from './read-tail.ts';
export { ensureUsers, removeUsers } from './users.ts';
export type { UserResult } from './users.ts';
export type { HandlerResult } from './consume/handler-result.ts';
