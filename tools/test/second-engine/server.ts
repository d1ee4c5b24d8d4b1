import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { openSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findFreePort } from '@cups/local';
import { eventually } from '@cups/testing';
import { generateOnce } from '../../check/clients/generate-once.ts';

/** SecantusDB: a server for the wire protocol of MongoDB's drivers, on WiredTiger. It is for tests only (GPL-2.0). */

const PACKAGE = 'secantusdb==0.7.0b3';
const run = promisify(execFile);

export interface SecondEngine {
  uri: string;
  stop(): Promise<void>;
}

/** Installs the server once in `.cups/`, and starts it on an empty folder. It does not sync: nothing here cuts the power. */
export async function startSecondEngine(dir: string): Promise<SecondEngine> {
  const site = await generateOnce('secantusdb', PACKAGE, async (draft) => {
    await run('python3', ['-m', 'pip', 'install', '-q', '--target', draft, PACKAGE]);
  });
  const port = await findFreePort();
  const log = openSync(join(dir, 'second-engine.log'), 'a');
  const flags = ['--port', String(port), '--storage-path', join(dir, 'second-engine'), '--standalone'];
  const server = spawn('python3', ['-m', 'secantus', '--log-level', 'WARNING', ...flags], {
    env: Object.assign({}, process.env, { PYTHONPATH: site }),
    stdio: ['ignore', log, log],
  });
  await eventually(() => isListening(port), { timeoutMs: 30_000, everyMs: 100 });
  return { uri: `mongodb://127.0.0.1:${port}/`, stop: () => end(server) };
}

const isListening = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const settle = (isOpen: boolean) => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return;
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGKILL');
  await ended;
}
