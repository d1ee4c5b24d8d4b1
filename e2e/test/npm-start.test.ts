import { afterEach, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, uniquePrefix } from '@cups/testing';

/** `npm start` under a supervisor: every signal ends the whole platform, and failed processes are restarted. */

const root = join(import.meta.dirname, '../..');
const COMMAND = 'npm start -- --empty --port 0 --data';
const started: { child: ChildProcess; mark: string; dataDir: string }[] = [];

/** Returns the processes of a start, by a marker in their inherited environment. */
function findMarkedProcesses(mark: string): { pid: number; name: string }[] {
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

/** Runs a start command and waits until the platform serves. `env` supplements the marker. */
async function start(command: (dataDir: string) => string[], env: NodeJS.ProcessEnv = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), 'cups-npm-start-'));
  const mark = `CUPS_STARTED_BY=${randomUUID()}`;
  const [file, ...args] = command(dataDir);
  const [name, value] = mark.split('=') as [string, string];
  const child = spawn(file!, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, CUPS_PREFIX: uniquePrefix(), ...env, [name]: value },
  });
  started.push({ child, mark, dataDir });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const url = await eventually(() => /^serving (http:\S+)$/m.exec(output)?.[1], { timeoutMs: 90_000 });
  return { child, mark, url, output: () => output };
}

async function expectCleanStop({ mark, url }: { mark: string; url: string }): Promise<void> {
  await eventually(() => findMarkedProcesses(mark).length === 0, { timeoutMs: 40_000, everyMs: 100 }).catch(
    () => undefined,
  );
  expect(findMarkedProcesses(mark)).toEqual([]);
  await expect(fetch(url)).rejects.toThrow();
}

afterEach(() => {
  for (const { child, mark, dataDir } of started.splice(0)) {
    child.stdout?.destroy();
    for (const { pid } of findMarkedProcesses(mark)) process.kill(pid, 'SIGKILL');
    rmSync(dataDir, { recursive: true, force: true });
  }
});

describe('npm start', () => {
  const npm = (dataDir: string) => [...COMMAND.split(' '), dataDir];
  const shell = (dataDir: string) => ['sh', '-c', `${COMMAND} ${dataDir}`];

  test('SIGTERM to npm ends everything in order, Kafka and the embedded store included', async () => {
    const platform = await start(npm, { MONGODB_URI: undefined, KAFKA_BROKERS: undefined });
    expect(findMarkedProcesses(platform.mark).filter(({ name }) => /^\S*java /.test(name))).toHaveLength(2);
    const ended = once(platform.child, 'exit');
    platform.child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    await expectCleanStop(platform);
  });

  test('SIGTERM to the shell of a supervisor ends everything', async () => {
    const platform = await start(shell);
    platform.child.kill('SIGTERM');
    await expectCleanStop(platform);
  });

  test('SIGKILL to npm ends everything', async () => {
    const platform = await start(npm);
    platform.child.kill('SIGKILL');
    await expectCleanStop(platform);
  });

  test('killing the signal forwarder ends everything', async () => {
    const platform = await start(npm);
    const runner = findMarkedProcesses(platform.mark).find(({ name }) => /^\S*node tools\/run\.mjs start/.test(name));
    process.kill(runner!.pid, 'SIGKILL');
    await expectCleanStop(platform);
  });

  test('a killed process is restarted, Kafka and store included, and the rest continues', async () => {
    const platform = await start(npm, { MONGODB_URI: undefined, KAFKA_BROKERS: undefined });
    const { url, mark, output, child } = platform;
    const pidOf = (name: RegExp) => findMarkedProcesses(mark).find((one) => name.test(one.name))?.pid;
    const gateway = pidOf(/apps\/gateway\/src/);
    const killed = { intake: /apps\/intake\/src/, kafka: /^\S*java .* Kafka /, store: /^\S*java .* Store / };
    for (const [name, pattern] of Object.entries(killed)) {
      const pid = pidOf(pattern)!;
      process.kill(pid, 'SIGKILL');
      await eventually(() => output().includes(`${name} is ready again`), { timeoutMs: 90_000 });
      expect(output()).toContain(`${name} exited unexpectedly (killed); restart 1 of 5 within 10 minutes`);
      expect(pidOf(pattern)).not.toBe(pid);
    }
    await eventually(async () => (await fetch(`${url}/api/v1/centres`)).ok, { timeoutMs: 30_000 });
    expect([pidOf(/apps\/gateway\/src/), child.exitCode]).toEqual([gateway, null]);
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    await expectCleanStop(platform);
  }, 300_000);
});
