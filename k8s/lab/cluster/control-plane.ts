import { join } from 'node:path';
import { run } from './command.ts';
import { NETWORK } from './layout.ts';
import type { Layout } from './layout.ts';
import type { Processes } from './processes.ts';

/** etcd, API server, controller manager and scheduler, each as one process. */

const READY_SECONDS = 60;
const ETCD = { client: 'http://127.0.0.1:2379', peer: 'http://127.0.0.1:2380' };

/** `{ 'a-b': 'c' }` → `--a-b=c`. */
const flags = (values: Record<string, string>): string[] =>
  Object.entries(values).map(([name, value]) => `--${name}=${value}`);

export async function startControlPlane(bin: string, layout: Layout, processes: Processes): Promise<void> {
  const program = (name: string) => join(bin, name);
  const kubectl = (...args: string[]) => run(program('kubectl'), ['--kubeconfig', layout.kubeconfig, ...args]);

  processes.start('etcd', [program('etcd'), ...etcdFlags(layout)]);
  processes.start('kube-apiserver', [program('kube-apiserver'), ...apiFlags(layout)]);
  await processes.waitUntil('The API is ready', READY_SECONDS, () => kubectl('get', '--raw', '/readyz'));
  processes.start('kube-controller-manager', [program('kube-controller-manager'), ...controllerFlags(layout)]);
  processes.start('kube-scheduler', [program('kube-scheduler'), ...schedulerFlags(layout)]);
  // Pods are not admitted without it.
  await processes.waitUntil('Controllers work', READY_SECONDS, () => kubectl('get', 'serviceaccount', 'default'));
}

const etcdFlags = ({ data }: Layout): string[] => [
  ...flags({
    name: 'etcd',
    'data-dir': join(data, 'etcd'),
    'listen-client-urls': ETCD.client,
    'advertise-client-urls': ETCD.client,
    'listen-peer-urls': ETCD.peer,
    'initial-advertise-peer-urls': ETCD.peer,
    'initial-cluster': `etcd=${ETCD.peer}`,
  }),
  // The data need not survive a power cut, and syncing to disk would slow every write.
  '--unsafe-no-fsync',
];

const apiFlags = ({ pki }: Layout): string[] => {
  const file = (name: string) => join(pki, name);
  return flags({
    'etcd-servers': ETCD.client,
    'bind-address': NETWORK.node,
    'advertise-address': NETWORK.node,
    'secure-port': '6443',
    'service-cluster-ip-range': NETWORK.services,
    'authorization-mode': 'Node,RBAC',
    'enable-admission-plugins': 'NodeRestriction',
    'allow-privileged': 'true',
    'client-ca-file': file('ca.crt'),
    'tls-cert-file': file('apiserver.crt'),
    'tls-private-key-file': file('apiserver.key'),
    'kubelet-certificate-authority': file('ca.crt'),
    'kubelet-client-certificate': file('apiserver-kubelet.crt'),
    'kubelet-client-key': file('apiserver-kubelet.key'),
    'kubelet-preferred-address-types': 'InternalIP',
    'service-account-issuer': 'https://kubernetes.default.svc',
    'service-account-key-file': file('service-accounts.pub'),
    'service-account-signing-key-file': file('service-accounts.key'),
    'requestheader-client-ca-file': file('front-proxy-ca.crt'),
    'requestheader-allowed-names': 'front-proxy',
    'requestheader-username-headers': 'X-Remote-User',
    'requestheader-group-headers': 'X-Remote-Group',
    'requestheader-extra-headers-prefix': 'X-Remote-Extra-',
    'proxy-client-cert-file': file('front-proxy.crt'),
    'proxy-client-key-file': file('front-proxy.key'),
    // Extension API servers are processes of the node, not pods behind a Service.
    'enable-aggregator-routing': 'true',
  });
};

const controllerFlags = ({ pki }: Layout): string[] => {
  const kubeconfig = join(pki, 'controllers.kubeconfig');
  return flags({
    kubeconfig,
    'authentication-kubeconfig': kubeconfig,
    'authorization-kubeconfig': kubeconfig,
    'bind-address': '127.0.0.1',
    'leader-elect': 'false',
    'use-service-account-credentials': 'true',
    'service-account-private-key-file': join(pki, 'service-accounts.key'),
    'root-ca-file': join(pki, 'ca.crt'),
    'cluster-signing-cert-file': join(pki, 'ca.crt'),
    'cluster-signing-key-file': join(pki, 'ca.key'),
    'requestheader-client-ca-file': join(pki, 'front-proxy-ca.crt'),
    'kube-api-qps': '300',
    'kube-api-burst': '600',
    // Tests need scaling in seconds: the defaults are a poll every 15 s and 5 minutes before scaling down.
    'horizontal-pod-autoscaler-sync-period': '5s',
    'horizontal-pod-autoscaler-cpu-initialization-period': '30s',
    'horizontal-pod-autoscaler-initial-readiness-delay': '5s',
    'horizontal-pod-autoscaler-downscale-stabilization': '15s',
  });
};

const schedulerFlags = ({ pki }: Layout): string[] => {
  const kubeconfig = join(pki, 'scheduler.kubeconfig');
  return flags({
    kubeconfig,
    'authentication-kubeconfig': kubeconfig,
    'authorization-kubeconfig': kubeconfig,
    'bind-address': '127.0.0.1',
    'leader-elect': 'false',
  });
};
