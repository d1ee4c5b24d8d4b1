import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Identifies a process. Process IDs are reused, so it includes boot and start time. */
export interface ProcessIdentity {
  pid: number;
  /** ID of the boot. */
  boot: string;
  /** Start time in a system-specific format. */
  started: string;
}

/** Returns the boot ID, 'any' on systems without /proc, or undefined if unknown. */
export function readBootId(): string | undefined {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return process.platform === 'linux' ? undefined : 'any';
  }
}

/** Returns the start time of a process; undefined if it does not run or is unknown. */
export function readStartTime(pid: number): string | undefined {
  if (process.platform !== 'linux') return readStartTimeByPs(pid);
  try {
    // pid (name) state ppid …: the name may contain spaces and brackets. A zombie has ended but keeps its ID.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** Includes the date, so that it also distinguishes boots. */
function readStartTimeByPs(pid: number): string | undefined {
  try {
    const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore'];
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', stdio }).trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Returns the identity of a running process, if known. */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  const boot = readBootId();
  const started = readStartTime(pid);
  return boot !== undefined && started !== undefined ? { pid, boot, started } : undefined;
}

export const isStillRunning = ({ pid, boot, started }: ProcessIdentity): boolean =>
  boot === readBootId() && started === readStartTime(pid);
