import { resolveQuota, type Quota } from './quotas.ts';
import { CHECKPOINTS_TOPIC, JOURNAL_SOURCES, journalTopic } from './topics.ts';

/** What a Kafka user reads, writes and describes. Names lack the prefix; a trailing star matches any suffix. */
export interface TopicUsage {
  user: string;
  writes: string[];
  reads: string[];
  /** Consumer groups of the user. */
  groups: string[];
  /** Topics and groups with access to offsets but not to messages. */
  describes?: { topics: string[]; groups: string[] };
  quota?: Quota;
}

/** A Kafka access right. */
export interface AclRule {
  resource: 'topic' | 'group';
  /** With the prefix. */
  name: string;
  pattern: 'literal' | 'prefixed';
  operation: 'describe' | 'read' | 'write';
}

/** A user with all its rights; Kafka denies everything else. */
export interface Principal {
  /** With the prefix. */
  user: string;
  rights: AclRule[];
  /** Rate limits; unlimited by default. */
  quota?: Quota | undefined;
}

/** The agencies, and those that the simulator replaces. */
export interface Agencies {
  agencies: string[];
  /** Agencies for which the simulator replies, in addition to trainings. */
  simulated: string[];
  /** Quota overrides from the agency files, by code. */
  quotas?: ReadonlyMap<string, Partial<Quota>>;
}

const requestsTopic = (code: string) => `agency.${code}.requests`;
const repliesTopic = (code: string) => `agency.${code}.replies`;

/** Users of the services and of the lag exporter. */
const listServiceUsages = ({ simulated }: Agencies): TopicUsage[] => [
  {
    user: 'identity',
    writes: ['cups.centres', 'cups.mandates', journalTopic('identity')],
    reads: ['cups.applications'],
    groups: ['identity'],
  },
  {
    user: 'intake',
    writes: ['cups.applications', journalTopic('intake')],
    reads: ['cups.deliveries', 'cups.documents', 'cups.mandates'],
    groups: ['intake'],
  },
  {
    user: 'documents',
    writes: ['cups.documents', journalTopic('documents')],
    reads: ['cups.applications'],
    groups: ['documents'],
  },
  // Prefixes: a new agency needs no change here and no new right for the bridge.
  {
    user: 'agency-bridge',
    writes: ['cups.deliveries', journalTopic('agency-bridge'), 'training.requests', 'agency.*'],
    reads: ['cups.applications', 'cups.documents', 'training.replies', 'agency.*'],
    groups: ['agency-bridge*'],
  },
  {
    user: 'notifications',
    writes: [journalTopic('notifications')],
    reads: ['cups.applications', 'cups.mandates'],
    groups: ['notifications'],
  },
  {
    user: 'journal',
    writes: [CHECKPOINTS_TOPIC],
    reads: [CHECKPOINTS_TOPIC, ...JOURNAL_SOURCES.map(journalTopic)],
    // The second one reads the newest checkpoint at the start and commits no offsets.
    groups: ['journal', 'journal-checkpoints'],
  },
  {
    user: 'agency-simulator',
    writes: ['training.replies', ...simulated.map(repliesTopic)],
    reads: ['training.requests', ...simulated.map(requestsTopic)],
    groups: ['agency-simulator.training', ...simulated.map((code) => `agency-simulator-${code}`)],
  },
  {
    user: 'kafka-lag',
    writes: [],
    reads: [],
    groups: [],
    describes: {
      topics: ['cups.applications', 'cups.deliveries'],
      groups: ['intake', 'agency-bridge', 'notifications'],
    },
  },
];

/** Returns the user name of an agency, without the prefix. */
export const agencyUserName = (code: string): string => `agency.${code}`;

/** Agency codes contain no dots, so no two agencies share a user name or group. */
const buildAgencyUsage = (code: string, quota: Partial<Quota> | undefined): TopicUsage => ({
  user: agencyUserName(code),
  writes: [repliesTopic(code)],
  reads: [requestsTopic(code), 'cups.centres', CHECKPOINTS_TOPIC],
  groups: [`${code}.*`],
  quota: resolveQuota(quota),
});

/** All Kafka users and their usage; the rights derive from this list. */
const listUsages = (agencies: Agencies): TopicUsage[] => [
  ...listServiceUsages(agencies),
  ...agencies.agencies.map((code) => buildAgencyUsage(code, agencies.quotas?.get(code))),
];

function buildAclRules(prefix: string, { writes, reads, groups, describes }: TopicUsage): AclRule[] {
  const buildRules = (resource: AclRule['resource'], name: string, ...operations: AclRule['operation'][]): AclRule[] =>
    operations.map((operation) => ({
      resource,
      name: prefix + name.replace(/\*$/, ''),
      pattern: name.endsWith('*') ? 'prefixed' : 'literal',
      operation,
    }));
  return [
    ...writes.flatMap((topic) => buildRules('topic', topic, 'describe', 'write')),
    // A writer of the topic already has the right to describe it.
    ...reads.flatMap((topic) =>
      buildRules('topic', topic, ...(writes.includes(topic) ? [] : ['describe' as const]), 'read'),
    ),
    ...groups.flatMap((group) => buildRules('group', group, 'describe', 'read')),
    ...(describes?.topics ?? []).flatMap((topic) => buildRules('topic', topic, 'describe')),
    ...(describes?.groups ?? []).flatMap((group) => buildRules('group', group, 'describe')),
  ];
}

/** Returns all users with their rights. Pure. */
export const buildPrincipals = (prefix: string, agencies: Agencies): Principal[] =>
  listUsages(agencies).map((usage) => ({
    user: prefix + usage.user,
    rights: buildAclRules(prefix, usage),
    ...(usage.quota && { quota: usage.quota }),
  }));
