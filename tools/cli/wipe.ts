import { rm } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { action, defineCommand } from './program.ts';
import { CommandError } from './errors.ts';

export function wipeCommand(): Command {
  return defineCommand({
    name: 'wipe',
    summary:
      'Deletes the data of the embedded store and Kafka, with keys and documents. Downloaded jars and compiled classes stay.',
    example: 'wipe --data .cups/data',
  })
    .option('--data <folder>', 'data folder', '.cups/data')
    .action(action(wipe));
}

async function wipe({ data }: { data: string }): Promise<void> {
  const { findRunningProcess } = await import('@cups/local');
  const dataDir = resolve(join(import.meta.dirname, '../..'), data);
  const shown = relative(process.cwd(), dataDir) || '.';
  const pid = await findRunningProcess(dataDir);
  if (pid !== undefined)
    throw new CommandError(`The platform runs on ${shown} (process ${pid}): stop it first. Nothing was removed.`);
  await rm(dataDir, { recursive: true, force: true });
  console.log(`${shown} is empty now.`);
}
