import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import mongoose from 'mongoose';
import { startLocal, type LocalOptions } from '../src/index.ts';

/** Returns the path of a test script. */
export function resolveScript(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

/** Starts parts in a process of its own. */
export function startParent(options: LocalOptions, env = process.env): ChildProcess {
  const args = ['--disable-warning=ExperimentalWarning', resolveScript('parent.ts'), JSON.stringify(options)];
  return spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Runs `work` with a new data folder and removes it. */
export async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'cups-local-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A store in a new folder, with a client. */
export interface TestStore {
  client: mongoose.mongo.MongoClient;
  /** Stops the store and removes its folder. */
  stop(): Promise<void>;
}

export async function startTestStore(): Promise<TestStore> {
  const folder = await mkdtemp(join(tmpdir(), 'cups-local-'));
  const local = await startLocal({ dataDir: folder, parts: ['store'] });
  const client = new mongoose.mongo.MongoClient(local.mongoUri, { retryWrites: false });
  await client.connect();
  return {
    client,
    async stop() {
      await client.close(true);
      await local.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Waits until `condition` holds. */
export async function waitUntil(condition: () => boolean, what: string, seconds = 30): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`waited ${seconds} s until ${what}, without success`);
    await delay(20);
  }
}

/** Whether a process exists. */
export function isProcessRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
