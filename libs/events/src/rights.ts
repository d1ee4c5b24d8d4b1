import { quotaOf, type Quota } from './quotas.ts';

/** What one user of Kafka reads, writes and looks at. Names are without the prefix; one that ends with a star stands for all that begin so. */
export interface Uses {
  /** Its name. */
  user: string;
  writes: string[];
  reads: string[];
  /** Groups that it reads in. */
  groups: string[];
  /** Topics and groups of which it learns how far they are, and no message. */
  looksAt?: { topics: string[]; groups: string[] };
  quota?: Quota;
}

/** A right as Kafka keeps it. */
export interface Right {
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
  rights: Right[];
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

const requestsOf = (code: string) => `agency.${code}.requests`;
const repliesOf = (code: string) => `agency.${code}.replies`;

/** Users of services, and of whoever counts their replicas. */
const ofServices = ({ simulated }: Agencies): Uses[] => [
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
    writes: ['training.replies', ...simulated.map(repliesOf)],
    reads: ['training.requests', ...simulated.map(requestsOf)],
    groups: ['agency-simulator.training', ...simulated.map((code) => `agency-simulator-${code}`)],
  },
  {
    user: 'kafka-lag',
    writes: [],
    reads: [],
    groups: [],
    looksAt: { topics: ['cups.applications', 'cups.deliveries'], groups: ['intake', 'agency-bridge', 'notifications'] },
  },
];

/** The name of the user of an agency, without the prefix. */
export const userOfAgency = (code: string): string => `agency.${code}`;

/** The user of an agency. Neither its name nor its groups can be another's: codes have no dots. */
const ofAgency = (code: string, said: Partial<Quota> | undefined): Uses => ({
  user: userOfAgency(code),
  writes: [repliesOf(code)],
  reads: [requestsOf(code), 'cups.centres'],
  groups: [`${code}.*`],
  quota: quotaOf(said),
});

/** Everybody who uses Kafka, and for what: the one list from which rights follow. */
const usesOf = (agencies: Agencies): Uses[] => [
  ...ofServices(agencies),
  ...agencies.agencies.map((code) => ofAgency(code, agencies.quotas?.get(code))),
];

function rightsOf(prefix: string, { writes, reads, groups, looksAt }: Uses): Right[] {
  const right = (resource: Right['resource'], name: string, ...operations: Right['operation'][]): Right[] =>
    operations.map((operation) => ({
      resource,
      name: prefix + name.replace(/\*$/, ''),
      pattern: name.endsWith('*') ? 'prefixed' : 'literal',
      operation,
    }));
  return [
    ...writes.flatMap((topic) => right('topic', topic, 'describe', 'write')),
    // Who writes there too has been given the look at it already.
    ...reads.flatMap((topic) =>
      right('topic', topic, ...(writes.includes(topic) ? [] : ['describe' as const]), 'read'),
    ),
    ...groups.flatMap((group) => right('group', group, 'describe', 'read')),
    ...(looksAt?.topics ?? []).flatMap((topic) => right('topic', topic, 'describe')),
    ...(looksAt?.groups ?? []).flatMap((group) => right('group', group, 'describe')),
  ];
}

/** All users with their rights. Pure. */
export const principalsFor = (prefix: string, agencies: Agencies): Principal[] =>
  usesOf(agencies).map((uses) => ({
    user: prefix + uses.user,
    rights: rightsOf(prefix, uses),
    ...(uses.quota && { quota: uses.quota }),
  }));
