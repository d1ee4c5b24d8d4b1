import { serveOrMigrate } from '@cups/backend/migrate';
import { readConfig } from './config.ts';
import { migrations } from './migrations/all.ts';
import { createAgencyBridge } from './service.ts';

await serveOrMigrate({
  name: 'agency-bridge',
  migrations,
  env: process.env,
  args: process.argv.slice(2),
  start: () => createAgencyBridge(readConfig(process.env)),
});
