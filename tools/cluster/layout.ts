import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Where the parts of the cluster lie, and how they are called. One cluster runs on a machine at a time. */

export const ADDONS = ['dns', 'metrics', 'policies', 'keda'] as const;
/** Names of Services, figures of pods for their scaling, network policies that are enforced, scaling on consumer lag. */
export type Addon = (typeof ADDONS)[number];

/** Addresses; the cluster has a network of its own, and the machine a route into it. */
export const NETWORK = {
  /** Between the machine and the node. */
  transfer: '10.222.0.0/24',
  /** This machine, as pods reach it. */
  host: '10.222.0.1',
  node: '10.222.0.2',
  pods: '10.244.0.0/24',
  services: '10.96.0.0/16',
  /** The first address of the Services: the API. */
  api: '10.96.0.1',
  dns: '10.96.0.10',
} as const;

export const NODE_NAME = 'node1';
export const API_URL = `https://${NETWORK.node}:6443`;

/**
 * Runtime state: sockets, the mounts of containers, and the record of what runs. Machine-wide, short (the path of a socket
 * has room for 107 bytes) and gone after a reboot, as everything that the record speaks of.
 */
export const RUN_FOLDER = '/run/cups-cluster';
export const CONTAINERD_SOCKET = join(RUN_FOLDER, 'containerd.sock');
/** The namespace of containerd that the kubelet's containers and images are in. */
export const CONTAINERD_NAMESPACE = 'k8s.io';

/** What is in the folder of a cluster. */
export interface Layout {
  folder: string;
  kubeconfig: string;
  /** Certificates, keys, and the kubeconfig of each part. */
  pki: string;
  configuration: string;
  data: string;
  /** Output of the processes; stays when the cluster is gone. */
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

/** The network namespace and the two ends of the line into it, by the random id of the cluster. */
export const namespaceOf = (id: string): string => `cups-cluster-${id}`;
export const namespaceFile = (id: string): string => `/run/netns/${namespaceOf(id)}`;
/** At most 15 letters. */
export const linkOf = (id: string): string => `cups-${id}`;

/** Debian has the plugins of CNI in one place, their makers in another. */
export const cniPlugins = (): string | undefined =>
  ['/usr/lib/cni', '/opt/cni/bin'].find((folder) => existsSync(join(folder, 'bridge')));
