import type { Command } from 'commander';
import { UsageError } from '../errors.ts';
import { action, defineCommand, printResult, wholeNumber } from '../program.ts';
import type { MigrateOptions } from './migrate.ts';

export function migrateCommand(): Command {
  return defineCommand({
    name: 'migrate',
    summary:
      'Applies the pending migrations of every service while the platform is stopped. `npm start` does this too. Before ' +
      'the data version changes, the store is copied to store-version-<n> in the data folder. MONGODB_URI (or ' +
      'MONGODB_URI_FILE), KAFKA_BROKERS and CUPS_PREFIX select another store.',
    example: 'migrate --dry-run',
  })
    .option('--dry-run', 'count what would change, and change nothing', false)
    .option('--down <n>', 'revert the last n migrations of every service', wholeNumber(0), 0)
    .option('--data <folder>', 'data of the local platform', '.cups/data')
    .option('--json', 'print JSON', false)
    .action(action(runMigrations));
}

async function runMigrations(options: MigrateOptions & { json: boolean }): Promise<void> {
  const { dryRun, down, json } = options;
  if (dryRun && down > 0) throw new UsageError('--dry-run counts pending migrations: leave out --down.');
  const { formatMigrations, migrate } = await import('./migrate.ts');
  const summaries = await migrate(options, (line) => json || console.log(`  ${line}`));
  printResult(json, summaries, formatMigrations(summaries, dryRun));
}
