import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { run } from './command.ts';
import { ctr, importArchives } from './containerd.ts';
import { cniPlugins, CONTAINERD_SOCKET, NETWORK, NODE_NAME, RUN_FOLDER } from './layout.ts';
import type { Layout } from './layout.ts';
import type { Processes } from './processes.ts';

/** The node: containerd, kube-proxy and the kubelet. */

const READY_SECONDS = 90;

export interface NodeOptions {
  bin: string;
  layout: Layout;
  processes: Processes;
  /** Names of the pause image. */
  pauseImage: string;
  /** Image archives for the cluster's own pods. */
  archives: readonly string[];
}

export async function startNode({ bin, layout, processes, pauseImage, archives }: NodeOptions): Promise<void> {
  const { configuration, data } = layout;
  const program = (name: string) => join(bin, name);
  const write = (name: string, text: string): string => {
    const file = join(configuration, name);
    writeFileSync(file, text);
    return file;
  };
  const network = join(configuration, 'network');
  mkdirSync(network, { recursive: true });
  write('network/10-pods.conflist', JSON.stringify(podNetwork(join(data, 'addresses'))));
  // Host-network pods, and pods with the node's DNS policy, use the same server.
  const names = write('resolv.conf', `nameserver ${NETWORK.dns}\n`);

  const containerd = write('containerd.toml', containerdConfig({ data, network, pauseImage }));
  processes.start('containerd', ['containerd', '--config', containerd]);
  await processes.waitUntil('containerd answers', READY_SECONDS, () => ctr('version'));
  await importArchives(archives);
  const proxy = write('kube-proxy.yaml', stringify(proxyConfig(layout)));
  processes.start('kube-proxy', [program('kube-proxy'), `--config=${proxy}`]);
  const kubelet = write('kubelet.yaml', stringify(kubeletConfig(layout, names)));
  processes.start('kubelet', [
    program('kubelet'),
    `--config=${kubelet}`,
    `--kubeconfig=${join(layout.pki, 'kubelet.kubeconfig')}`,
    `--hostname-override=${NODE_NAME}`,
    `--node-ip=${NETWORK.node}`,
    `--root-dir=${join(data, 'kubelet')}`,
  ]);
  const isReady = ['wait', '--for=condition=Ready', `node/${NODE_NAME}`, '--timeout=2s'];
  await processes.waitUntil('The node is ready', READY_SECONDS, () =>
    run(program('kubectl'), ['--kubeconfig', layout.kubeconfig, ...isReady]),
  );
}

/** Bridge network; packets to addresses other than pods get the node's address. */
const podNetwork = (dataDir: string): object => ({
  cniVersion: '1.0.0',
  name: 'pods',
  plugins: [
    {
      type: 'bridge',
      bridge: 'cni0',
      isGateway: true,
      ipMasq: true,
      hairpinMode: true,
      ipam: { type: 'host-local', dataDir, ranges: [[{ subnet: NETWORK.pods }]], routes: [{ dst: '0.0.0.0/0' }] },
    },
    { type: 'portmap', capabilities: { portMappings: true } },
  ],
});

/** Returns TOML for containerd 1.6, 1.7 and 2. Pure. */
export function containerdConfig(where: { data: string; network: string; pauseImage: string }): string {
  const text = (value: string) => JSON.stringify(value);
  const cri = 'plugins."io.containerd.grpc.v1.cri"';
  return `version = 2
root = ${text(join(where.data, 'containerd'))}
state = ${text(join(RUN_FOLDER, 'containerd'))}
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs"]

[plugins."io.containerd.internal.v1.opt"]
path = ${text(join(where.data, 'opt'))}

[grpc]
address = ${text(CONTAINERD_SOCKET)}

[${cri}]
sandbox_image = ${text(where.pauseImage)}
# Network namespaces of pods lie beside the state and leave with it.
netns_mounts_under_state_dir = true
# Where this process may not lower what the kernel kills first, runc would fail when told to.
restrict_oom_score_adj = true

[${cri}.cni]
bin_dir = ${text(cniPlugins() ?? '/opt/cni/bin')}
conf_dir = ${text(where.network)}

[${cri}.containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"

[${cri}.containerd.runtimes.runc.options]
Root = ${text(join(RUN_FOLDER, 'runc'))}
`;
}

const kubeletConfig = ({ pki, data }: Layout, resolvConf: string): object => ({
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  failCgroupV1: false,
  cgroupDriver: 'cgroupfs',
  containerRuntimeEndpoint: `unix://${CONTAINERD_SOCKET}`,
  authentication: {
    anonymous: { enabled: false },
    webhook: { enabled: true },
    x509: { clientCAFile: join(pki, 'ca.crt') },
  },
  authorization: { mode: 'Webhook' },
  tlsCertFile: join(pki, 'kubelet.crt'),
  tlsPrivateKeyFile: join(pki, 'kubelet.key'),
  clusterDomain: 'cluster.local',
  clusterDNS: [NETWORK.dns],
  resolvConf,
  podLogsDir: join(data, 'pod-logs'),
  volumePluginDir: join(data, 'volume-plugins'),
  evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '1Gi', 'imagefs.available': '1Gi' },
  // No registry could restore a deleted image.
  imageGCHighThresholdPercent: 100,
  imageGCLowThresholdPercent: 99,
});

const proxyConfig = ({ pki }: Layout): object => ({
  apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
  kind: 'KubeProxyConfiguration',
  mode: 'iptables',
  clientConnection: { kubeconfig: join(pki, 'proxy.kubeconfig') },
  clusterCIDR: NETWORK.pods,
  hostnameOverride: NODE_NAME,
  // 0: keep the kernel settings.
  conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
});
