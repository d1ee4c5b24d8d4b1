import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Layout } from './layout.ts';
import { inNetwork } from './network.ts';
import { recordIdentity, writeRecord } from './record.ts';
import type { ClusterRecord } from './record.ts';

const POLL_INTERVAL_MS = 100;
const MAX_LOG_LINES = 8;

/** Processes of a cluster, which outlive this one and are found by the record. */
export interface Processes {
  /** Starts a program in the cluster's network, with its output in the log of that name. */
  start(name: string, args: readonly string[], env?: Record<string, string>): void;
  /**
   * Retries until the check succeeds.
   * @throws Error when a part has ended, on an abort, or on a timeout
   */
  waitUntil(what: string, seconds: number, question: () => Promise<unknown>): Promise<void>;
}

export function startProcesses(layout: Layout, record: ClusterRecord, signal: AbortSignal | undefined): Processes {
  mkdirSync(layout.logs, { recursive: true });
  const ended = new Map<string, string>();
  const logOf = (name: string) => join(layout.logs, `${name}.log`);

  const start = (name: string, args: readonly string[], env: Record<string, string> = {}): void => {
    const log = openSync(logOf(name), 'w', 0o600);
    const [command, ...rest] = inNetwork(record.id, args) as [string, ...string[]];
    const options = { detached: true, env: { ...process.env, ...env }, stdio: ['ignore', log, log] as const };
    const child = spawn(command, rest, { ...options, stdio: [...options.stdio] });
    closeSync(log);
    child.once('error', (error) => ended.set(name, error.message));
    child.once('exit', (code, killedBy) => ended.set(name, `it ended with ${code ?? killedBy}`));
    child.unref();
    if (child.pid === undefined) return;
    record.processes[name] = child.pid;
    recordIdentity(record, name, child.pid);
    writeRecord(record);
  };

  const checkAlive = (): void => {
    signal?.throwIfAborted();
    for (const [name, how] of ended) throw new Error(`${name}: ${how}\n${lastLines(logOf(name))}`);
  };

  const until = async (what: string, seconds: number, question: () => Promise<unknown>): Promise<void> => {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      checkAlive();
      try {
        await question();
        return;
      } catch (cause) {
        if (Date.now() > deadline) {
          const reason = (cause as Error).message;
          throw new Error(`${what} within ${seconds} s: no. ${reason}\nLogs are in ${layout.logs}.`, { cause });
        }
      }
      await delay(POLL_INTERVAL_MS);
    }
  };
  return { start, waitUntil: until };
}

function lastLines(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-MAX_LOG_LINES).join('\n');
}
