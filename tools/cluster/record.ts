import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { identifyProcess, isStillRunning } from '@cups/local';
import type { ProcessIdentity } from '@cups/local';
import { RUN_FOLDER } from './layout.ts';
import type { Addon } from './layout.ts';

/** What is written down of a running cluster, before it is done: enough to remove all of it, whoever was killed. */
export interface ClusterRecord {
  id: string;
  folder: string;
  addons: readonly Addon[];
  /** The process that started it. */
  startedBy: number;
  /** ISO 8601. */
  startedAt: string;
  /** Process ids by the names of the parts. */
  processes: Record<string, number>;
  /** When each of these started, and `starter`: another process may have a number by now. */
  identities: Record<string, ProcessIdentity>;
  /** Settings of the kernel that a kubelet changes for the whole machine, as they were: by their file in /proc/sys. */
  kernel: Record<string, string>;
  /** Folders of the machine that the parts make wherever one sends them, and that were not there before. */
  made: readonly string[];
}

/** The name of the process that started the cluster. */
export const STARTER = 'starter';

const FILE = join(RUN_FOLDER, 'cluster.json');

/** @returns undefined when no cluster runs on this machine, nor was one left behind */
export function readRecord(): ClusterRecord | undefined {
  try {
    return JSON.parse(readFileSync(FILE, 'utf8')) as ClusterRecord;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** @throws Error when a cluster runs on this machine, or one was left behind */
export function assertNoCluster(): void {
  if (existsSync(RUN_FOLDER)) throw new Error(describeOccupant(readRecord()));
}

/**
 * Takes the machine for a cluster.
 * @throws Error when one runs on it, or is being started
 */
export function claimMachine(record: ClusterRecord): void {
  try {
    mkdirSync(RUN_FOLDER, { mode: 0o711 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new Error(describeOccupant(readRecord()), { cause: error });
  }
  writeRecord(record);
}

function describeOccupant(other: ClusterRecord | undefined): string {
  const down = 'npm run cluster -- down';
  if (!other) return `${RUN_FOLDER} was left behind by a start that was killed: ${down}.`;
  const whose = isRunning(other, STARTER) ? `process ${other.startedBy}` : 'a process that has ended';
  return `A cluster runs on this machine already, in ${other.folder} (started by ${whose}): ${down} --folder ${other.folder}.`;
}

/** Comes whole into its place: whoever reads it never sees half of one. */
export function writeRecord(record: ClusterRecord): void {
  const beside = `${FILE}.new`;
  writeFileSync(beside, `${JSON.stringify(record, undefined, 2)}\n`);
  renameSync(beside, FILE);
}

export function releaseMachine(): void {
  rmSync(RUN_FOLDER, { recursive: true, force: true });
}

/** Whether a part of the cluster, or the process that started it, still runs. */
export function isRunning({ identities }: Partial<Pick<ClusterRecord, 'identities'>>, name: string): boolean {
  const identity = identities?.[name];
  return identity !== undefined && isStillRunning(identity);
}

/** Notes when a process started; nothing where the system does not tell, or it has ended already. */
export function recordIdentity({ identities }: Pick<ClusterRecord, 'identities'>, name: string, pid: number): void {
  const identity = identifyProcess(pid);
  if (identity) identities[name] = identity;
}
