import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { identifyProcess, findRunningProcess, isStillRunning, startLocal } from '../src/index.ts';
import type { LockOwner } from '../src/lock.ts';
import { isProcessRunning, resolveScript, startParent, waitUntil, withFolder } from './folder.ts';

/** Owners with reused process IDs: after a power cut the system assigns them from the lowest again. */

const withoutParts = (dataDir: string) => ({ dataDir, parts: [] });

/** A data folder with the lock of a platform that SIGKILL ended. */
async function leaveStaleLock(folder: string): Promise<Record<string, unknown>> {
  const args = [
    '--disable-warning=ExperimentalWarning',
    resolveScript('parent.ts'),
    JSON.stringify(withoutParts(folder)),
  ];
  const parent = spawn(process.execPath, [...args, 'stay'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(parent, 'exit');
  await once(parent.stdout, 'data');
  expect(await findRunningProcess(folder)).toBe(parent.pid);
  parent.kill('SIGKILL');
  await ended;
  return JSON.parse(await readFile(join(folder, 'running.json'), 'utf8')) as Record<string, unknown>;
}

function readLock(folder: string): LockOwner {
  try {
    return JSON.parse(readFileSync(join(folder, 'running.json'), 'utf8')) as LockOwner;
  } catch {
    return { pid: 0, kafka: 0, store: 0 };
  }
}

/** A Node process unrelated to the platform. */
async function withOtherProcess(work: (pid: number) => Promise<void>): Promise<void> {
  const foreign = spawn(process.execPath, ['-e', 'process.stdout.write("1"); setInterval(() => {}, 1000)']);
  try {
    await once(foreign.stdout, 'data');
    await work(foreign.pid!);
  } finally {
    foreign.kill('SIGKILL');
  }
}

describe('the lock of a killed platform', () => {
  test.each(['pid', 'kafka', 'store'])('ignores an unrelated process with the ID of its %s', async (role) => {
    await withFolder((folder) =>
      withOtherProcess(async (pid) => {
        const lock = await leaveStaleLock(folder);
        const started = Object.assign({}, lock['started'], { [role]: '1' });
        await writeFile(
          join(folder, 'running.json'),
          JSON.stringify(Object.assign({}, lock, { [role]: pid, started })),
        );
        expect(await findRunningProcess(folder)).toBeUndefined();
        const startedAt = Date.now();
        const local = await startLocal(withoutParts(folder));
        expect(Date.now() - startedAt).toBeLessThan(10_000);
        expect(await findRunningProcess(folder)).toBe(process.pid);
        await local.stop();
      }),
    );
  });

  test('ignores processes with the same ID and time after a reboot', async () => {
    await withFolder(async (folder) => {
      const { pid, started } = identifyProcess(process.pid)!;
      const lock = { pid, kafka: 0, store: 0, boot: 'another', started: { pid: started } };
      await writeFile(join(folder, 'running.json'), JSON.stringify(lock));
      expect(await findRunningProcess(folder)).toBeUndefined();
      await (await startLocal(withoutParts(folder))).stop();
    });
  });

  test('of an older release, without times, holds for a Node process', async () => {
    await withFolder((folder) =>
      withOtherProcess(async (pid) => {
        await writeFile(join(folder, 'running.json'), JSON.stringify({ pid, kafka: 0, store: 0 }));
        await expect(startLocal(withoutParts(folder))).rejects.toThrow(`is in use by process ${pid}`);
      }),
    );
  });
});

describe('a store that outlives its parent', () => {
  test('delays a start, which reports it, also before it serves', async () => {
    await withFolder(async (folder) => {
      const parent = startParent({ dataDir: folder, parts: ['store'] });
      const ended = once(parent, 'exit');
      let store = 0;
      try {
        await waitUntil(() => (store = readLock(folder).store) > 0, 'the store is recorded', 60);
        process.kill(store, 'SIGSTOP');
        parent.kill('SIGKILL');
        await ended;
        const lines: string[] = [];
        const onProgress = (line: string): void => {
          if (lines.push(line) === 1) process.kill(store, 'SIGCONT');
        };
        const local = await startLocal({ dataDir: folder, parts: ['store'], onProgress });
        await local.stop();
        expect(lines[0]).toBe(`store: waiting up to 30 s for process ${store} of an earlier run to end`);
      } finally {
        parent.kill('SIGKILL');
        if (store > 0 && isProcessRunning(store)) process.kill(store, 'SIGKILL');
      }
    });
  });

  test('delays a start that does not know its process', async () => {
    await withFolder(async (folder) => {
      const first = await startLocal({ dataDir: folder, parts: ['store'] });
      await rm(join(folder, 'running.json'));
      const second = startLocal({ dataDir: folder, parts: ['store'] });
      try {
        const log = join(folder, 'store.log');
        const line = 'The store waits up to 5 s for the process that uses ';
        await waitUntil(() => readFileSync(log, 'utf8').startsWith(line), 'the second store waits');
        await first.killStore();
        expect((await second).pids.store).toBeGreaterThan(0);
      } finally {
        await first.stop();
        await second.then(
          (local) => local.stop(),
          () => {},
        );
      }
    });
  });
});

test('isStillRunning is true only while the process runs', async () => {
  let identity;
  await withOtherProcess((pid) => {
    identity = identifyProcess(pid);
    expect(isStillRunning(identity!)).toBe(true);
    return Promise.resolve();
  });
  await waitUntil(() => !isStillRunning(identity!), 'it has ended');
  expect(isStillRunning(identifyProcess(process.pid)!)).toBe(true);
});
