import { describe, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { runsOn, startLocal } from '../src/index.ts';
import { runs, scriptFile, until, withFolder } from './folder.ts';

function parent(folder: string, parts: string[], env = process.env): ChildProcess {
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', scriptFile('parent.ts'), folder, ...parts], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** What a parent prints when its parts serve; its words as an error when it ends instead. */
async function firstLineOf(child: ChildProcess): Promise<string> {
  let out = '';
  let words = '';
  child.stdout?.on('data', (data) => (out += String(data)));
  child.stderr?.on('data', (data) => (words += String(data)));
  await until(() => out.includes('\n') || child.exitCode !== null, 'the parent has started its parts', 60);
  if (!out) throw new Error(`the parent ended: ${words}`);
  return out;
}

async function textOf(stream: NodeJS.ReadableStream | null): Promise<string> {
  let text = '';
  for await (const chunk of stream ?? []) text += String(chunk);
  return text;
}

describe('starting the embedded default', () => {
  test('both parts serve, keep their ports through a restart, and leave no process behind', async () => {
    await withFolder(async (folder) => {
      const lines: string[] = [];
      await mkdir(join(folder, 'store'), { mode: 0o755 });
      const first = await startLocal({ dataDir: folder, onProgress: (line) => lines.push(line) });
      const { kafka, store } = first.pids;
      expect([runs(kafka), runs(store)]).toEqual([true, true]);
      // Also in a folder that an earlier release left open.
      for (const part of ['kafka', 'store']) expect((await stat(join(folder, part))).mode & 0o077).toBe(0);
      expect(lines.join('\n')).toMatch(/store: serving on .*\n?.*kafka: serving on/s);
      await first.stop();
      expect([runs(kafka), runs(store)]).toEqual([false, false]);
      expect(await runsOn(folder)).toBeUndefined();

      const second = await startLocal({ dataDir: folder, parts: ['store'] });
      expect(second.mongoUri).toBe(first.mongoUri);
      await second.stop();
    });
  });

  test('a second run on the same data folder is refused, and does not disturb the first', async () => {
    await withFolder(async (folder) => {
      const local = await startLocal({ dataDir: folder, parts: ['store'] });
      await expect(startLocal({ dataDir: folder, parts: ['store'] })).rejects.toThrow(
        `is in use by process ${process.pid}`,
      );
      const other = parent(folder, ['store']);
      const [words, [code]] = await Promise.all([textOf(other.stderr), once(other, 'exit')]);
      expect(words).toContain(`is in use by process ${process.pid}`);
      expect(code).toBe(1);
      expect(await runsOn(folder)).toBe(process.pid);
      expect(runs(local.pids.store)).toBe(true);
      await local.stop();
    });
  });

  test('a wanted port that another program has is refused by its number', async () => {
    await withFolder(async (folder) => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const port = (server.address() as AddressInfo).port;
      await expect(startLocal({ dataDir: folder, parts: ['store'], storePort: port })).rejects.toThrow(
        `Port ${port}, wanted for store, is in use`,
      );
      server.close();
      expect(await runsOn(folder)).toBeUndefined();
    });
  });

  test.each([['store'], ['kafka']])(
    'the %s ends when its parent is killed with kill -9, and its lock does not stay',
    async (part) => {
      await withFolder(async (folder) => {
        const process_ = parent(folder, [part]);
        const pid = (JSON.parse(await firstLineOf(process_)) as Record<string, number>)[part] ?? 0;
        expect(runs(pid)).toBe(true);
        process_.kill('SIGKILL');
        await until(() => !runs(pid), 'the child has ended');
        const again = await startLocal({ dataDir: folder, parts: ['store'] });
        await again.stop();
      });
    },
  );

  test('without Java one sentence says what to install', async () => {
    await withFolder(async (folder) => {
      const nowhere = join(folder, 'nowhere');
      await mkdir(nowhere);
      const child = parent(join(folder, 'data'), ['kafka', 'store'], { ...process.env, PATH: nowhere });
      const [words, [code]] = await Promise.all([textOf(child.stderr), once(child, 'exit')]);
      expect(code).toBe(1);
      expect(words.trim().split('\n')).toHaveLength(1);
      expect(words).toMatch(/^Java was not found: a JDK 17 or newer must be installed/);
    });
  });

  test('the log of the store holds nothing of a document, not even of a refused one', async () => {
    await withFolder(async (folder) => {
      const local = await startLocal({ dataDir: folder, parts: ['store'] });
      const client = new mongoose.mongo.MongoClient(local.mongoUri);
      try {
        await client.connect();
        const people = client.db('test').collection<{ _id: string; name: string }>('people');
        await people.insertOne({ _id: 'secret-id', name: 'Synthetic Person' });
        await expect(people.insertOne({ _id: 'secret-id', name: 'Synthetic Person' })).rejects.toThrow();
        await expect(people.updateOne({}, { $inc: { name: 1 as never } })).rejects.toThrow();
        await expect(people.updateOne({}, { $nonsense: { name: 'Synthetic Person' } })).rejects.toThrow();
      } finally {
        await client.close();
        await local.stop();
      }
      expect(await readFile(join(folder, 'store.log'), 'utf8')).toBe('');
    });
  });
});
