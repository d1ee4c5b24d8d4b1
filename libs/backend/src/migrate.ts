import { parseArgs } from 'node:util';
import { createLog, serve } from '@cups/process';
import type { RunningService } from '@cups/process';
import { readSettings } from '@cups/process/settings';
import { isProblem } from '@cups/problem';
import { connectDatabase, migrateDown, migrateUp, MigrationError, planMigrations } from '@cups/store';
import type { Migration, MigrationResult } from '@cups/store';
import type { ServiceName } from '@cups/rpc';
import { requireEncryptedStore } from './encrypted-store.ts';
import { PROCESS_SETTINGS, STORED_BACKEND_SETTINGS } from './settings.ts';

/** `main.ts migrate`: migrates the store of one service and ends. */

/** The settings that a migration needs: no keys, no Kafka. */
const SETTINGS = {
  environment: PROCESS_SETTINGS.environment,
  logLevel: PROCESS_SETTINGS.logLevel,
  mongoUri: STORED_BACKEND_SETTINGS.mongoUri,
  mongoCa: STORED_BACKEND_SETTINGS.mongoCa,
  prefix: STORED_BACKEND_SETTINGS.prefix,
} as const;

const USAGE = 'Usage: migrate [--dry-run | --down <number of migrations>]';

export interface ServedOrMigrated {
  name: ServiceName;
  migrations: readonly Migration[];
  env: NodeJS.ProcessEnv;
  /** Arguments of the process. */
  args: readonly string[];
  start: () => Promise<RunningService>;
}

/** Serves, or with the argument `migrate` migrates the store and ends: exit code 1 after a failure, 2 for wrong usage. */
export async function serveOrMigrate({ name, migrations, env, args, start }: ServedOrMigrated): Promise<void> {
  if (args[0] !== 'migrate') return serve(start);
  process.exitCode = await migrateStore({ name, migrations, env, args: args.slice(1) });
}

/** @returns the exit code */
async function migrateStore({
  name,
  migrations,
  env,
  args,
}: Pick<ServedOrMigrated, 'name' | 'migrations' | 'env' | 'args'>): Promise<number> {
  const options = parseOptions(args);
  if (!options) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  try {
    const settings = readSettings(SETTINGS, env);
    requireEncryptedStore(settings);
    const { mongoUri: uri, mongoCa: ca, prefix, logLevel: level } = settings;
    const log = createLog({ service: name, level });
    const database = await connectDatabase({ uri, ca, database: `${prefix}cups-${name}` });
    try {
      const around = { db: database.db, migrations, log, now: () => new Date() };
      const results = await runMigrations(around, options);
      for (const { id: resource, count, direction } of results) {
        if (options.isDryRun) log.info({ event: 'migration-planned', resource, state: direction, count });
      }
      log.info({ event: 'migrations-finished', count: results.length });
    } catch (error) {
      // The server's text may hold document values; the log reduces it to its code.
      if (!isExplained(error)) log.error({ event: 'migration-failed', error });
      throw isExplained(error) ? error : new Error('The migration failed in the store: see its log.');
    } finally {
      await database.close();
      log.flush();
    }
    return 0;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return 1;
  }
}

/** Whether the message of an error is a sentence of this code. */
const isExplained = (error: unknown): boolean => error instanceof MigrationError || isProblem(error);

interface MigrateOptions {
  isDryRun: boolean;
  down: number;
}

function parseOptions(args: readonly string[]): MigrateOptions | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { 'dry-run': { type: 'boolean', default: false }, down: { type: 'string', default: '0' } },
    });
    const [down, isDryRun] = [Number(values.down), values['dry-run']];
    return !Number.isInteger(down) || down < 0 || (isDryRun && down > 0) ? undefined : { isDryRun, down };
  } catch {
    return undefined;
  }
}

function runMigrations(
  around: Parameters<typeof migrateUp>[0],
  { isDryRun, down }: MigrateOptions,
): Promise<MigrationResult[]> {
  if (isDryRun) return planMigrations(around);
  return down > 0 ? migrateDown(around, down) : migrateUp(around);
}
