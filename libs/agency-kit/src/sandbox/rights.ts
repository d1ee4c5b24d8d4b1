import kafkajs, { type AclEntry } from 'kafkajs';
import { CENTRES_TOPIC, CHECKPOINTS_TOPIC, topicsOf } from '@cups/agency-contract';

// Node finds no named exports in this CommonJS package.
const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;

/** User that plays the platform in a sandbox. */
export const PLATFORM_USER = 'sandbox-platform';

/** Returns the Kafka user of an agency, named as on a platform. */
export const userOf = (agency: string): string => `agency.${agency}`;

type Operation = 'DESCRIBE' | 'READ' | 'WRITE';

function toAclEntries(user: string, resource: 'TOPIC' | 'GROUP', name: string, ...operations: Operation[]): AclEntry[] {
  return operations.map((operation) => ({
    resourceType: AclResourceTypes[resource],
    resourceName: name,
    resourcePatternType: name.endsWith('.') ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
    principal: `User:${user}`,
    host: '*',
    operation: AclOperationTypes[operation],
    permissionType: AclPermissionTypes.ALLOW,
  }));
}

/** Returns the ACLs of an agency, exactly those in the contract. */
function agencyAcls(agency: string): AclEntry[] {
  const { requests, replies } = topicsOf(agency);
  const user = userOf(agency);
  return [
    ...toAclEntries(user, 'TOPIC', replies, 'DESCRIBE', 'WRITE'),
    ...toAclEntries(user, 'TOPIC', requests, 'DESCRIBE', 'READ'),
    ...toAclEntries(user, 'TOPIC', CENTRES_TOPIC, 'DESCRIBE', 'READ'),
    ...toAclEntries(user, 'TOPIC', CHECKPOINTS_TOPIC, 'DESCRIBE', 'READ'),
    ...toAclEntries(user, 'GROUP', `${agency}.`, 'DESCRIBE', 'READ'),
  ];
}

/** Returns the ACLs of the user that plays the platform. */
function platformAcls(agencies: readonly string[]): AclEntry[] {
  const topics = agencies.map((agency) => topicsOf(agency));
  return [
    ...topics.flatMap(({ requests }) => toAclEntries(PLATFORM_USER, 'TOPIC', requests, 'DESCRIBE', 'WRITE')),
    ...topics.flatMap(({ replies }) => toAclEntries(PLATFORM_USER, 'TOPIC', replies, 'DESCRIBE', 'READ')),
    ...toAclEntries(PLATFORM_USER, 'TOPIC', CENTRES_TOPIC, 'DESCRIBE', 'WRITE'),
    ...toAclEntries(PLATFORM_USER, 'TOPIC', CHECKPOINTS_TOPIC, 'DESCRIBE', 'WRITE'),
    ...toAclEntries(PLATFORM_USER, 'GROUP', 'cups-agency.', 'DESCRIBE', 'READ'),
  ];
}

/** Returns all ACLs of a sandbox; Kafka denies everything else. */
export const sandboxAcls = (agencies: readonly string[]): AclEntry[] => [
  ...agencies.flatMap(agencyAcls),
  ...platformAcls(agencies),
];
