import { afterEach, expect } from '@jest/globals';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, uniquePrefix } from '@cups/testing';

/** Runs `npm start` as a supervisor does, and finds its processes. */

const root = join(import.meta.dirname, '../..');
export const COMMAND = 'npm start -- --no-sample-data --port 0 --data';
const started: { child: ChildProcess; mark: string; dataDir: string }[] = [];

/** Returns the processes of a start, by a marker in their inherited environment. */
export function findMarkedProcesses(mark: string): { pid: number; name: string }[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      try {
        if (!readFileSync(`/proc/${pid}/environ`, 'latin1').includes(mark)) return [];
        return [{ pid: Number(pid), name: readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ') }];
      } catch {
        // The process has ended, or belongs to another user.
        return [];
      }
    });
}

/** Ten times as long as on a machine that does nothing else: long tests run beside it. */
const START_TIMEOUT_MS = 150_000;

/**
 * Runs a start command and waits until the platform serves. `env` supplements the marker.
 * @throws Error with everything that the command printed, when it ends or takes too long
 */
export async function start(command: (dataDir: string) => string[], env: NodeJS.ProcessEnv = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), 'cups-npm-start-'));
  const mark = `CUPS_STARTED_BY=${randomUUID()}`;
  const [file, ...args] = command(dataDir);
  const [name, value] = mark.split('=') as [string, string];
  const child = spawn(file!, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, CUPS_PREFIX: uniquePrefix(), ...env, [name]: value },
  });
  started.push({ child, mark, dataDir });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const findUrl = () => /^serving (http:\S+)$/m.exec(output)?.[1];
  const isDecided = () => findUrl() !== undefined || child.exitCode !== null;
  await eventually(isDecided, { timeoutMs: START_TIMEOUT_MS }).catch(() => undefined);
  const url = findUrl();
  if (url === undefined) throw new Error(`The platform does not serve (exit code ${child.exitCode}):\n${output}`);
  return { child, mark, url, output: () => output };
}

export async function expectCleanStop({ mark, url }: { mark: string; url: string }): Promise<void> {
  await eventually(() => findMarkedProcesses(mark).length === 0, { timeoutMs: 40_000, everyMs: 100 }).catch(
    () => undefined,
  );
  expect(findMarkedProcesses(mark)).toEqual([]);
  await expect(fetch(url)).rejects.toThrow();
}

afterEach(() => {
  for (const { child, mark, dataDir } of started.splice(0)) {
    child.stdout?.destroy();
    child.stderr?.destroy();
    for (const { pid } of findMarkedProcesses(mark)) process.kill(pid, 'SIGKILL');
    rmSync(dataDir, { recursive: true, force: true });
  }
});
