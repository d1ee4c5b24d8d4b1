import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { eventually } from '@cups/testing';
import { commandOf } from '@cups/testing/programs';

/** The EICAR test file, which every scanner reports and no computer runs. */
export const EICAR = Buffer.from('X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*');

export interface Clamd {
  /** Stops without an answer to what it scans. */
  kill(): Promise<void>;
  /** Suspends the process: it accepts connections and does not answer. */
  suspend(): void;
}

/**
 * Starts a real clamd (GPL-2.0, not shipped with the project). Its database has one signature, so that no test downloads
 * anything.
 * @param listen lines of clamd.conf that name the socket
 * @param limits further lines of clamd.conf
 */
export async function startClamd(folder: string, listen: string, limits = ''): Promise<Clamd> {
  const database = join(folder, 'database');
  mkdirSync(database, { recursive: true });
  // Name, any type of file, any place in it, bytes.
  writeFileSync(join(database, 'test.ndb'), `Eicar-Test:0:*:${EICAR.toString('hex')}\n`);
  const file = join(folder, 'clamd.conf');
  const lines = [
    `DatabaseDirectory ${database}`,
    `TemporaryDirectory ${folder}`,
    'Foreground yes',
    'AlertExceedsMax yes',
  ];
  writeFileSync(file, [...lines, listen, limits, ''].join('\n'));
  const child = spawn(commandOf('clamd'), ['--config-file', file], { stdio: 'ignore' });
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  try {
    await eventually(() => ping(listen), { timeoutMs: 60_000, everyMs: 100 });
  } catch (error) {
    await kill();
    throw error;
  }
  return { kill, suspend: () => void child.kill('SIGSTOP') };
}

/** Whether the server of `LocalSocket <path>` or `TCPSocket <port>` answers. */
function ping(listen: string): Promise<boolean> {
  const [kind, value = ''] = listen.split('\n', 1)[0]!.split(' ');
  const socket =
    kind === 'LocalSocket' ? connect({ path: value }) : connect({ host: '127.0.0.1', port: Number(value) });
  return new Promise((resolve) => {
    socket.on('error', () => resolve(false));
    socket.once('data', (answer) => {
      socket.destroy();
      resolve(answer.toString().startsWith('PONG'));
    });
    socket.write('zPING\0');
  });
}
