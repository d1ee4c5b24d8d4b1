import { describe, expect, test } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import mongoose from 'mongoose';
import { findRunningProcess, startLocal, type LocalPart } from '../src/index.ts';
import { isProcessRunning, startParent, waitUntil, withFolder } from './folder.ts';

type Ports = Record<'kafka' | 'controller' | 'store', number>;

/** Returns an address of this machine other than the default one. */
function findOtherAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.2';
}

/** Whether something listens at an address. */
function canListen(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 2000 }, () => resolve(true));
    for (const end of ['error', 'timeout']) socket.once(end, () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** Returns what a parent prints once its parts serve; throws its output if it ends. */
async function firstLineOf(child: ChildProcess): Promise<string> {
  let out = '';
  let errorOutput = '';
  child.stdout?.on('data', (data) => (out += String(data)));
  child.stderr?.on('data', (data) => (errorOutput += String(data)));
  await waitUntil(() => out.includes('\n') || child.exitCode !== null, 'the parent has started its parts', 60);
  if (!out) throw new Error(`the parent ended: ${errorOutput}`);
  return out;
}

async function textOf(stream: NodeJS.ReadableStream | null): Promise<string> {
  let text = '';
  for await (const chunk of stream ?? []) text += String(chunk);
  return text;
}

describe('startLocal', () => {
  test('serves both parts, keeps their ports and leaves no process behind', async () => {
    await withFolder(async (folder) => {
      const lines: string[] = [];
      await mkdir(join(folder, 'store'), { mode: 0o755 });
      const first = await startLocal({ dataDir: folder, onProgress: (line) => lines.push(line) });
      const { kafka, store } = first.pids;
      expect([isProcessRunning(kafka), isProcessRunning(store)]).toEqual([true, true]);
      // Also in a folder that an earlier release left readable.
      for (const part of ['kafka', 'store']) expect((await stat(join(folder, part))).mode & 0o077).toBe(0);
      expect(lines.join('\n')).toMatch(/store: serving on .*\n?.*kafka: serving on/s);
      await first.stop();
      expect([isProcessRunning(kafka), isProcessRunning(store)]).toEqual([false, false]);
      expect(await findRunningProcess(folder)).toBeUndefined();

      const second = await startLocal({ dataDir: folder, parts: ['store'] });
      expect(second.mongoUri).toBe(first.mongoUri);
      await second.stop();
    });
  });

  test('rejects a second run on a data folder without disturbing the first', async () => {
    await withFolder(async (folder) => {
      const local = await startLocal({ dataDir: folder, parts: ['store'] });
      await expect(startLocal({ dataDir: folder, parts: ['store'] })).rejects.toThrow(
        `is in use by process ${process.pid}`,
      );
      const other = startParent({ dataDir: folder, parts: ['store'] });
      const [errorOutput, [code]] = await Promise.all([textOf(other.stderr), once(other, 'exit')]);
      expect(errorOutput).toContain(`is in use by process ${process.pid}`);
      expect(code).toBe(1);
      expect(await findRunningProcess(folder)).toBe(process.pid);
      expect(isProcessRunning(local.pids.store)).toBe(true);
      await local.stop();
    });
  });

  test('rejects a wanted port in use, by its number', async () => {
    await withFolder(async (folder) => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const port = (server.address() as AddressInfo).port;
      await expect(startLocal({ dataDir: folder, parts: ['store'], storePort: port })).rejects.toThrow(
        `Port ${port}, wanted for store, is in use`,
      );
      server.close();
      expect(await findRunningProcess(folder)).toBeUndefined();
    });
  });

  test.each<[LocalPart]>([['store'], ['kafka']])(
    'ends the %s when its parent is killed with kill -9 and releases its lock',
    async (part) => {
      await withFolder(async (folder) => {
        const process_ = startParent({ dataDir: folder, parts: [part] });
        const pid = (JSON.parse(await firstLineOf(process_)) as Record<string, number>)[part] ?? 0;
        expect(isProcessRunning(pid)).toBe(true);
        process_.kill('SIGKILL');
        await waitUntil(() => !isProcessRunning(pid), 'the child has ended');
        const again = await startLocal({ dataDir: folder, parts: ['store'] });
        await again.stop();
      });
    },
  );

  test('keeps both parts without parent and standard input if configured', async () => {
    await withFolder(async (folder) => {
      const process_ = startParent({ dataDir: folder, endsWithParent: false });
      const ended = once(process_, 'exit');
      const pids = Object.values(JSON.parse(await firstLineOf(process_)) as Record<LocalPart, number>);
      try {
        expect(await ended).toEqual([0, null]);
        const { kafka, store } = JSON.parse(await readFile(join(folder, 'ports.json'), 'utf8')) as Ports;
        expect([await canListen('127.0.0.1', kafka), await canListen('127.0.0.1', store)]).toEqual([true, true]);
      } finally {
        for (const pid of pids) process.kill(pid, 'SIGTERM');
        await waitUntil(() => !pids.some(isProcessRunning), 'both have ended by SIGTERM');
      }
    });
  });

  test('serves this machine only by default, or the given addresses', async () => {
    await withFolder(async (folder) => {
      const other = findOtherAddress();
      const inside = await startLocal({ dataDir: folder });
      const ports = JSON.parse(await readFile(join(folder, 'ports.json'), 'utf8')) as Ports;
      const findListeners = (host: string) => Promise.all(Object.values(ports).map((port) => canListen(host, port)));
      try {
        expect([await findListeners('127.0.0.1'), await findListeners(other)]).toEqual([
          Array(3).fill(true),
          Array(3).fill(false),
        ]);
      } finally {
        await inside.stop();
      }

      const { kafka, store, controller } = ports;
      const fixed = { kafkaPort: kafka, storePort: store, controllerPort: controller };
      const exposed = await startLocal({ dataDir: folder, host: '0.0.0.0', advertisedHost: other, ...fixed });
      const admin = new Kafka({ brokers: [exposed.kafkaBrokers], logLevel: logLevel.NOTHING }).admin();
      const client = new mongoose.mongo.MongoClient(exposed.mongoUri);
      try {
        expect([exposed.kafkaBrokers, exposed.mongoUri]).toEqual([`${other}:${kafka}`, `mongodb://${other}:${store}`]);
        await admin.connect();
        expect((await admin.describeCluster()).brokers).toMatchObject([{ host: other, port: kafka }]);
        expect(await client.db('test').command({ ping: 1 })).toMatchObject({ ok: 1 });
        expect(await canListen(other, controller)).toBe(false);
      } finally {
        await Promise.all([admin.disconnect(), client.close()]);
        await exposed.stop();
      }
    });
  });

  test('says in one sentence what to install if Java is missing', async () => {
    await withFolder(async (folder) => {
      const nowhere = join(folder, 'nowhere');
      await mkdir(nowhere);
      const child = startParent({ dataDir: join(folder, 'data') }, { ...process.env, PATH: nowhere });
      const [errorOutput, [code]] = await Promise.all([textOf(child.stderr), once(child, 'exit')]);
      expect(code).toBe(1);
      expect(errorOutput.trim().split('\n')).toHaveLength(1);
      expect(errorOutput).toMatch(/^Java was not found: a JDK 17 or newer must be installed/);
    });
  });

  test('logs nothing of a document, not even of a rejected one', async () => {
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
