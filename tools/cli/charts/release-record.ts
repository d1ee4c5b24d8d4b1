import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject } from './render.ts';

/**
 * What an upgrade must keep: fields that the API server refuses to change, and objects that the old pods use until they are
 * replaced.
 */

/** Fixed fields of a render, by object name. */
export type ImmutableFields = Record<string, Record<string, unknown>>;

/** The record of a release. */
export interface ReleaseRecord {
  /** Version of the platform chart. */
  version: string;
  /** Digest of its archive, which covers all subcharts; absent in old records. */
  digest?: string;
  /** Sorted paths of all values, such as `intake.keys.existingSecret`. */
  values: string[];
  /** By title, such as `platform production` and `centres`. */
  renders: Record<string, ImmutableFields>;
}

/** A JSON Schema of values, as far as its paths need it. */
export interface ValuesSchema {
  properties?: Record<string, ValuesSchema>;
}

/** Returns the paths of a schema's values that have no members of their own. Pure. */
export function extractValuePaths({ properties = {} }: ValuesSchema, prefix = ''): string[] {
  return Object.entries(properties).flatMap(([name, value]) =>
    value.properties ? extractValuePaths(value, `${prefix}${name}.`) : [`${prefix}${name}`],
  );
}

interface ImmutableField {
  path: string;
  /** Reason of the restriction. */
  why: string;
  /** Whether a change is allowed. @default equality only */
  isAllowedChange?: (from: unknown, to: unknown) => boolean;
}

const API = 'the API server refuses to change it';
const STRIMZI = 'Kafka cannot do it';

const isGrowth = (from: unknown, to: unknown) => Number(to) >= Number(from);

interface Port {
  name: string;
}

/** Running callers keep the port that they started with, so a port may only be added. */
const keepsPorts = (from: unknown, to: unknown) =>
  ((from ?? []) as Port[]).every((port) => (to as Port[] | undefined)?.some((one) => isDeepStrictEqual(one, port)));

/** From the API reference of Kubernetes 1.34: the fields that update validation compares. */
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

/** Returns a name such as `Deployment.apps intake`, as in kubectl; without the version, which Helm does not compare either. */
function nameOf({ apiVersion, kind, metadata }: KubernetesObject): string {
  const [group] = apiVersion.includes('/') ? apiVersion.split('/') : [];
  return `${group === undefined ? kind : `${kind}.${group}`} ${metadata.name}`;
}

/** Helm recreates hooks each time; they are not part of the release. */
function isHook({ metadata }: KubernetesObject): boolean {
  const { annotations } = metadata as { annotations?: Record<string, string> };
  return annotations?.['helm.sh/hook'] !== undefined;
}

function fieldAt(object: unknown, path: string): unknown {
  return path.split('.').reduce((at, key) => (at as Record<string, unknown> | undefined)?.[key], object);
}

const immutableFieldsOf = (name: string): readonly ImmutableField[] => IMMUTABLE_FIELDS[name.split(' ')[0]!] ?? [];

/** Returns the fixed fields of a render's objects, sorted by name. Pure. */
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
 * Returns one sentence for each reason why `now` cannot follow `before`. Pure.
 * @param title title of the render, which starts each sentence
 */
export function findUpgradeViolations(title: string, before: ImmutableFields, now: ImmutableFields): string[] {
  return Object.entries(before).flatMap(([name, fields]) => {
    const after = now[name];
    if (after === undefined) {
      return [
        `${title}: ${name} is missing. Helm deletes it before it replaces the pods of the last release: keep it for one` +
          ' more release, or document in CHANGELOG what an administrator does first, and renew the record.',
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
