import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildPrincipals, buildTopics } from '@cups/events';
import type { Principal } from '@cups/events';
import { parse } from 'yaml';
import { API_VERSION } from './schemas.ts';

/**
 * Topics and users of the platform as objects of Strimzi, from the lists of the code. Those of agencies and of trainings come with
 * helm/agencies, because agencies come and go as data.
 */

const root = join(import.meta.dirname, '../..');
const NAMESPACE = 'kafka';

interface AgencyValues {
  cluster: string;
  topics: { partitions: number; replicas: number; minInSyncReplicas: number };
}

/** What helm/agencies gives its topics as it stands: those here are kept alike. */
export const agencyValues = (): AgencyValues =>
  parse(readFileSync(join(root, 'helm/agencies/values.yaml'), 'utf8')) as AgencyValues;

/** Of helm/agencies: the user that answers trainings. */
const EXCLUDED_USERS = ['agency-simulator'];

const metadata = (name: string, cluster: string) => ({
  name,
  namespace: NAMESPACE,
  labels: {
    'app.kubernetes.io/part-of': 'cups',
    // By this the operators of Strimzi know whose it is.
    'strimzi.io/cluster': cluster,
  },
});

/** The topics that are there however many agencies. */
export function topicObjects(): object[] {
  const { cluster, topics: asked } = agencyValues();
  const topics = buildTopics('', { partitions: asked.partitions, agencies: [] });
  return topics
    .filter(({ name }) => !name.startsWith('training.'))
    .map(({ name, partitions, config }) => ({
      apiVersion: API_VERSION,
      kind: 'KafkaTopic',
      metadata: metadata(name, cluster),
      spec: {
        topicName: name,
        partitions,
        replicas: asked.replicas,
        config: {
          'cleanup.policy': config['cleanup.policy'],
          'retention.ms': Number(config['retention.ms']),
          'min.insync.replicas': asked.minInSyncReplicas,
        },
      },
    }));
}

/**
 * Users of services, and of whoever counts their replicas, each with its rights and no others.
 * @param agencies codes of all that have a file
 */
export function userObjects(agencies: string[]): object[] {
  const { cluster } = agencyValues();
  const users = buildPrincipals('', { agencies, simulated: [] });
  return users
    .filter(({ user }) => !user.startsWith('agency.') && !EXCLUDED_USERS.includes(user))
    .map((principal) => ({
      apiVersion: API_VERSION,
      kind: 'KafkaUser',
      metadata: metadata(principal.user, cluster),
      spec: {
        authentication: { type: 'scram-sha-512' },
        authorization: { type: 'simple', acls: toAcls(principal) },
      },
    }));
}

const OPERATIONS = { describe: 'Describe', read: 'Read', write: 'Write' } as const;

/** The rights of a user, one entry for each topic or group. */
export function toAcls({ rights }: Principal) {
  const byResource = Map.groupBy(rights, ({ resource, name, pattern }) => `${resource} ${pattern} ${name}`);
  return [...byResource.values()].map((same) => {
    const { resource, name, pattern } = same[0]!;
    return {
      resource: { type: resource, name, patternType: pattern === 'prefixed' ? 'prefix' : 'literal' },
      operations: same.map(({ operation }) => OPERATIONS[operation]),
    };
  });
}
