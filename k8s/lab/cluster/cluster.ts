import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { startAddon } from './addons.ts';
import { buildCluster, MANIFESTS } from './build.ts';
import type { BuildResult } from './build.ts';
import { importArchives } from './containerd.ts';
import { startControlPlane } from './control-plane.ts';
import { createLayout, NETWORK } from './layout.ts';
import type { Addon, Layout } from './layout.ts';
import { checkMachine } from './machine.ts';
import { makeNetwork, readKernelSettings } from './network.ts';
import { startNode } from './node.ts';
import { makePki } from './pki.ts';
import { startProcesses } from './processes.ts';
import { claimMachine, releaseMachine, recordIdentity, readRecord, assertNoCluster, STARTER } from './record.ts';
import type { ClusterRecord } from './record.ts';
import { removeCluster } from './removal.ts';
import { createVolumes } from './volumes.ts';

export type { Addon } from './layout.ts';

export interface ClusterOptions {
  /** State folder, created if missing. Its path must be short. */
  folder: string;
  addons: readonly Addon[];
  /** Receives progress lines. */
  onProgress: (line: string) => void;
  /** Aborts the start and removes what was started. */
  signal?: AbortSignal;
}

/** A Kubernetes cluster with one node, on this machine. */
export interface Cluster {
  /** Path of the kubeconfig for all tools. */
  kubeconfig: string;
  /** Folder with kubectl and helm. */
  bin: string;
  /** Address of this machine for pods. */
  hostAddress: string;
  /** Imports OCI archives of `npm run cups -- images`. Pods find the images by tag and by digest. */
  importImages(archives: readonly string[]): Promise<unknown>;
  /** Stops the cluster and removes processes, mounts, networks, control groups, kernel settings and files except logs. */
  stop(): Promise<void>;
}

/** Longest socket path of a kubelet, which limits the folder's path. */
const LONGEST_SOCKET = 'data/kubelet/pod-resources/kubelet.sock';
const MAX_SOCKET_PATH_BYTES = 107;
/** Folders that containerd, its shims, CNI and the kubelet create regardless of their configuration. */
const IMPLICIT_FOLDERS = ['/run/containerd', '/var/lib/cni', '/var/log/containers'];

/**
 * Compiles and starts a cluster, and waits until it is ready. It outlives this process: stop it with `stop` or
 * `npm run cups -- cluster down`.
 * @throws Error, after removing everything, when the machine lacks something, a cluster runs, or a part does not start
 */
export async function startCluster({ folder, addons, onProgress, signal }: ClusterOptions): Promise<Cluster> {
  const layout = createLayout(resolve(folder));
  checkPathLength(layout.folder);
  assertNoCluster();
  await checkMachine();
  const built = await buildCluster({ addons, onProgress, signal });
  const record: ClusterRecord = {
    id: randomBytes(3).toString('hex'),
    folder: layout.folder,
    addons,
    startedBy: process.pid,
    startedAt: new Date().toISOString(),
    processes: {},
    identities: {},
    kernel: readKernelSettings(),
    made: IMPLICIT_FOLDERS.filter((one) => !existsSync(one)),
  };
  recordIdentity(record, STARTER, process.pid);
  claimMachine(record);
  try {
    await startParts({ built, layout, record, onProgress, signal });
  } catch (error) {
    onProgress(`the start ${signal?.aborted ? 'was called off' : 'failed'}: removing what was started`);
    await removeCluster(record);
    throw error;
  }
  let stopping: Promise<void> | undefined;
  return {
    kubeconfig: layout.kubeconfig,
    bin: built.bin,
    hostAddress: NETWORK.host,
    importImages: importArchives,
    stop: () => (stopping ??= removeCluster(record)),
  };
}

function checkPathLength(folder: string): void {
  const socket = join(folder, LONGEST_SOCKET);
  if (Buffer.byteLength(socket) <= MAX_SOCKET_PATH_BYTES) return;
  throw new Error(`${folder} is too long a path: a socket below it has room for ${MAX_SOCKET_PATH_BYTES} bytes.`);
}

interface StartOptions {
  built: BuildResult;
  layout: Layout;
  record: ClusterRecord;
  onProgress: (line: string) => void;
  signal: AbortSignal | undefined;
}

async function startParts({ built, layout, record, onProgress, signal }: StartOptions): Promise<void> {
  const { bin, pauseImage, archives } = built;
  const { configuration, data, logs } = layout;
  // A restart of the machine may leave parts of an earlier cluster.
  for (const folder of [data, configuration, logs]) rmSync(folder, { recursive: true, force: true });
  for (const folder of [data, configuration]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  await makePki(layout);
  await makeNetwork(record.id);
  const processes = startProcesses(layout, record, signal);
  await startControlPlane(bin, layout, processes);
  onProgress('control plane ready');
  await startNode({ bin, layout, processes, pauseImage, archives });
  onProgress('node ready');
  await createVolumes(bin, layout);
  await Promise.all(
    record.addons.map(async (addon) => {
      await startAddon[addon]({ bin, manifests: MANIFESTS, layout, processes });
      onProgress(`${addon} ready`);
    }),
  );
}

/**
 * Stops the cluster of a folder, or removes what a killed start has left.
 * @returns whether there was one
 * @throws Error when the cluster of this machine belongs to another folder
 */
export async function stopCluster(folder: string): Promise<boolean> {
  const record = readRecord();
  if (!record) {
    releaseMachine();
    return false;
  }
  if (record.folder !== resolve(folder)) {
    throw new Error(`The cluster of this machine lies in ${record.folder}: name it by --folder.`);
  }
  await removeCluster(record);
  return true;
}
