import { serveOrMigrate } from '@cups/backend/migrate';
import { readConfig } from './config.ts';
import { migrations } from './migrations/all.ts';
import { createJournal } from './service.ts';

await serveOrMigrate({
  name: 'journal',
  migrations,
  env: process.env,
  args: process.argv.slice(2),
  start: () => createJournal(readConfig(process.env)),
});
