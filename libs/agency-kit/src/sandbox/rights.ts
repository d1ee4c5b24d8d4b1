import kafkajs, { type AclEntry } from 'kafkajs';
import { CENTRES_TOPIC, topicsOf } from '@cups/agency-contract';

// Node sees no names of a package that is made so; its default is all of it.
const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;

/** Who plays the platform in a sandbox. */
export const PLATFORM_USER = 'sandbox-platform';

/** The user of an agency, as a platform names it. */
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

/** What an agency may, as the contract says it, and nothing else. */
function agencyAcls(agency: string): AclEntry[] {
  const { requests, replies } = topicsOf(agency);
  const user = userOf(agency);
  return [
    ...toAclEntries(user, 'TOPIC', replies, 'DESCRIBE', 'WRITE'),
    ...toAclEntries(user, 'TOPIC', requests, 'DESCRIBE', 'READ'),
    ...toAclEntries(user, 'TOPIC', CENTRES_TOPIC, 'DESCRIBE', 'READ'),
    ...toAclEntries(user, 'GROUP', `${agency}.`, 'DESCRIBE', 'READ'),
  ];
}

/** What the platform's side of a sandbox may. */
function platformAcls(agencies: readonly string[]): AclEntry[] {
  const topics = agencies.map((one) => topicsOf(one));
  return [
    ...topics.flatMap(({ requests }) => toAclEntries(PLATFORM_USER, 'TOPIC', requests, 'DESCRIBE', 'WRITE')),
    ...topics.flatMap(({ replies }) => toAclEntries(PLATFORM_USER, 'TOPIC', replies, 'DESCRIBE', 'READ')),
    ...toAclEntries(PLATFORM_USER, 'TOPIC', CENTRES_TOPIC, 'DESCRIBE', 'WRITE'),
    ...toAclEntries(PLATFORM_USER, 'GROUP', 'cups-agency.', 'DESCRIBE', 'READ'),
  ];
}

/** All rights of a sandbox; what is not among them Kafka denies. */
export const sandboxAcls = (agencies: readonly string[]): AclEntry[] => [
  ...agencies.flatMap(agencyAcls),
  ...platformAcls(agencies),
];
