import { resolveQuota, type Quota } from './quotas.ts';

/** What one user of Kafka reads, writes and looks at. Names are without the prefix; one that ends with a star stands for all that begin so. */
export interface TopicUsage {
  /** Its name. */
  user: string;
  writes: string[];
  reads: string[];
  /** Groups that it reads in. */
  groups: string[];
  /** Topics and groups of which it learns how far they are, and no message. */
  describes?: { topics: string[]; groups: string[] };
  quota?: Quota;
}

/** A right as Kafka keeps it. */
export interface AclRule {
  resource: 'topic' | 'group';
  /** With the prefix. */
  name: string;
  pattern: 'literal' | 'prefixed';
  operation: 'describe' | 'read' | 'write';
}

/** A user with all that it may do; what is not among it Kafka denies. */
export interface Principal {
  /** With the prefix. */
  user: string;
  rights: AclRule[];
  /** What it may take of Kafka; without it, what it likes. */
  quota?: Quota | undefined;
}

/** Which agencies there are, and in whose place the simulator stands. */
export interface Agencies {
  agencies: string[];
  /** Agencies for whom the simulator answers, beside trainings. */
  simulated: string[];
  /** What the files of agencies say of their quotas, by code; of the others the usual ones. */
  quotas?: ReadonlyMap<string, Partial<Quota>>;
}

const requestsTopic = (code: string) => `agency.${code}.requests`;
const repliesTopic = (code: string) => `agency.${code}.replies`;

/** Users of services, and of whoever counts their replicas. */
const listServiceUsages = ({ simulated }: Agencies): TopicUsage[] => [
  { user: 'identity', writes: ['cups.centres'], reads: [], groups: [] },
  { user: 'intake', writes: ['cups.applications'], reads: ['cups.deliveries'], groups: ['intake'] },
  // By what names begin with: an agency that comes changes nothing here, and nobody has to give the bridge anything.
  {
    user: 'agency-bridge',
    writes: ['cups.deliveries', 'training.requests', 'agency.*'],
    reads: ['cups.applications', 'training.replies', 'agency.*'],
    groups: ['agency-bridge*'],
  },
  { user: 'notifications', writes: [], reads: ['cups.applications'], groups: ['notifications'] },
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

/** The name of the user of an agency, without the prefix. */
export const agencyUserName = (code: string): string => `agency.${code}`;

/** The user of an agency. Neither its name nor its groups can be another's: codes have no dots. */
const buildAgencyUsage = (code: string, quota: Partial<Quota> | undefined): TopicUsage => ({
  user: agencyUserName(code),
  writes: [repliesTopic(code)],
  reads: [requestsTopic(code), 'cups.centres'],
  groups: [`${code}.*`],
  quota: resolveQuota(quota),
});

/** Everybody who uses Kafka, and for what: the one list from which rights follow. */
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
    // Who writes there too has been given the look at it already.
    ...reads.flatMap((topic) =>
      buildRules('topic', topic, ...(writes.includes(topic) ? [] : ['describe' as const]), 'read'),
    ),
    ...groups.flatMap((group) => buildRules('group', group, 'describe', 'read')),
    ...(describes?.topics ?? []).flatMap((topic) => buildRules('topic', topic, 'describe')),
    ...(describes?.groups ?? []).flatMap((group) => buildRules('group', group, 'describe')),
  ];
}

/** All users with their rights. Pure. */
export const buildPrincipals = (prefix: string, agencies: Agencies): Principal[] =>
  listUsages(agencies).map((usage) => ({
    user: prefix + usage.user,
    rights: buildAclRules(prefix, usage),
    ...(usage.quota && { quota: usage.quota }),
  }));
