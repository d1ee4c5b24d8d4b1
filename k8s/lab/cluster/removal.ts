import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { tryRun } from './command.ts';
import { ctr } from './containerd.ts';
import { createLayout, RUN_FOLDER } from './layout.ts';
import { podGroups } from './machine.ts';
import { listNetworkProcesses, removeNetwork, restoreKernelSettings } from './network.ts';
import { releaseMachine } from './record.ts';
import type { ClusterRecord } from './record.ts';

/** Removes a cluster in any state. Idempotent. */

const TERM_TIMEOUT_MS = 5_000;
const KILL_TIMEOUT_MS = 15_000;
const POLL_INTERVAL_MS = 50;

/** @throws Error, keeping the record, when a process does not end or something cannot be removed */
export async function removeCluster(record: ClusterRecord): Promise<void> {
  const { id, processes } = record;
  const sockets = shimSockets();
  const runtime = processes['containerd'];
  // The kubelet first, since it restarts processes; containerd last, since it ends containers in order. The others hold no
  // needed state in memory.
  await kill(id, (pid) => pid === processes['kubelet']);
  await endContainers(runtime);
  await kill(id, (pid) => pid !== runtime);
  await endRuntime(id, runtime);
  await kill(id, () => true);
  await unmountAll(record);
  restoreKernelSettings(record.kernel);
  removeGroups();
  await removeNetwork(id);
  removeFiles(record, sockets);
  releaseMachine();
}

/** All containerds share one folder of shim sockets; this returns those of the cluster. */
function shimSockets(): string[] {
  const bundles = filesIn(join(RUN_FOLDER, 'containerd', 'io.containerd.runtime.v2.task')).flatMap(filesIn);
  const addresses = bundles.flatMap((bundle) => readLines(join(bundle, 'address')));
  return addresses.map((address) => address.replace('unix://', ''));
}

/** Finds processes by network and control group, so that a reused process ID is never killed. */
async function findProcesses(id: string): Promise<number[]> {
  return [...new Set([...(await listNetworkProcesses(id)), ...podProcesses()])];
}

function podProcesses(): number[] {
  return podGroups().flatMap((group) =>
    readdirSync(group, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('cgroup.procs'))
      .flatMap((file) => readLines(`${group}/${file}`))
      .map(Number),
  );
}

/** A control group may vanish meanwhile. */
function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}

/** Ends containers through containerd, so that shims clean up. */
async function endContainers(runtime: number | undefined): Promise<void> {
  if (runtime === undefined || !isAlive(runtime)) return;
  try {
    const ids = (await ctr('tasks', 'list', '--quiet')).split('\n').filter(Boolean);
    await Promise.all(ids.map((id) => ctr('tasks', 'delete', '--force', id).catch(() => {})));
  } catch {
    // containerd does not respond: the rest is killed below.
  }
}

async function endRuntime(id: string, runtime: number | undefined): Promise<void> {
  if (!(await findProcesses(id)).includes(runtime ?? 0)) return;
  send(runtime!, 'SIGTERM');
  const deadline = Date.now() + TERM_TIMEOUT_MS;
  while (isAlive(runtime!) && Date.now() < deadline) await delay(POLL_INTERVAL_MS);
}

/** @throws Error when a process does not end */
async function kill(id: string, isMeant: (pid: number) => boolean): Promise<void> {
  const deadline = Date.now() + KILL_TIMEOUT_MS;
  for (;;) {
    const left = (await findProcesses(id)).filter(isMeant);
    if (left.length === 0) return;
    if (Date.now() > deadline) throw new Error(`Processes do not end: ${left.join(', ')}.`);
    for (const pid of left) send(pid, 'SIGKILL');
    await delay(POLL_INTERVAL_MS);
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // The process has already ended.
  }
}

/** A zombie has ended, although its ID is still in use. */
function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** Unmounts the last mount first, since mounts are nested. */
async function unmountAll({ folder }: ClusterRecord): Promise<void> {
  const ours = [`${RUN_FOLDER}/`, `${folder}/`];
  const mounts = readLines('/proc/mounts')
    .map((line) => (line.split(' ')[1] ?? '').replaceAll('\\040', ' '))
    .filter((mount) => ours.some((prefix) => mount.startsWith(prefix)));
  for (const mount of mounts.reverse()) await tryRun('umount', ['--lazy', mount]);
}

function removeGroups(): void {
  for (const group of podGroups()) {
    const folders = readdirSync(group, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => `${entry.parentPath}/${entry.name}`);
    // A control group can be removed only when its children are.
    for (const folder of folders.sort((a, b) => b.length - a.length)) rmdirSync(folder);
    rmdirSync(group);
  }
}

function removeFiles({ folder, made }: ClusterRecord, sockets: readonly string[]): void {
  const { kubeconfig, pki, configuration, data } = createLayout(folder);
  const ours = [kubeconfig, pki, configuration, data, ...sockets, ...findLogLinks(folder), ...findNetworkResults()];
  for (const path of ours) rmSync(path, { recursive: true, force: true });
  for (const path of made) removeEmpty(path);
}

/** Finds the kubelet's links to container logs in its machine-wide folder. */
function findLogLinks(folder: string): string[] {
  const links = filesIn('/var/log/containers');
  return links.filter((link) => lstatSync(link).isSymbolicLink() && readlinkSync(link).startsWith(`${folder}/`));
}

/** Finds CNI's results of the cluster's pods in its machine-wide folder. */
function findNetworkResults(): string[] {
  return filesIn('/var/lib/cni/results').filter((file) => readFileSync(file, 'utf8').includes(`${RUN_FOLDER}/`));
}

function filesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}

/** Another process may have started to use it. */
function removeEmpty(folder: string): void {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) removeEmpty(join(folder, entry.name));
  }
  if (readdirSync(folder).length === 0) rmdirSync(folder);
}
