import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process of this machine. Its number is given again, after a restart of the machine soon: only with both times it is one. */
export interface ProcessIdentity {
  pid: number;
  /** Which start of the machine it belongs to. */
  boot: string;
  /** When it started, in the words of the system. */
  started: string;
}

/** The start of this machine; undefined where the system tells none (it has no /proc). */
export function readBootId(): string | undefined {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return process.platform === 'linux' ? undefined : 'any';
  }
}

/** When a process started; undefined when it does not run, or nobody tells. */
export function readStartTime(pid: number): string | undefined {
  if (process.platform !== 'linux') return readStartTimeByPs(pid);
  try {
    // pid (name) state ppid …: the name may hold blanks and brackets. A zombie has ended, though its number is still taken.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** To the second, with the date: two starts of the machine are told apart by it as well. */
function readStartTimeByPs(pid: number): string | undefined {
  try {
    const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore'];
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', stdio }).trim() || undefined;
  } catch {
    return undefined;
  }
}

/** This process, or another that runs; undefined when nobody tells. */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  const boot = readBootId();
  const started = readStartTime(pid);
  return boot !== undefined && started !== undefined ? { pid, boot, started } : undefined;
}

/** Whether this very process still runs. */
export const isStillRunning = ({ pid, boot, started }: ProcessIdentity): boolean =>
  boot === readBootId() && started === readStartTime(pid);
