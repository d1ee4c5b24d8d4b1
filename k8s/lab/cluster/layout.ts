import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Paths and names of the cluster's parts. A machine runs one cluster at a time. */

export const ADDONS = ['dns', 'metrics', 'policies', 'keda'] as const;
/** DNS, pod metrics, enforced network policies, and scaling on consumer lag. */
export type Addon = (typeof ADDONS)[number];

/** Addresses; the cluster has its own network, and the machine a route into it. */
export const NETWORK = {
  /** Between the machine and the node. */
  transfer: '10.222.0.0/24',
  /** Address of this machine for pods. */
  host: '10.222.0.1',
  node: '10.222.0.2',
  pods: '10.244.0.0/24',
  services: '10.96.0.0/16',
  /** First address of the Services: the API. */
  api: '10.96.0.1',
  dns: '10.96.0.10',
} as const;

export const NODE_NAME = 'node1';
export const API_URL = `https://${NETWORK.node}:6443`;

/**
 * Runtime state: sockets, container mounts and the cluster record. Machine-wide, short (a socket path has at most 107 bytes),
 * and gone after a reboot, like the processes in the record.
 */
export const RUN_FOLDER = '/run/cups-cluster';
export const CONTAINERD_SOCKET = join(RUN_FOLDER, 'containerd.sock');
/** containerd namespace of the kubelet's containers and images. */
export const CONTAINERD_NAMESPACE = 'k8s.io';

/** Contents of a cluster's folder. */
export interface Layout {
  folder: string;
  kubeconfig: string;
  /** Certificates, keys, and the kubeconfig of each part. */
  pki: string;
  configuration: string;
  data: string;
  /** Output of the processes; kept after the cluster is removed. */
  logs: string;
}

export const createLayout = (folder: string): Layout => ({
  folder,
  kubeconfig: join(folder, 'kubeconfig'),
  pki: join(folder, 'pki'),
  configuration: join(folder, 'configuration'),
  data: join(folder, 'data'),
  logs: join(folder, 'logs'),
});

/** Network namespace and link names, by the random ID of the cluster. */
export const namespaceOf = (id: string): string => `cups-cluster-${id}`;
export const namespaceFile = (id: string): string => `/run/netns/${namespaceOf(id)}`;
/** At most 15 characters. */
export const linkOf = (id: string): string => `cups-${id}`;

/** Debian installs CNI plugins in another folder than their authors do. */
export const cniPlugins = (): string | undefined =>
  ['/usr/lib/cni', '/opt/cni/bin'].find((folder) => existsSync(join(folder, 'bridge')));
