import { join } from 'node:path';
import { startCluster } from '../cluster/cluster.ts';
import { run } from '../cluster/command.ts';
import { KubeClient, NAMESPACE } from './kube.ts';

/** The test's cluster: that of KUBECONFIG, or one from source. */

export interface Target {
  kind: 'own' | 'given';
  kubeconfig: string;
  /** Address of this machine for pods. */
  host: string;
  /** Source addresses of this machine for pods, as in a NetworkPolicy. */
  from: string[];
  /** Whether its volumes can be mounted by several pods, as the claim of documents wants. */
  sharesVolumes: boolean;
  load(archive: string): Promise<void>;
  /** Returns the gateway's URL from this machine, after the installation. */
  gatewayUrl(kube: KubeClient): Promise<string>;
  stop(): Promise<void>;
}

export interface TargetOptions {
  root: string;
  /** Kubeconfig of an existing cluster. */
  kubeconfig?: string | undefined;
  host?: string | undefined;
  /** Command that loads images into its nodes; `{}` is the archive. */
  load?: string | undefined;
  /** Whether the own cluster has KEDA. */
  keda: boolean;
  onProgress: (line: string) => void;
  signal: AbortSignal;
}

/** @throws Error when the options for KUBECONFIG are missing, or the own cluster does not start */
export async function openTarget(options: TargetOptions): Promise<Target> {
  return options.kubeconfig === undefined ? startOwnCluster(options) : openExternalCluster(options.kubeconfig, options);
}

async function startOwnCluster({ root, keda, onProgress, signal }: TargetOptions): Promise<Target> {
  const folder = join(root, '.cups', 'cluster', 'rollout');
  const cluster = await startCluster({
    folder,
    addons: ['dns', 'metrics', 'policies', ...(keda ? (['keda'] as const) : [])],
    onProgress,
    signal,
  });
  return {
    kind: 'own',
    kubeconfig: cluster.kubeconfig,
    host: cluster.hostAddress,
    from: ['10.222.0.0/24'],
    sharesVolumes: true,
    load: async (archive) => {
      await cluster.importImages([archive]);
    },
    gatewayUrl: async (kube) => `http://${await findClusterAddress(kube)}`,
    stop: () => cluster.stop(),
  };
}

function openExternalCluster(kubeconfig: string, { host, load, signal }: TargetOptions): Target {
  if (host === undefined || load === undefined) {
    throw new Error(
      'KUBECONFIG names a cluster: say with --host by which address its pods reach this machine, and with --load what brings' +
        " an archive of images into its nodes, such as 'kind load image-archive {}'.",
    );
  }
  return {
    kind: 'given',
    kubeconfig,
    host,
    from: ['0.0.0.0/0'],
    // Its default class is asked for the journal's volume only.
    sharesVolumes: false,
    load: async (archive) => {
      await run('bash', ['-c', load.replaceAll('{}', archive)], { signal });
    },
    gatewayUrl: async (kube) => `http://${await findNodeAddress(kube)}`,
    stop: async () => {
      await new KubeClient(kubeconfig).kubectl(['delete', 'namespace', NAMESPACE, '--wait=true']);
    },
  };
}

/** This machine has a route to the Services of the own cluster. */
async function findClusterAddress(kube: KubeClient): Promise<string> {
  const found = await kube.kubectl([
    'get',
    'service',
    'gateway',
    '-n',
    NAMESPACE,
    '-o',
    'jsonpath={.spec.clusterIP}:{.spec.ports[0].port}',
  ]);
  return found.trim();
}

/** Another cluster is reachable only by a node port. */
async function findNodeAddress(kube: KubeClient): Promise<string> {
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'gateway-from-outside', namespace: NAMESPACE },
    spec: {
      type: 'NodePort',
      selector: { 'app.kubernetes.io/name': 'gateway', 'app.kubernetes.io/part-of': 'cups' },
      ports: [{ port: 8080, targetPort: 8080 }],
    },
  };
  await kube.kubectl(['apply', '-f', '-'], JSON.stringify(service));
  const port = await kube.kubectl([
    'get',
    'service',
    'gateway-from-outside',
    '-n',
    NAMESPACE,
    '-o',
    'jsonpath={.spec.ports[0].nodePort}',
  ]);
  const node = await kube.kubectl([
    'get',
    'nodes',
    '-o',
    'jsonpath={.items[0].status.addresses[?(@.type=="InternalIP")].address}',
  ]);
  return `${node.trim().split(' ')[0]}:${port.trim()}`;
}

/** Returns the Kubernetes version and the nodes, for the report. */
export async function describeCluster(kube: KubeClient): Promise<{ version: string; nodes: number }> {
  const version = JSON.parse(await kube.kubectl(['version', '-o', 'json'])) as {
    serverVersion: { gitVersion: string };
  };
  const nodes = JSON.parse(await kube.kubectl(['get', 'nodes', '-o', 'json'])) as { items: unknown[] };
  return { version: version.serverVersion.gitVersion, nodes: nodes.items.length };
}
