import { serveOrMigrate } from '@cups/backend/migrate';
import { readConfig } from './config.ts';
import { migrations } from './migrations/all.ts';
import { createNotifications } from './service.ts';

await serveOrMigrate({
  name: 'notifications',
  migrations,
  env: process.env,
  args: process.argv.slice(2),
  start: () => createNotifications(readConfig(process.env)),
});
