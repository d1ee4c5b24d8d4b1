import { readFileSync, writeFileSync } from 'node:fs';
import { run, tryRun } from './command.ts';
import { linkOf, namespaceFile, namespaceOf, NETWORK } from './layout.ts';

/** The network of the cluster: a namespace, and a line from the machine into it. Firewall rules stay inside. */

/** A command line that runs in the network of the cluster; `nsenter` becomes the program, so its process id stays. */
export const inNetwork = (id: string, args: readonly string[]): string[] => [
  'nsenter',
  `--net=${namespaceFile(id)}`,
  '--',
  ...args,
];

export async function makeNetwork(id: string): Promise<void> {
  const link = linkOf(id);
  const ip = (...args: string[]) => run('ip', args);
  const ipInside = (...args: string[]) => run('ip', ['-netns', namespaceOf(id), ...args]);
  await ip('netns', 'add', namespaceOf(id));
  await ip('link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespaceOf(id));
  await ip('address', 'add', `${NETWORK.host}/24`, 'dev', link);
  await ip('link', 'set', link, 'up');
  await ipInside('link', 'set', 'lo', 'up');
  await ipInside('address', 'add', `${NETWORK.node}/24`, 'dev', 'eth0');
  await ipInside('link', 'set', 'eth0', 'up');
  await ipInside('route', 'add', 'default', 'via', NETWORK.host);
  for (const range of [NETWORK.services, NETWORK.pods]) await ip('route', 'add', range, 'via', NETWORK.node);
  await forwardInside(id);
}

/** Packets of pods are forwarded, and those between pods on the bridge pass the firewall. */
async function forwardInside(id: string): Promise<void> {
  await tryRun('modprobe', ['br_netfilter']);
  const set = 'echo 1 > /proc/sys/net/ipv4/ip_forward && echo 1 > /proc/sys/net/bridge/bridge-nf-call-iptables';
  const [command, ...args] = inNetwork(id, ['sh', '-c', set]) as [string, ...string[]];
  await run(command, args);
}

/** Removing the namespace would do, but the kernel takes its time for that. */
export async function removeNetwork(id: string): Promise<void> {
  await tryRun('ip', ['link', 'delete', linkOf(id)]);
  await tryRun('ip', ['netns', 'delete', namespaceOf(id)]);
}

/** The processes in the network of the cluster: all parts, and the shims of containers. Pods have networks of their own. */
export async function listNetworkProcesses(id: string): Promise<number[]> {
  const listed = await tryRun('ip', ['netns', 'pids', namespaceOf(id)]);
  return listed.split('\n').filter(Boolean).map(Number);
}

/** What a kubelet sets for the whole machine. */
const KERNEL_SETTINGS = [
  'vm/overcommit_memory',
  'vm/panic_on_oom',
  'kernel/panic',
  'kernel/panic_on_oops',
  'kernel/keys/root_maxkeys',
  'kernel/keys/root_maxbytes',
];

export const readKernelSettings = (): Record<string, string> =>
  Object.fromEntries(KERNEL_SETTINGS.map((name) => [name, readFileSync(`/proc/sys/${name}`, 'utf8').trim()]));

export function restoreKernelSettings(settings: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(settings)) writeFileSync(`/proc/sys/${name}`, value);
}
