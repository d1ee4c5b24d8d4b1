import { readFileSync, writeFileSync } from 'node:fs';
import { run, tryRun } from './command.ts';
import { linkOf, namespaceFile, namespaceOf, NETWORK } from './layout.ts';

/** The cluster's network: a namespace with a link to the machine. Firewall rules stay inside. */

/** Returns a command line for the cluster's network. `nsenter` execs the program, so the process ID stays. */
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

/** Forwards packets of pods, and filters those between pods on the bridge. */
async function forwardInside(id: string): Promise<void> {
  await tryRun('modprobe', ['br_netfilter']);
  const set = 'echo 1 > /proc/sys/net/ipv4/ip_forward && echo 1 > /proc/sys/net/bridge/bridge-nf-call-iptables';
  const [command, ...args] = inNetwork(id, ['sh', '-c', set]) as [string, ...string[]];
  await run(command, args);
}

/** Removes the link first: the kernel removes a namespace with a delay. */
export async function removeNetwork(id: string): Promise<void> {
  await tryRun('ip', ['link', 'delete', linkOf(id)]);
  await tryRun('ip', ['netns', 'delete', namespaceOf(id)]);
}

/** Returns the processes in the cluster's network: all parts and container shims. Pods have their own networks. */
export async function listNetworkProcesses(id: string): Promise<number[]> {
  const listed = await tryRun('ip', ['netns', 'pids', namespaceOf(id)]);
  return listed.split('\n').filter(Boolean).map(Number);
}

/** Machine-wide settings that a kubelet changes. */
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
