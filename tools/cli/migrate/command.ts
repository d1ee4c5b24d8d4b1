import { parseArgs } from 'node:util';
import { formatMigrations, migrate } from './migrate.ts';

/** `npm run migrate`: changes stored data to the form of this release, or back. */

const HELP = `npm run migrate -- [options]

Applies the pending migrations of every service, while the platform is stopped. \`npm start\` does this too. Before the
data version changes, the store is copied to store-version-<n> in the data folder.

  --dry-run        counts what would change, and changes nothing
  --down <n>       reverts the last n migrations of every service
  --data <folder>  data of the local platform (default .cups/data)
  --json           prints JSON
  --help           prints this text

MONGODB_URI (or MONGODB_URI_FILE), KAFKA_BROKERS and CUPS_PREFIX select another store.
`;

try {
  await main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      'dry-run': { type: 'boolean', default: false },
      down: { type: 'string', default: '0' },
      data: { type: 'string', default: '.cups/data' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(HELP);
  const [down, dryRun] = [Number(values.down), values['dry-run']];
  if (!Number.isInteger(down) || down < 0) throw new Error('--down must be a whole number from 0.');
  if (dryRun && down > 0) throw new Error('--dry-run counts pending migrations: leave out --down.');
  const progress = (line: string) => values.json || console.log(`  ${line}`);
  const summaries = await migrate({ data: values.data, dryRun, down }, progress);
  console.log(values.json ? JSON.stringify(summaries, null, 2) : formatMigrations(summaries, dryRun));
}
