import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './command.ts';
import { cniPlugins, NETWORK } from './layout.ts';

/** Checks the requirements of a cluster before anything is changed. */

/** Programs, with their Debian packages. */
const PROGRAMS: Readonly<Record<string, string>> = {
  containerd: 'containerd',
  ctr: 'containerd',
  'containerd-shim-runc-v2': 'containerd',
  runc: 'runc',
  ip: 'iproute2',
  iptables: 'iptables',
  ipset: 'ipset',
  conntrack: 'conntrack',
  nsenter: 'util-linux',
  unshare: 'util-linux',
  mount: 'mount',
  umount: 'mount',
  openssl: 'openssl',
};

const CGROUPS = '/sys/fs/cgroup';
/** Parent control group of the kubelet's pods. */
const POD_GROUP = 'kubepods';

/** @throws Error with one sentence for each missing or conflicting thing */
export async function checkMachine(): Promise<void> {
  const faults = [
    ...(process.platform === 'linux' ? [] : ['A cluster needs Linux.']),
    ...(process.getuid?.() === 0 ? [] : ['A cluster needs root: for network namespaces, mounts and control groups.']),
  ];
  if (faults.length === 0) faults.push(...missingPackages(), ...findForeignCluster(), ...(await listTakenAddresses()));
  if (faults.length > 0) throw new Error(faults.join('\n'));
}

function missingPackages(): string[] {
  const missing = Object.keys(PROGRAMS).filter((program) => !isInPath(program));
  const packages = new Set(missing.map((program) => PROGRAMS[program]!));
  if (!cniPlugins()) {
    missing.push('the plugins of CNI');
    packages.add('containernetworking-plugins');
  }
  if (missing.length === 0) return [];
  const install = `apt-get install -y --no-install-recommends ${[...packages].join(' ')}`;
  return [`Not found: ${missing.join(', ')}. On Debian: ${install}`];
}

export function isInPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function findForeignCluster(): string[] {
  const [group] = podGroups();
  if (!group) return [];
  return [`${group} is there: another kubelet runs on this machine, or has left it behind. Two would fight over pods.`];
}

/** Returns the control groups of all pods: one, or one per controller with version 1. */
export function podGroups(): string[] {
  if (!existsSync(CGROUPS)) return [];
  const folders = readdirSync(CGROUPS, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return ['', ...folders.map(({ name }) => name)]
    .map((folder) => join(CGROUPS, folder, POD_GROUP))
    .filter((folder) => existsSync(folder));
}

async function listTakenAddresses(): Promise<string[]> {
  const routes = JSON.parse(await run('ip', ['-json', '-4', 'route'])) as { dst: string; dev?: string }[];
  const taken = routes.filter(({ dst }) => dst !== 'default');
  const ours = [NETWORK.transfer, NETWORK.pods, NETWORK.services];
  return ours.flatMap((range) =>
    taken
      .filter(({ dst }) => rangesOverlap(range, dst))
      .map(
        ({ dst, dev }) =>
          `The cluster needs the addresses ${range}, but ${dst} is reached over ${dev ?? 'another route'} already.`,
      ),
  );
}

/** Whether two IPv4 ranges overlap (`10.96.0.0/16`; without a length: one address). */
export function rangesOverlap(a: string, b: string): boolean {
  const [left, right] = [parseRange(a), parseRange(b)];
  const length = Math.min(left.length, right.length);
  const prefix = (address: number): number => (length === 0 ? 0 : address >>> (32 - length));
  return prefix(left.address) === prefix(right.address);
}

function parseRange(range: string): { address: number; length: number } {
  const [address = '', length = '32'] = range.split('/');
  return { address: address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0), length: Number(length) };
}
