import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildPrincipals, buildTopics } from '@cups/events';
import type { Principal } from '@cups/events';
import { parse } from 'yaml';
import { API_VERSION } from './schemas.ts';

/**
 * Strimzi objects for the platform's topics and users, from the lists in the code. Those of agencies and trainings are in
 * helm/agencies, since agencies are data.
 */

const root = join(import.meta.dirname, '../../..');
const NAMESPACE = 'kafka';

interface AgencyValues {
  cluster: string;
  topics: { partitions: number; replicas: number; minInSyncReplicas: number };
}

/** Topic settings of helm/agencies: these topics use the same. */
export const agencyValues = (): AgencyValues =>
  parse(readFileSync(join(root, 'helm/agencies/values.yaml'), 'utf8')) as AgencyValues;

/** A user of helm/agencies: it replies to trainings. */
const EXCLUDED_USERS = ['agency-simulator'];

const metadata = (name: string, cluster: string) => ({
  name,
  namespace: NAMESPACE,
  labels: {
    'app.kubernetes.io/part-of': 'cups',
    // Strimzi's operators select their objects by this label.
    'strimzi.io/cluster': cluster,
  },
});

/** Returns the topics that are independent of agencies. */
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
 * Returns the users of services and of KEDA, each with its ACLs.
 * @param agencies codes of all agencies
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

/** Returns a user's ACLs, one entry per topic or group. */
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
