import type { Command } from 'commander';
import { action, defineCommand } from '../program.ts';
import type { BackupOptions } from './backup.ts';

export function backupCommand(): Command {
  return defineCommand({
    name: 'backup',
    summary:
      'Writes documents, keys and consumer positions of a platform to a folder while it runs. The folder must be empty or ' +
      'absent; it holds personal data and private keys, and only its owner can read it. Keep it at most 35 days. It holds no Kafka messages: a ' +
      'restored store catches up from Kafka. MONGODB_URI (or MONGODB_URI_FILE), KAFKA_BROKERS and CUPS_PREFIX select ' +
      'another store and Kafka.',
    example: 'backup mine/backup',
  })
    .argument('<folder>', 'new folder of the backup')
    .option('--data <folder>', 'data of the local platform', '.cups/data')
    .option('--keys <folder>', 'keys to copy (default: those of the local platform)')
    .option('--documents <folder>', 'objects of documents to copy (default: those of the local platform)')
    .action(
      action(async (folder: string, options: BackupOptions) => {
        const { backup } = await import('./backup.ts');
        await backup(folder, options);
      }),
    );
}
