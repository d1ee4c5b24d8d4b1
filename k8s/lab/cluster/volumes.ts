import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { run } from './command.ts';
import { NODE_NAME } from './layout.ts';
import type { Layout } from './layout.ts';

/** Volumes of the cluster from source, which has no provisioner: one for each claim of k8s/claims.yaml. */

const CLAIMS = join(import.meta.dirname, '../../claims.yaml');
/** Kind of a volume in a folder of one node. */
const NO_PROVISIONER = '';

interface Claim {
  metadata: { name: string };
  spec: { accessModes: string[]; resources: { requests: { storage: string } } };
}

/** Returns a volume for each claim, in a folder of its name, which survives its pods and ends with the cluster. */
export function volumesOf(claims: string, folder: string): object[] {
  return parseAllDocuments(claims).map((document) => {
    const { metadata, spec } = document.toJS() as Claim;
    const onNode = { key: 'kubernetes.io/hostname', operator: 'In', values: [NODE_NAME] };
    return {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: metadata.name },
      spec: {
        capacity: spec.resources.requests,
        accessModes: spec.accessModes,
        persistentVolumeReclaimPolicy: 'Retain',
        storageClassName: NO_PROVISIONER,
        local: { path: join(folder, metadata.name) },
        nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [onNode] }] } },
      },
    };
  });
}

/** Creates the volumes and their folders, so that claims without a class are bound. */
export async function createVolumes(bin: string, { kubeconfig, data }: Layout): Promise<void> {
  const folder = join(data, 'volumes');
  const items = volumesOf(readFileSync(CLAIMS, 'utf8'), folder) as { metadata: { name: string } }[];
  for (const { metadata } of items) mkdirSync(join(folder, metadata.name), { recursive: true });
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  await run(join(bin, 'kubectl'), ['--kubeconfig', kubeconfig, 'apply', '-f', '-'], { input: list });
}
