import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';

const STOP_TIMEOUT_SECONDS = 15;

/** A Java process of the local platform. */
export interface JavaProcess {
  readonly pid: number;
  /** Resolves when the process has ended. */
  readonly ended: Promise<void>;
  /** Sends SIGTERM, and SIGKILL after 15 s; resolves when the process has ended. */
  stop(): Promise<void>;
  /** Sends SIGKILL; resolves when the process has ended. */
  kill(): Promise<void>;
}

interface ProcessOptions {
  /** Receives standard output and standard error. */
  readonly logFile: string;
  /** Whether it ends with this process. */
  readonly endsWithParent: boolean;
  readonly env?: Record<string, string> | undefined;
  /** Called with the process ID before the process does anything. */
  readonly onSpawn: (pid: number) => void;
}

/**
 * Starts Java in its own process group, so that Ctrl-C does not reach it. It ends with this process by watching a
 * pipe as standard input. Without `endsWithParent` it has no standard input and continues on its own.
 * @param onUnexpectedEnd called when the process ends without `stop` or `kill`
 */
export function startJava(
  args: readonly string[],
  options: ProcessOptions,
  onUnexpectedEnd: (code: number | null, signal: string | null) => void,
): JavaProcess {
  const log = openSync(options.logFile, 'w', 0o600);
  const javaArgs = options.endsWithParent ? args : ['-Dcups.endsWithParent=false', ...args];
  const input = options.endsWithParent ? 'pipe' : 'ignore';
  const env = Object.assign({}, process.env, options.env);
  const child: ChildProcess = spawn('java', javaArgs, { detached: true, stdio: [input, log, log], env });
  if (child.pid !== undefined) options.onSpawn(child.pid);
  if (!options.endsWithParent) child.unref();
  closeSync(log);
  child.stdin?.on('error', () => {});
  let isExpected = false;
  let hasEnded = false;
  const ended = new Promise<void>((resolve) => {
    const finish = (code: number | null, signal: string | null): void => {
      if (hasEnded) return;
      hasEnded = true;
      resolve();
      if (!isExpected) onUnexpectedEnd(code, signal);
    };
    child.once('exit', finish);
    child.once('error', () => finish(null, null));
  });
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    isExpected = true;
    if (hasEnded) return;
    child.kill(signal);
    const killer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_SECONDS * 1000);
    await ended;
    clearTimeout(killer);
  };
  return { pid: child.pid ?? 0, ended, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}

/** Address of a part, and its certificate with TLS. */
export interface ServiceAddress {
  readonly host: string;
  readonly port: number;
  readonly ca?: string | undefined;
}

/** Waits until the address responds to a request. @throws Error if `child` ends first or `seconds` pass */
export async function waitForAnswer(
  child: JavaProcess,
  address: ServiceAddress,
  request: Buffer,
  what: { name: string; seconds: number; logFile: string },
): Promise<void> {
  const deadline = Date.now() + what.seconds * 1000;
  let ended = false;
  void child.ended.then(() => (ended = true));
  while (!(await isAnswering(address, request))) {
    if (ended) throw new Error(`${what.name} ended while starting; see ${what.logFile}.`);
    if (Date.now() > deadline) {
      throw new Error(`${what.name} did not answer within ${what.seconds} s; see ${what.logFile}.`);
    }
    await delay(50);
  }
}

function isAnswering(address: ServiceAddress, request: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    const { host, port, ca } = address;
    const socket = ca === undefined ? connect({ host, port }) : connectTls({ host, port, ca });
    const finish = (answer: boolean): void => {
      resolve(answer);
      socket.destroy();
    };
    socket.setTimeout(2000, () => finish(false));
    socket.once(ca === undefined ? 'connect' : 'secureConnect', () => socket.write(request));
    socket.once('data', () => finish(true));
    socket.once('error', () => finish(false));
    socket.once('close', () => finish(false));
  });
}
