import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readBootId, isStillRunning, readStartTime } from './process-identity.ts';

type ProcessRole = 'pid' | 'kafka' | 'store';

/**
 * Who runs a data folder: the process that started it and its two children, each 0 when there is none. A number alone says
 * little after a power cut: another process may have it. So the boot and the start of each stand beside it; older releases
 * wrote neither.
 */
export interface LockOwner extends Record<ProcessRole, number> {
  boot?: string | undefined;
  started?: Partial<Record<ProcessRole, string>>;
}

const ORPHAN_TIMEOUT_SECONDS = 30;

/** Where the owner of a data folder is written. */
function lockFile(dataDir: string): string {
  return join(dataDir, 'running.json');
}

/**
 * The running owner of a data folder, or undefined. A lock left by a process that was killed does not count, once its
 * children have ended (they do by themselves when their parent is gone).
 */
export async function findRunningOwner(dataDir: string): Promise<LockOwner | undefined> {
  let owner: LockOwner;
  try {
    owner = JSON.parse(await readFile(lockFile(dataDir), 'utf8')) as LockOwner;
  } catch {
    return undefined;
  }
  return (await isRunning('pid', owner)) ? owner : undefined;
}

/**
 * Takes the data folder for this process.
 *
 * @throws Error when another process runs on it
 */
export async function acquireLock(dataDir: string): Promise<void> {
  const file = lockFile(dataDir);
  const mine = describeOwner(0, 0);
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      await writeFile(file, JSON.stringify(mine), { flag: 'wx' });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = await findRunningOwner(dataDir);
    if (owner) {
      throw new Error(
        `The data folder ${dataDir} is in use by process ${owner.pid}: stop that first, or name another.`,
      );
    }
    await waitForOrphans(file);
    await rm(file, { force: true });
  }
  throw new Error(`The data folder ${dataDir} is being started by another process.`);
}

/** Writes down the children, so that whoever comes after a crash can wait for them. */
export async function recordChildren(dataDir: string, kafka: number, store: number): Promise<void> {
  await writeFile(lockFile(dataDir), JSON.stringify(describeOwner(kafka, store)));
}

/** This process and its children. */
function describeOwner(kafka: number, store: number): LockOwner {
  const pids = { pid: process.pid, kafka, store };
  const started = Object.fromEntries(
    Object.entries(pids).flatMap(([role, pid]) => (pid ? [[role, readStartTime(pid)] as const] : [])),
  );
  return Object.assign(pids, { boot: readBootId(), started });
}

export async function releaseLock(dataDir: string): Promise<void> {
  await rm(lockFile(dataDir), { force: true });
}

async function waitForOrphans(file: string): Promise<void> {
  let owner: LockOwner;
  try {
    owner = JSON.parse(await readFile(file, 'utf8')) as LockOwner;
  } catch {
    return;
  }
  const deadline = Date.now() + ORPHAN_TIMEOUT_SECONDS * 1000;
  for (const role of ['kafka', 'store'] as const) {
    while (await isRunning(role, owner)) {
      if (Date.now() > deadline)
        throw new Error(`Process ${owner[role]} of an earlier run is still there: end it first.`);
      await delay(100);
    }
  }
}

/** Whether the process that is meant still runs: a number that another process has now does not count. */
async function isRunning(role: ProcessRole, owner: LockOwner): Promise<boolean> {
  const pid = owner[role];
  if (!pid) return false;
  const started = owner.started?.[role];
  if (owner.boot !== undefined && started !== undefined) return isStillRunning({ pid, boot: owner.boot, started });
  return isRunningByName(pid, owner);
}

/** As `isRunning`, for a lock of an older release: by what the process is called. */
async function isRunningByName(pid: number, owner: LockOwner): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  if (pid === process.pid) return owner.pid === process.pid;
  try {
    const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0')[0] ?? '';
    return /node|java/.test(command);
  } catch {
    // No /proc on this system, or a zombie: the signal's answer stands unless the process has just ended.
    return process.platform !== 'linux';
  }
}
