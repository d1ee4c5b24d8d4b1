import { spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import type { Platform } from '@cups/tools/platform';
import type { Desks } from './desks.ts';
import type { HostileTraffic } from './hostile-traffic.ts';
import { describeFault } from './plan.ts';
import type { FaultKind, PlannedFault, FaultTarget } from './plan.ts';

/** Injects the planned faults into a running platform. */

export interface FaultOutcome {
  /** Number of injected faults by kind. */
  done: Record<FaultKind, number>;
  /** Faults that failed, such as a process that did not restart. */
  failures: string[];
}

export interface FaultOptions {
  platform: Platform;
  /** For plans with overload. */
  desks?: Desks;
  /** For plans with hostile messages. */
  hostile?: HostileTraffic;
  plan: readonly PlannedFault[];
  /** Has Kafka and the store while they have a fault: until they serve again, no service can become ready. */
  faultyParts?: Set<FaultTarget>;
  signal: AbortSignal;
  onProgress: (line: string) => void;
}

/** Number of the second copy of a service. */
const SECOND_COPY = 2;
const OVERLOAD_FACTOR = 5;

/** Injects all faults of a plan. Every process runs again when it resolves. */
export async function injectFaults(options: FaultOptions): Promise<FaultOutcome> {
  const { plan, faultyParts = new Set<FaultTarget>(), signal, onProgress } = options;
  const done = { kills: 0, restarts: 0, pauses: 0, replicas: 0, poison: 0, compressed: 0, oversized: 0, overload: 0 };
  const failures: string[] = [];
  const started = performance.now();
  /** The last fault of each process, or of each kind without one: on a slow machine a start takes longer than planned. */
  const turns = new Map<string, Promise<void>>();
  const inTurn = async (step: PlannedFault, before: Promise<void> | undefined): Promise<void> => {
    await before;
    if (signal.aborted) return;
    onProgress(describeFault(step));
    done[step.kind] += 1;
    const part = step.target === 'kafka' || step.target === 'store' ? step.target : undefined;
    if (part) faultyParts.add(part);
    try {
      await injectFault(step, options);
    } catch (error) {
      if (signal.aborted) return;
      failures.push(`${step.target ?? step.kind}: ${(error as Error).message}`);
      onProgress(`FAILED ${describeFault(step)}: ${(error as Error).message}`);
    } finally {
      if (part) faultyParts.delete(part);
    }
  };
  for (const step of plan) {
    await pause(Math.max(0, started + step.at * 1000 - performance.now()), undefined, { signal });
    const whose = step.target ?? step.kind;
    turns.set(whose, inTurn(step, turns.get(whose)));
  }
  await Promise.all(turns.values());
  return { done, failures };
}

async function injectFault(
  { kind, target, what = '', seconds }: PlannedFault,
  { platform, desks, hostile, signal }: FaultOptions,
) {
  const wait = () => pause(seconds * 1000, undefined, { signal });
  switch (kind) {
    case 'kills':
      await kill(platform, target!);
      await wait();
      return start(platform, target!);
    case 'restarts':
      return restart(platform, target!);
    case 'pauses':
      return pauseProcess(platform.pids()[target!], seconds, signal);
    case 'replicas': {
      const name = target as Exclude<FaultTarget, 'kafka' | 'store'>;
      await platform.start(name, SECOND_COPY);
      await wait();
      return what === 'killed' ? platform.kill(name, SECOND_COPY) : platform.end(name, SECOND_COPY);
    }
    case 'overload':
      desks!.load(OVERLOAD_FACTOR);
      await wait().finally(() => desks!.load(1));
      return;
    case 'poison':
      return hostile!.poison(what);
    case 'compressed':
      return hostile!.compressed(what);
    case 'oversized':
      return hostile!.oversized();
  }
}

function kill(platform: Platform, target: FaultTarget): Promise<void> {
  if (target === 'kafka') return platform.local!.killKafka();
  if (target === 'store') return platform.local!.killStore();
  return platform.kill(target);
}

function start(platform: Platform, target: FaultTarget): Promise<void> {
  if (target === 'kafka') return platform.local!.restartKafka();
  if (target === 'store') return platform.local!.restartStore();
  return platform.start(target);
}

async function restart(platform: Platform, target: FaultTarget): Promise<void> {
  if (target !== 'kafka' && target !== 'store') await platform.end(target);
  return start(platform, target);
}

/**
 * Pauses a process. A separate process resumes it, so that nothing stays paused if this one is killed. On an abort that
 * process ends, and the caller resumes what it paused.
 */
function pauseProcess(pid: number | undefined, seconds: number, signal: AbortSignal): Promise<void> {
  if (!pid) return Promise.reject(new Error('it does not run'));
  const script = `kill -STOP ${pid}; sleep ${seconds}; kill -CONT ${pid}`;
  const child = spawn('sh', ['-c', script], { detached: true, stdio: 'ignore' });
  const end = () => void process.kill(-child.pid!, 'SIGKILL');
  signal.addEventListener('abort', end, { once: true });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => {
      signal.removeEventListener('abort', end);
      resolve();
    });
  });
}
