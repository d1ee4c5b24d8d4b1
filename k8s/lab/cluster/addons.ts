import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { run } from './command.ts';
import { NETWORK, NODE_NAME } from './layout.ts';
import type { Addon, Layout } from './layout.ts';
import type { Processes } from './processes.ts';

/** Cluster add-ons. DNS runs in pods, the others as processes. */

const READY_SECONDS = 90;

export interface AddonOptions {
  bin: string;
  /** The folder `k8s/cluster`. */
  manifests: string;
  layout: Layout;
  processes: Processes;
}

export const startAddon: Readonly<Record<Addon, (options: AddonOptions) => Promise<void>>> = {
  dns: startDns,
  metrics: startMetrics,
  policies: startPolicies,
  keda: startKeda,
};

const createKubectl =
  ({ bin, layout }: AddonOptions) =>
  (args: readonly string[], input = ''): Promise<string> =>
    run(join(bin, 'kubectl'), ['--kubeconfig', layout.kubeconfig, ...args], { input });

async function startDns(options: AddonOptions): Promise<void> {
  const kubectl = createKubectl(options);
  await kubectl(['apply', '-f', '-'], readFileSync(join(options.manifests, 'dns.yaml'), 'utf8'));
  const isReady = ['-n', 'kube-system', 'rollout', 'status', 'deployment/coredns', '--timeout=2s'];
  await options.processes.waitUntil('Names are served', READY_SECONDS, () => kubectl(isReady));
}

async function startMetrics(options: AddonOptions): Promise<void> {
  const { bin, layout, processes } = options;
  const { kubeconfig, pki } = layout;
  processes.start('metrics-server', [
    join(bin, 'metrics-server'),
    ...apiServerFlags(layout),
    `--kubeconfig=${kubeconfig}`,
    `--bind-address=${NETWORK.node}`,
    '--secure-port=4443',
    `--tls-cert-file=${join(pki, 'metrics-server.crt')}`,
    `--tls-private-key-file=${join(pki, 'metrics-server.key')}`,
    `--requestheader-client-ca-file=${join(pki, 'front-proxy-ca.crt')}`,
    '--requestheader-allowed-names=front-proxy',
    `--kubelet-certificate-authority=${join(pki, 'ca.crt')}`,
    '--kubelet-preferred-address-types=InternalIP',
    '--metric-resolution=10s',
    '--kubelet-request-timeout=5s',
  ]);
  await registerApi(options, { service: 'metrics-server', group: 'metrics.k8s.io', version: 'v1beta1', port: 4443 });
}

/** Enforces network policies with iptables and ipset, in the cluster's network. */
async function startPolicies({ bin, layout, processes }: AddonOptions): Promise<void> {
  processes.start('kube-router', [
    join(bin, 'kube-router'),
    '--run-firewall=true',
    '--run-router=false',
    '--run-service-proxy=false',
    `--kubeconfig=${layout.kubeconfig}`,
    `--hostname-override=${NODE_NAME}`,
    `--service-cluster-ip-range=${NETWORK.services}`,
    '--health-port=20244',
  ]);
}

async function startKeda(options: AddonOptions): Promise<void> {
  const { bin, layout, processes } = options;
  const kubectl = createKubectl(options);
  await kubectl(['apply', '--server-side', '-f', join(bin, 'keda-crds')]);
  await kubectl(['apply', '-f', '-'], stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'keda' } }));
  const established = ['wait', '--for=condition=Established', 'crd/scaledobjects.keda.sh', '--timeout=2s'];
  await processes.waitUntil('The types of KEDA are known', READY_SECONDS, () => kubectl(established));
  const certificates = kedaCertificates(layout);
  const env = {
    KUBECONFIG: layout.kubeconfig,
    POD_NAMESPACE: 'keda',
    KEDA_CLUSTER_OBJECT_NAMESPACE: 'keda',
    WATCH_NAMESPACE: '',
  };
  const operator = [
    join(bin, 'keda-operator'),
    `--cert-dir=${certificates}`,
    `--metrics-service-bind-address=${NETWORK.node}:9666`,
    '--metrics-bind-address=127.0.0.1:18080',
    '--health-probe-bind-address=127.0.0.1:18081',
  ];
  processes.start('keda-operator', withClusterDns(layout, operator), env);
  const adapter = [
    join(bin, 'keda-adapter'),
    ...apiServerFlags(layout),
    `--lister-kubeconfig=${layout.kubeconfig}`,
    `--bind-address=${NETWORK.node}`,
    '--secure-port=6444',
    '--port=18082',
    `--cert-dir=${certificates}`,
    `--tls-cert-file=${join(certificates, 'tls.crt')}`,
    `--tls-private-key-file=${join(certificates, 'tls.key')}`,
    `--metrics-service-address=${NETWORK.node}:9666`,
  ];
  processes.start('keda-adapter', adapter, env);
  const api = { service: 'keda-metrics-apiserver', group: 'external.metrics.k8s.io', version: 'v1beta1', port: 6444 };
  await registerApi(options, api);
}

/** Certificates between KEDA's two programs, under the file names that KEDA expects. */
function kedaCertificates({ pki }: Layout): string {
  const folder = join(pki, 'keda');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  cpSync(join(pki, 'ca.crt'), join(folder, 'ca.crt'));
  cpSync(join(pki, 'keda.crt'), join(folder, 'tls.crt'));
  cpSync(join(pki, 'keda.key'), join(folder, 'tls.key'));
  return folder;
}

/** Flags of an API server extension, which delegates authentication and authorisation. */
const apiServerFlags = ({ kubeconfig }: Layout): string[] => [
  `--authentication-kubeconfig=${kubeconfig}`,
  `--authorization-kubeconfig=${kubeconfig}`,
];

/** Runs a process with the cluster's DNS server instead of the machine's. */
const withClusterDns = ({ configuration }: Layout, args: readonly string[]): string[] => [
  ...['unshare', '--mount', '--propagation', 'private', 'sh', '-c'],
  'mount --bind "$0" "$(readlink -f /etc/resolv.conf)" && exec "$@"',
  join(configuration, 'resolv.conf'),
  ...args,
];

interface ServedApi {
  service: string;
  group: string;
  version: string;
  /** Port of the process on the node. */
  port: number;
}

/** Registers an API that a process of the node serves, and waits until it responds. */
async function registerApi(options: AddonOptions, api: ServedApi): Promise<void> {
  const kubectl = createKubectl(options);
  const authority = readFileSync(join(options.layout.pki, 'ca.crt'));
  const objects = apiObjects(api, authority).map((one) => stringify(one, { lineWidth: 0 }));
  await kubectl(['apply', '-f', '-'], objects.join('---\n'));
  const isAvailable = ['wait', '--for=condition=Available', `apiservice/${api.version}.${api.group}`, '--timeout=2s'];
  await options.processes.waitUntil(`${api.group} answers`, READY_SECONDS, () => kubectl(isAvailable));
}

/** Returns a Service without pods, its endpoint and its APIService. Pure. */
export function apiObjects({ service, group, version, port }: ServedApi, authority: Buffer): object[] {
  const namespace = 'kube-system';
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: service, namespace },
      spec: { ports: [{ name: 'https', port: 443, targetPort: port }] },
    },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: `${service}-node`, namespace, labels: { 'kubernetes.io/service-name': service } },
      addressType: 'IPv4',
      ports: [{ name: 'https', port, protocol: 'TCP' }],
      endpoints: [{ addresses: [NETWORK.node], conditions: { ready: true } }],
    },
    {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: `${version}.${group}` },
      spec: {
        service: { name: service, namespace, port: 443 },
        group,
        version,
        caBundle: authority.toString('base64'),
        groupPriorityMinimum: 100,
        versionPriority: 100,
      },
    },
  ];
}
