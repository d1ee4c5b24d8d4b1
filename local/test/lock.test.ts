import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { identifyProcess, findRunningProcess, isStillRunning, startLocal } from '../src/index.ts';
import { resolveScript, waitUntil, withFolder } from './folder.ts';

/** Who runs on a data folder, when numbers of processes are given again: after a power cut they are, from the lowest on. */

const nothing = (dataDir: string) => ({ dataDir, parts: [] });

/** A data folder whose platform was ended by SIGKILL: its lock is there. */
async function leaveStaleLock(folder: string): Promise<Record<string, unknown>> {
  const args = ['--disable-warning=ExperimentalWarning', resolveScript('parent.ts'), JSON.stringify(nothing(folder))];
  const parent = spawn(process.execPath, [...args, 'stay'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(parent, 'exit');
  await once(parent.stdout, 'data');
  expect(await findRunningProcess(folder)).toBe(parent.pid);
  parent.kill('SIGKILL');
  await ended;
  return JSON.parse(await readFile(join(folder, 'running.json'), 'utf8')) as Record<string, unknown>;
}

/** A process that runs Node and is none of ours. */
async function withOtherProcess(work: (pid: number) => Promise<void>): Promise<void> {
  const foreign = spawn(process.execPath, ['-e', 'process.stdout.write("1"); setInterval(() => {}, 1000)']);
  try {
    await once(foreign.stdout, 'data');
    await work(foreign.pid!);
  } finally {
    foreign.kill('SIGKILL');
  }
}

describe('the lock of a platform that was ended by force', () => {
  test.each(['pid', 'kafka', 'store'])(
    'does not hold for a foreign process that has the number of its %s',
    async (role) => {
      await withFolder((folder) =>
        withOtherProcess(async (pid) => {
          const lock = await leaveStaleLock(folder);
          const started = Object.assign({}, lock['started'], { [role]: '1' });
          await writeFile(
            join(folder, 'running.json'),
            JSON.stringify(Object.assign({}, lock, { [role]: pid, started })),
          );
          expect(await findRunningProcess(folder)).toBeUndefined();
          const began = Date.now();
          const local = await startLocal(nothing(folder));
          expect(Date.now() - began).toBeLessThan(10_000);
          expect(await findRunningProcess(folder)).toBe(process.pid);
          await local.stop();
        }),
      );
    },
  );

  test('does not hold after a restart of the machine, whatever has its number and its time', async () => {
    await withFolder(async (folder) => {
      const { pid, started } = identifyProcess(process.pid)!;
      const lock = { pid, kafka: 0, store: 0, boot: 'another', started: { pid: started } };
      await writeFile(join(folder, 'running.json'), JSON.stringify(lock));
      expect(await findRunningProcess(folder)).toBeUndefined();
      await (await startLocal(nothing(folder))).stop();
    });
  });

  test('of an older release, without times, holds for a process of Node as it always did', async () => {
    await withFolder((folder) =>
      withOtherProcess(async (pid) => {
        await writeFile(join(folder, 'running.json'), JSON.stringify({ pid, kafka: 0, store: 0 }));
        await expect(startLocal(nothing(folder))).rejects.toThrow(`is in use by process ${pid}`);
      }),
    );
  });
});

test('a process is the same only while it runs', async () => {
  let identity;
  await withOtherProcess((pid) => {
    identity = identifyProcess(pid);
    expect(isStillRunning(identity!)).toBe(true);
    return Promise.resolve();
  });
  await waitUntil(() => !isStillRunning(identity!), 'it has ended');
  expect(isStillRunning(identifyProcess(process.pid)!)).toBe(true);
});
