import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject } from './render.ts';

/**
 * What a release leaves in a cluster that the next one cannot change: fields that the API server refuses to change, and
 * objects that the pods of the release before go on using while they are replaced.
 */

/** Of one render: every object by its name, with its fields that must stay. */
export type ImmutableFields = Record<string, Record<string, unknown>>;

/** The record of a release. */
export interface ReleaseRecord {
  /** Of the chart of the platform. */
  version: string;
  /** Of its archive, by which a change of any chart in it is known; absent of a release before this was written down. */
  digest?: string;
  /** By what they are of: `platform production`, `centres`. */
  renders: Record<string, ImmutableFields>;
}

interface ImmutableField {
  path: string;
  /** Who refuses, or what would break. */
  why: string;
  /** Whether a change is none, and what it may be otherwise. @default equal */
  isAllowedChange?: (from: unknown, to: unknown) => boolean;
}

const API = 'the API server refuses to change it';
const STRIMZI = 'Kafka cannot do it';

const isGrowth = (from: unknown, to: unknown) => Number(to) >= Number(from);

interface Port {
  name: string;
}

/** A caller that still runs dials the port that it was started with; a new port harms nobody. */
const keepsPorts = (from: unknown, to: unknown) =>
  ((from ?? []) as Port[]).every((port) => (to as Port[] | undefined)?.some((one) => isDeepStrictEqual(one, port)));

/** Of the API reference of Kubernetes 1.34: what validation of an update compares. */
const IMMUTABLE_FIELDS: Readonly<Record<string, readonly ImmutableField[]>> = {
  'Deployment.apps': [{ path: 'spec.selector', why: API }],
  'DaemonSet.apps': [{ path: 'spec.selector', why: API }],
  'StatefulSet.apps': [
    { path: 'spec.selector', why: API },
    { path: 'spec.serviceName', why: API },
    { path: 'spec.podManagementPolicy', why: API },
    { path: 'spec.volumeClaimTemplates', why: API },
  ],
  'Job.batch': [
    { path: 'spec.template', why: API },
    { path: 'spec.selector', why: API },
    { path: 'spec.completionMode', why: API },
  ],
  Service: [
    { path: 'spec.clusterIP', why: API },
    { path: 'spec.ports', why: 'callers that still run dial the ports of before', isAllowedChange: keepsPorts },
    { path: 'spec.selector', why: 'pods that still run would lose their callers' },
  ],
  PersistentVolumeClaim: [
    { path: 'spec.accessModes', why: API },
    { path: 'spec.selector', why: API },
    { path: 'spec.storageClassName', why: API },
    { path: 'spec.volumeMode', why: API },
    { path: 'spec.volumeName', why: API },
  ],
  Secret: [{ path: 'type', why: API }],
  'RoleBinding.rbac.authorization.k8s.io': [{ path: 'roleRef', why: API }],
  'ClusterRoleBinding.rbac.authorization.k8s.io': [{ path: 'roleRef', why: API }],
  'KafkaTopic.kafka.strimzi.io': [
    { path: 'spec.topicName', why: STRIMZI },
    { path: 'spec.partitions', why: STRIMZI, isAllowedChange: isGrowth },
  ],
};

/** `Deployment.apps intake`, as kubectl names it; without a version, which Helm does not compare either. */
function nameOf({ apiVersion, kind, metadata }: KubernetesObject): string {
  const [group] = apiVersion.includes('/') ? apiVersion.split('/') : [];
  return `${group === undefined ? kind : `${kind}.${group}`} ${metadata.name}`;
}

/** Helm makes what is a hook anew each time, and it is no part of the release. */
function isHook({ metadata }: KubernetesObject): boolean {
  const { annotations } = metadata as { annotations?: Record<string, string> };
  return annotations?.['helm.sh/hook'] !== undefined;
}

function fieldAt(object: unknown, path: string): unknown {
  return path.split('.').reduce((at, key) => (at as Record<string, unknown> | undefined)?.[key], object);
}

const immutableFieldsOf = (name: string): readonly ImmutableField[] => IMMUTABLE_FIELDS[name.split(' ')[0]!] ?? [];

/** Pure: what must stay of the objects of a render, in the order of their names. */
export function extractImmutableFields(objects: readonly KubernetesObject[]): ImmutableFields {
  const entries = objects
    .filter((one) => !isHook(one))
    .map((object): [string, Record<string, unknown>] => {
      const name = nameOf(object);
      const fields = immutableFieldsOf(name).map(({ path }) => [path, fieldAt(object, path)] as const);
      return [name, Object.fromEntries(fields.filter(([, value]) => value !== undefined))];
    });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Pure: why a release of `now` could not follow one of `before`, a sentence each; none when it can.
 * @param title what was rendered, which begins each sentence
 */
export function findUpgradeViolations(title: string, before: ImmutableFields, now: ImmutableFields): string[] {
  return Object.entries(before).flatMap(([name, fields]) => {
    const after = now[name];
    if (after === undefined) {
      return [
        `${title}: ${name} has vanished. Helm takes it away before the pods of the last release are replaced: keep it for one` +
          ' release more, or say in CHANGELOG what an operator does first, and renew the record.',
      ];
    }
    return immutableFieldsOf(name)
      .filter(({ path, isAllowedChange: mayBecome = isDeepStrictEqual }) => !mayBecome(fields[path], after[path]))
      .map(
        ({ path, why }) =>
          `${title}: ${path} of ${name} is ${JSON.stringify(after[path])} and was ${JSON.stringify(fields[path])}; ${why}.` +
          ' Set it back, or give the object a new name and keep the old one for one release.',
      );
  });
}
