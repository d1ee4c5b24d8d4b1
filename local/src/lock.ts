import { writeFileSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readBootId, isStillRunning, readStartTime } from './process-identity.ts';

type ProcessRole = 'pid' | 'kafka' | 'store';

/**
 * The owner of a data folder: the process that started it and its two children, 0 for none. After a power cut another
 * process may have the same ID, so boot and start times identify each; older releases wrote neither.
 */
export interface LockOwner extends Record<ProcessRole, number> {
  boot?: string | undefined;
  started?: Partial<Record<ProcessRole, string>>;
}

const ORPHAN_TIMEOUT_SECONDS = 30;

/** Returns the lock file of a data folder. */
function lockFile(dataDir: string): string {
  return join(dataDir, 'running.json');
}

/**
 * Returns the running owner of a data folder, if any. The lock of a killed process does not count once its children
 * have ended, which they do without their parent.
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
 * Locks the data folder for this process. Waits for the children of a killed owner, which end in some seconds.
 * @param onProgress called when it waits
 * @throws Error if another process uses it
 */
export async function acquireLock(dataDir: string, onProgress: (line: string) => void): Promise<void> {
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
        `The data folder ${dataDir} is in use by process ${owner.pid}: stop it first, or choose another folder.`,
      );
    }
    await waitForOrphans(file, onProgress);
    await rm(file, { force: true });
  }
  throw new Error(`The data folder ${dataDir} is being started by another process.`);
}

/** Records the children, so that the next owner can wait for them after a crash. */
export function recordChildren(dataDir: string, kafka: number, store: number): void {
  // At once: a parent that is killed in between would leave a child that nobody waits for.
  writeFileSync(lockFile(dataDir), JSON.stringify(describeOwner(kafka, store)));
}

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

async function waitForOrphans(file: string, onProgress: (line: string) => void): Promise<void> {
  let owner: LockOwner;
  try {
    owner = JSON.parse(await readFile(file, 'utf8')) as LockOwner;
  } catch {
    return;
  }
  const deadline = Date.now() + ORPHAN_TIMEOUT_SECONDS * 1000;
  for (const role of ['kafka', 'store'] as const) {
    if (await isRunning(role, owner)) {
      onProgress(
        `${role}: waiting up to ${ORPHAN_TIMEOUT_SECONDS} s for process ${owner[role]} of an earlier run to end`,
      );
    }
    while (await isRunning(role, owner)) {
      if (Date.now() > deadline)
        throw new Error(`Process ${owner[role]} of an earlier run is still running: end it first.`);
      await delay(100);
    }
  }
}

/** Whether this very process runs; another process with the same ID does not count. */
async function isRunning(role: ProcessRole, owner: LockOwner): Promise<boolean> {
  const pid = owner[role];
  if (!pid) return false;
  const started = owner.started?.[role];
  if (owner.boot !== undefined && started !== undefined) return isStillRunning({ pid, boot: owner.boot, started });
  return isRunningByName(pid, owner);
}

/** Like `isRunning`, for a lock of an older release: checks the program name. */
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
    // Without /proc, or for a zombie, the result of the signal counts, except on Linux.
    return process.platform !== 'linux';
  }
}
