import { connect } from 'node:net';
import type { Log, Metrics } from '@cups/contracts';
import { CheckError } from './check-error.ts';
import { parseAddress } from './address.ts';
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
  const { checkerAddress, clamdAddress } = options;
  const open = checkerAddress === '' ? await openLocally(options, overrides) : openRemotely(checkerAddress);
  return {
    check: async (input) => refuseBySize(input) ?? scanAndOpen(clamdAddress, input, open),
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

async function openLocally(options: CheckerOptions, overrides: CheckerOverrides): Promise<Opener> {
  const { program = findChildProgram(), permissions = true, wallMs = CHECK_LIMITS.wallMs } = overrides;
  const isolation = overrides.isolation ?? (await selectIsolation(program, options));
  const command = confine(program, isolation, permissions);
  return trackChecks(async (input, children) => {
    const child = startChild(command);
    children.add(child);
    try {
      const { stdin: to, stdout: from, kill } = child;
      return await converse({ to, from, kill }, input, wallMs);
    } finally {
      await child.ended;
      children.delete(child);
    }
  });
}

function openRemotely(address: string): Opener {
  return trackChecks(async (input, running) => {
    const socket = connect({ ...parseAddress(address), allowHalfOpen: true });
    const peer = { to: socket, from: socket, kill: () => void socket.destroy() };
    running.add(peer);
    socket.on('error', () => {});
    try {
      return await converse(peer, input, REMOTE_TIMEOUT_MS);
    } finally {
      running.delete(peer);
    }
  });
}

/** Adds `close`, which ends what runs and lets no further check start. */
function trackChecks(run: (input: CheckInput, running: Set<Pick<Child, 'kill'>>) => Promise<CheckResult>): Opener {
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
