import { serveOrMigrate } from '@cups/backend/migrate';
import { readConfig } from './config.ts';
import { migrations } from './migrations/all.ts';
import { createDocuments } from './service.ts';

await serveOrMigrate({
  name: 'documents',
  migrations,
  env: process.env,
  args: process.argv.slice(2),
  start: () => createDocuments(readConfig(process.env)),
});
