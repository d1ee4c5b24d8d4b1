import { serveOrMigrate } from '@cups/backend/migrate';
import { readConfig } from './config.ts';
import { migrations } from './migrations/all.ts';
import { createIdentity } from './service.ts';

await serveOrMigrate({
  name: 'identity',
  migrations,
  env: process.env,
  args: process.argv.slice(2),
  start: () => createIdentity(readConfig(process.env)),
});
