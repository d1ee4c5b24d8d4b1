import { spawn } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/**
 * Runs a program of the repository that has its own process, and forwards signals to it.
 * @param file relative to the root of the checkout
 * @returns its exit code; 1 when a signal ended it
 */
export function runScript(file: string, args: readonly string[]): Promise<number> {
  const flags = ['--disable-warning=ExperimentalWarning', join(root, file)];
  // The IPC channel tells the child that this process was killed.
  const child = spawn(process.execPath, [...flags, ...args], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // On a terminal, Ctrl-C reaches the child without this process.
    process.on(signal, () => void (signal === 'SIGINT' && process.stdin.isTTY ? undefined : child.kill(signal)));
  }
  const stop = () => child.kill('SIGTERM');
  process.on('disconnect', stop);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      // A listener keeps the channel, and with it this process, open.
      process.off('disconnect', stop);
      resolve(code ?? 1);
    });
  });
}

/** Returns the options of a command as flags of its script. Absent and false options have none. */
export function toFlags(options: object): string[] {
  return Object.entries(options as Record<string, unknown>).flatMap(([name, value]) =>
    value === false || value === undefined ? [] : value === true ? [`--${name}`] : [`--${name}`, String(value)],
  );
}
