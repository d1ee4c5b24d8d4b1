import { connect } from 'node:net';
import type { Log, Metrics } from '@cups/contracts';
import { CheckError } from './check-error.ts';
import { scanUpload } from './clamd.ts';
import { converse } from './converse.ts';
import { CHECK_LIMITS } from './limits.ts';
import type { CheckInput, Checker, CheckResult } from './port.ts';
import { startChild } from './run-child.ts';
import type { Child } from './run-child.ts';
import { findChildProgram } from './child-program.ts';
import { confine } from './sandbox.ts';
import type { Isolation } from './sandbox.ts';
import { selectIsolation } from './select-isolation.ts';

export interface CheckerOptions {
  environment: 'development' | 'production';
  /** host:port of a checker in a pod of its own; empty runs children here. */
  checkerAddress: string;
  /** host:port or unix:/path of clamd; empty scans nothing. */
  clamdAddress: string;
  log: Log;
  metrics: Metrics;
}

/** For tests. */
export interface CheckerOverrides {
  /** Program of the child. */
  program?: string;
  /** False runs the child without Node's permission model. */
  permissions?: boolean;
  isolation?: Isolation;
  wallMs?: number;
}

/** A remote check also waits until the checker has a free place. */
const REMOTE_TIMEOUT_MS = 3 * CHECK_LIMITS.wallMs;

/**
 * Creates the checker that the settings describe.
 * @throws Error, one sentence, if children cannot run, or in production only without isolation
 */
export async function createChecker(options: CheckerOptions, overrides: CheckerOverrides = {}): Promise<Checker> {
  const open = options.checkerAddress === '' ? await createLocal(options, overrides) : createRemote(options);
  const { clamdAddress, metrics } = options;
  const seconds = metrics.histogram('documents_check_duration_seconds', 'Time of a check, in seconds.', ['outcome']);
  return {
    async check(input) {
      const start = performance.now();
      let outcome = 'failed';
      try {
        const result = refuseBySize(input) ?? (await scanAndOpen(clamdAddress, input, open));
        outcome = 'refused' in result ? 'refused' : 'accepted';
        return result;
      } finally {
        seconds.observe({ outcome }, (performance.now() - start) / 1000);
      }
    },
    close: () => open.close(),
  };
}

/** Opens a file in another process. */
export interface Opener {
  (input: CheckInput): Promise<CheckResult>;
  close(): Promise<void>;
}

/** The answers that need no byte of the file. */
function refuseBySize({ size, pageSizes }: CheckInput): CheckResult | undefined {
  if (size === 0) return { refused: 'EMPTY' };
  if (size > CHECK_LIMITS.uploadBytes) return { refused: 'TOO_LARGE' };
  if (pageSizes.length > CHECK_LIMITS.pages) return { refused: 'TOO_MANY_PAGES' };
  return undefined;
}

/** Malware is not opened at all. */
async function scanAndOpen(clamdAddress: string, input: CheckInput, open: Opener): Promise<CheckResult> {
  if (clamdAddress === '') return open(input);
  if ((await scanUpload(clamdAddress, input)) === 'malware') return { refused: 'MALWARE' };
  const result = await open(input);
  return 'accepted' in result ? { accepted: { ...result.accepted, scan: 'clean' } } : result;
}

async function createLocal(options: CheckerOptions, overrides: CheckerOverrides): Promise<Opener> {
  const { program = findChildProgram(), permissions = true, wallMs = CHECK_LIMITS.wallMs } = overrides;
  const isolation = overrides.isolation ?? (await selectIsolation(program, options));
  const command = confine(program, isolation, permissions);
  return trackChildren(async (input, children) => {
    const child = startChild(command);
    children.add(child);
    try {
      const { stdin: to, stdout: from, kill } = child;
      return await converse({ to, from, kill }, input, wallMs);
    } finally {
      await child.ended.catch(() => {});
      children.delete(child);
    }
  });
}

function createRemote({ checkerAddress }: CheckerOptions): Opener {
  const at = checkerAddress.lastIndexOf(':');
  const [host, port] = [checkerAddress.slice(0, at).replace(/^\[|\]$/g, ''), Number(checkerAddress.slice(at + 1))];
  return trackChildren(async (input, running) => {
    const socket = connect({ host, port, allowHalfOpen: true });
    const kill = () => void socket.destroy();
    const one = { kill };
    running.add(one);
    try {
      socket.on('error', () => {});
      return await converse({ to: socket, from: socket, kill }, input, REMOTE_TIMEOUT_MS);
    } finally {
      running.delete(one);
    }
  });
}

/** Adds `close`, which ends what runs and lets no further check start. */
function trackChildren(run: (input: CheckInput, running: Set<Pick<Child, 'kill'>>) => Promise<CheckResult>): Opener {
  const running = new Set<Pick<Child, 'kill'>>();
  const checks = new Set<Promise<unknown>>();
  let closed = false;
  const open = async (input: CheckInput): Promise<CheckResult> => {
    if (closed) throw new CheckError('CHECK_ABORTED');
    const check = run(input, running);
    const settled = check.catch(() => {});
    checks.add(settled);
    try {
      return await check;
    } finally {
      checks.delete(settled);
    }
  };
  return Object.assign(open, {
    async close() {
      closed = true;
      for (const one of running) one.kill();
      await Promise.all(checks);
    },
  });
}
