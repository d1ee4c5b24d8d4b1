import { serveOrMigrate } from '@cups/backend/migrate';
import { readConfig } from './config.ts';
import { migrations } from './migrations/all.ts';
import { createIntake } from './service.ts';

await serveOrMigrate({
  name: 'intake',
  migrations,
  env: process.env,
  args: process.argv.slice(2),
  start: () => createIntake(readConfig(process.env)),
});
