import type { Command } from 'commander';
import { action, collect, defineCommand } from '../program.ts';
import type { RestoreOptions } from './restore.ts';

const DATA = ['--data <folder>', 'data of the local platform', '.cups/data'] as const;

export function restoreCommand(): Command {
  return defineCommand({
    name: 'restore',
    summary:
      'Loads a backup into empty stores while no service runs, and resets consumers so that they catch up from Kafka. ' +
      'Nothing that agencies have received is sent again, and what was erased after the backup is erased again. Names what ' +
      'was accepted after the backup and cannot be restored. MONGODB_URI (or MONGODB_URI_FILE), KAFKA_BROKERS and CUPS_PREFIX select another store and Kafka.',
    example: 'restore mine/backup',
  })
    .argument('<folder>', 'folder of the backup')
    .option('--only <service>', 'restore only the store of this service; may be repeated', collect)
    .option('--documents <folder>', 'folder for the objects of documents (default: that of the local platform)')
    .option(...DATA)
    .action(
      action(async (folder: string, options: RestoreOptions) => {
        const { restoreBackup } = await import('./restore.ts');
        await restoreBackup(folder, options);
      }),
    )
    .addCommand(
      defineCommand({
        name: 'check',
        summary: 'Compares the stores with Kafka at any time and changes nothing. Fails when something is missing.',
        example: 'restore check',
      })
        .option(...DATA)
        .action(
          action(async (_own: object, command: Command) => {
            const { checkStores } = await import('./restore.ts');
            return checkStores(command.optsWithGlobals<RestoreOptions>());
          }),
        ),
    )
    .addCommand(
      defineCommand({
        name: 'repair',
        summary:
          'Searches Kafka and the outboxes, while no service runs, for events that a service has skipped. At the next ' +
          'start, services read those events again. Applies ends of mandates, suspensions, revoked devices and holds again. Names lost events and ' +
          'acts and never reconstructs one. Fails when one is lost.',
        example: 'restore repair',
      })
        .option(...DATA)
        .action(
          action(async (_own: object, command: Command) => {
            const { repairStores } = await import('./restore.ts');
            return repairStores(command.optsWithGlobals<RestoreOptions>());
          }),
        ),
    );
}
