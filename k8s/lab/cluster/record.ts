import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { identifyProcess, isStillRunning } from '@cups/local';
import type { ProcessIdentity } from '@cups/local';
import { RUN_FOLDER } from './layout.ts';
import type { Addon } from './layout.ts';

/** Record of a cluster, written before each step: it is sufficient to remove everything after a crash. */
export interface ClusterRecord {
  id: string;
  folder: string;
  addons: readonly Addon[];
  /** Process that started it. */
  startedBy: number;
  /** ISO 8601. */
  startedAt: string;
  /** Process IDs by part. */
  processes: Record<string, number>;
  /** Start times of these and of `starter`, to detect a reused process ID. */
  identities: Record<string, ProcessIdentity>;
  /** Previous values of machine-wide kernel settings, by file in /proc/sys. */
  kernel: Record<string, string>;
  /** Folders outside the state folder that did not exist before. */
  made: readonly string[];
}

/** Name of the process that started the cluster. */
export const STARTER = 'starter';

const FILE = join(RUN_FOLDER, 'cluster.json');

/** @returns undefined when no cluster runs or was left on this machine */
export function readRecord(): ClusterRecord | undefined {
  try {
    return JSON.parse(readFileSync(FILE, 'utf8')) as ClusterRecord;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** @throws Error when a cluster runs or was left on this machine */
export function assertNoCluster(): void {
  if (existsSync(RUN_FOLDER)) throw new Error(describeOccupant(readRecord()));
}

/**
 * Claims the machine for a cluster.
 * @throws Error when one runs or is starting
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
  const down = 'npm run cups -- cluster down';
  if (!other) return `${RUN_FOLDER} was left behind by a start that was killed: ${down}.`;
  const whose = isRunning(other, STARTER) ? `process ${other.startedBy}` : 'a process that has ended';
  return `A cluster runs on this machine already, in ${other.folder} (started by ${whose}): ${down} --folder ${other.folder}.`;
}

/** Writes atomically. */
export function writeRecord(record: ClusterRecord): void {
  const beside = `${FILE}.new`;
  writeFileSync(beside, `${JSON.stringify(record, undefined, 2)}\n`);
  renameSync(beside, FILE);
}

export function releaseMachine(): void {
  rmSync(RUN_FOLDER, { recursive: true, force: true });
}

/** Whether a part of the cluster, or its starter, still runs. */
export function isRunning({ identities }: Partial<Pick<ClusterRecord, 'identities'>>, name: string): boolean {
  const identity = identities?.[name];
  return identity !== undefined && isStillRunning(identity);
}

/** Records the start time of a process; does nothing if it is unknown. */
export function recordIdentity({ identities }: Pick<ClusterRecord, 'identities'>, name: string, pid: number): void {
  const identity = identifyProcess(pid);
  if (identity) identities[name] = identity;
}
